"""What needs a role today, each part read by the service of a route that the role may call."""

from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any

from msgspec import Struct

from pricebook.auth.schemas import Caller, Role
from pricebook.console.imports.task_lines import task_lines
from pricebook.console.match_look import first_of_band
from pricebook.console.rendering import may
from pricebook.db.database import Database
from pricebook.matching.schemas import BandFilter
from pricebook.prices import service as prices
from pricebook.prices.schemas import PriceChangeQuery
from pricebook.products import service as products
from pricebook.products.list_filters import StaffProductQuery
from pricebook.quarantine import service as quarantine
from pricebook.quarantine.schemas import QuarantineQuery
from pricebook.settings import Settings
from pricebook.suppliers import late_lists, list_health
from pricebook.suppliers.health_schemas import SupplierHealthQuery
from pricebook.tasks import history
from pricebook.tasks.schemas import TaskQuery, TaskState
from pricebook.webhooks import service as webhooks

ROWS = 5
BANDS: tuple[BandFilter, ...] = ("certain", "likely", "possible", "none")
NOT_DELIVERING = frozenset({"failing", "disabled"})
STATES: tuple[TaskState, ...] = ("held", "failed", "dead")


class HomeContext(Struct, frozen=True):
    """What the sections read from."""

    database: Database
    settings: Settings


class Section(Struct, frozen=True):
    """A part of the home: its name, the route whose roles see it, and the function that reads it.

    The function returns None where nothing has to be done.
    """

    name: str
    route: tuple[str, str]
    read: Callable[[HomeContext], Awaitable[dict[str, Any] | None]]


async def _margin_losses(context: HomeContext) -> dict[str, Any] | None:
    query = PriceChangeQuery(limit=ROWS, unaddressed=True)
    page = await prices.list_changes(context.database, query)
    return {"changes": page.data} if page.data or page.next_cursor else None


async def _low_margins(context: HomeContext) -> dict[str, Any] | None:
    below = context.settings.margin_below_percent
    query = StaffProductQuery(
        status="active", max_margin=Decimal(str(below)), sort="margin", limit=ROWS
    )
    page = await products.list_products(context.database, query)
    return {"page": page, "below": f"{below:g}"} if page.data else None


async def _newest_lists(context: HomeContext) -> dict[str, Any] | None:
    query = SupplierHealthQuery(activity="active", sort="newest", limit=2 * ROWS)
    found = (await list_health.list_health(context.database, query)).data
    imported = [each for each in found if each.newest_list and each.newest_list.is_applied]
    return {"suppliers": imported[:ROWS]} if imported else None


async def _unpriced(context: HomeContext) -> dict[str, Any] | None:
    query = StaffProductQuery(status="active", is_priced=False, limit=1)
    page = await products.list_products(context.database, query)
    return {"page": page} if page.data else None


async def _unmatched(context: HomeContext) -> dict[str, Any] | None:
    pages = {band: await first_of_band(context.database, band) for band in BANDS}
    return {"pages": pages} if any(page.data for page in pages.values()) else None


async def _quarantined(context: HomeContext) -> dict[str, Any] | None:
    query = QuarantineQuery(state="open", limit=ROWS)
    page = await quarantine.list_rows(context.database, query)
    return {"page": page} if page.data else None


async def _late(context: HomeContext) -> dict[str, Any] | None:
    late = await late_lists.list_late_lists(context.database)
    return {"late": late[: 2 * ROWS], "count": len(late)} if late else None


async def _stopped_lists(context: HomeContext) -> dict[str, Any] | None:
    tasks = [
        task
        for state in STATES
        for task in (
            await history.list_tasks(
                context.database, TaskQuery(state=state, limit=ROWS), is_unresolved=True
            )
        ).data
    ]
    return {"lines": task_lines(tasks, {})} if tasks else None


async def _webhooks(context: HomeContext) -> dict[str, Any] | None:
    found = await webhooks.list_webhooks(context.database)
    failing = [each for each in found if each.state in NOT_DELIVERING]
    return {"webhooks": failing} if failing else None


SECTIONS = {
    each.name: each
    for each in (
        Section("margin_losses", ("GET", "/price-changes"), _margin_losses),
        Section("newest_lists", ("GET", "/price-changes"), _newest_lists),
        Section("low_margins", ("GET", "/products"), _low_margins),
        Section("unpriced", ("GET", "/products"), _unpriced),
        Section("unmatched", ("GET", "/matches/summary"), _unmatched),
        Section("quarantined", ("GET", "/quarantined-rows"), _quarantined),
        Section("stopped_lists", ("GET", "/tasks"), _stopped_lists),
        Section("late", ("GET", "/suppliers"), _late),
        Section("webhooks", ("GET", "/webhooks"), _webhooks),
    )
}
ORDER: dict[Role, tuple[str, ...]] = {
    "sales": ("margin_losses", "newest_lists", "low_margins", "unpriced"),
    "procurement": ("unmatched", "quarantined", "late", "margin_losses", "newest_lists"),
    "admin": (
        "stopped_lists",
        "late",
        "webhooks",
        "unmatched",
        "quarantined",
        "margin_losses",
        "newest_lists",
        "low_margins",
        "unpriced",
    ),
}


async def read_sections(
    context: HomeContext, caller: Caller
) -> list[tuple[str, dict[str, Any] | None]]:
    """Return the sections of a role in its order, with what each shows; None for nothing to do."""
    shown = [SECTIONS[name] for name in ORDER[caller.role]]
    return [(each.name, await each.read(context)) for each in shown if may(caller, *each.route)]
