"""The commands for bulk changes of products: preview, apply, undo."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

from cyclopts import App, Parameter

from pricebook.auth.schemas import Caller
from pricebook.cli import left_out_command, output, product_batch_output
from pricebook.cli.lookups import (
    COMMAND_CALLER,
    find_category_id,
    parse_id,
    read_category_names,
)
from pricebook.cli.option_types import Limit, PageNumber
from pricebook.cli.product_batch_files import write_changes
from pricebook.cli.product_batch_output import NONE
from pricebook.cli.product_selection import ALL_PRODUCTS, Selection, find_selection
from pricebook.cli.server_defaults import run_with_database
from pricebook.db.database import Database
from pricebook.errors import ValidationError
from pricebook.http.pagination import CursorPaging
from pricebook.product_batches import service
from pricebook.product_batches.change_schemas import ProductChanges
from pricebook.product_batches.price_derivations import (
    CENT,
    Method,
    PriceDerivation,
    Rounding,
)
from pricebook.product_batches.schemas import (
    ChangeQuery,
    ChangeSort,
    NewBatch,
    ProductBatch,
)
from pricebook.products.schemas import ProductStatus

MAX_SHOWN_CHANGES = 20

app = App(name="batches", help="Bulk changes of products: look at them, apply and undo them.")
left_out_command.register(app)


@dataclass(frozen=True, kw_only=True)
class NewValues:
    """What products get."""

    status: Annotated[ProductStatus | None, Parameter(help="New status.")] = None
    category: Annotated[
        str | None, Parameter(help="New category, Tools > Saws; `none` for none.")
    ] = None
    target_price: Annotated[
        str | None, Parameter(help="New target price: 24.90, or `none`; +3% or -5% changes it.")
    ] = None
    margin: Annotated[
        str | None, Parameter(help="New target price by a margin, in percent of it: 25.")
    ] = None
    markup: Annotated[
        str | None, Parameter(help="New target price by a markup, in percent on the lowest price.")
    ] = None
    step: Annotated[
        Decimal, Parameter(help="Of a margin or markup: prices are multiples of this.")
    ] = CENT
    ending: Annotated[Decimal, Parameter(help="Added to each multiple: 0.99 for 5.99.")] = Decimal(
        0
    )
    rounding: Annotated[Rounding, Parameter(help="Which of these prices is taken.")] = "up"


def change(
    *,
    values: Annotated[NewValues, Parameter(name="*")] = NewValues(),
    selection: Annotated[Selection, Parameter(name="*")] = ALL_PRODUCTS,
    json: bool = False,
) -> None:
    """Preview a change of many products; `pricebook batches apply` then applies it.

    Args:
        values: What the products get.
        selection: Which products; all without one.
        json: Print the batch as JSON.
    """

    async def preview(database: Database) -> ProductBatch:
        changes = await _find_changes(database, values)
        selected = await find_selection(database, selection)
        return await service.preview(
            database, COMMAND_CALLER, NewBatch(changes=changes, filter=selected)
        )

    show_preview(preview, as_json=json)


def show_preview(preview: Callable[[Database], Awaitable[ProductBatch]], *, as_json: bool) -> None:
    """Store a preview and print it: its effect, the largest changes, and how to apply it."""
    batch = run_with_database(preview)
    if as_json:
        output.print_json(batch)
        return
    product_batch_output.print_effect(batch)
    _print_changes(batch.id, ChangeQuery(limit=MAX_SHOWN_CHANGES))
    if batch.effect.products:
        output.print_line(f"Nothing is changed yet: `pricebook batches apply {batch.id}`.")


@app.command(name="list")
def list_all(*, limit: Limit = 20, page: PageNumber = 1, json: bool = False) -> None:
    """List batches of product changes, newest first.

    Args:
        limit: The number of batches on a page.
        page: The number of the page.
        json: Print the page as JSON.
    """
    listing = run_with_database(
        lambda database: service.list_batches(database, CursorPaging(page, limit))
    )
    if json:
        output.print_json(listing)
        return
    for batch in listing.data:
        output.print_line(product_batch_output.describe_batch(batch))
    if not listing.data:
        output.print_none("batch", listing.total_count, plural="batches")
        return
    if listing.total_count > len(listing.data):
        output.print_line(f"{len(listing.data)} of {listing.total_count:,} batches.")


@dataclass(frozen=True, kw_only=True)
class ShownChanges:
    """Which changes of a batch are shown, and how."""

    sort: Annotated[ChangeSort, Parameter(help="`increase` or `decrease`.")] = "increase"
    limit: Annotated[Limit, Parameter(help="The number of changes, up to 200.")] = MAX_SHOWN_CHANGES
    cursor: Annotated[
        str | None, Parameter(help="Where the page begins, as the page before says.")
    ] = None
    csv: Annotated[Path | None, Parameter(help="Write all changes to this file instead.")] = None
    json: Annotated[bool, Parameter(help="Print the changes as JSON.")] = False


@app.command
def show(
    batch_id: str, /, *, shown: Annotated[ShownChanges, Parameter(name="*")] = ShownChanges()
) -> None:
    """Show a batch and its changes, the largest change of the target price first.

    Args:
        batch_id: The id of the batch.
        shown: Which changes, and how.
    """
    parsed = _parse(batch_id)
    query = ChangeQuery(sort=shown.sort, limit=shown.limit, cursor=shown.cursor)
    if (file := shown.csv) is not None:
        batch = run_with_database(lambda database: write_changes(database, parsed, query, file))
        if batch.state == "previewed":
            output.print_note(f"Nothing of batch {batch.id} is applied: {file} has the preview.")
        return
    if shown.json:
        output.print_json(
            run_with_database(lambda database: service.list_changes(database, parsed, query))
        )
        return
    product_batch_output.print_effect(
        run_with_database(lambda database: service.get_batch(database, parsed))
    )
    if next_cursor := _print_changes(parsed, query):
        output.print_line(f"More follow: --cursor={next_cursor}")


@app.command
def apply(batch_id: str, /, *, json: bool = False) -> None:
    """Apply a batch as it was previewed; products that were changed since are skipped.

    Args:
        batch_id: The id of the batch.
        json: Print the batch as JSON.
    """
    _carry_out(batch_id, service.apply, json=json)


@app.command
def undo(batch_id: str, /, *, json: bool = False) -> None:
    """Give products back their values from before; those that were changed since are left.

    Args:
        batch_id: The id of the batch.
        json: Print the batch as JSON.
    """
    _carry_out(batch_id, service.undo, json=json)


def _carry_out(
    batch_id: str,
    action: Callable[[Database, Caller, UUID], Awaitable[ProductBatch]],
    *,
    json: bool,
) -> None:
    parsed = _parse(batch_id)

    async def repeat(database: Database) -> ProductBatch:
        """Go on as long as a request gets further."""
        batch = await action(database, COMMAND_CALLER, parsed)
        before = None
        while batch.state in {"applying", "undoing"} and batch.effect != before:
            before = batch.effect
            batch = await action(database, COMMAND_CALLER, parsed)
        return batch

    batch = run_with_database(repeat)
    if json:
        output.print_json(batch)
        return
    product_batch_output.print_effect(batch)
    for outcome in ("skipped", "left"):
        if getattr(batch.effect, outcome):
            _print_changes(parsed, ChangeQuery(outcome=outcome, limit=MAX_SHOWN_CHANGES))
    if batch.state in {"applying", "undoing"}:
        output.print_line(
            "An import has locked the other products: run the command again in a moment."
        )
    elif batch.state == "applied":
        output.print_line(f"Take it back: `pricebook batches undo {batch.id}`.")


def _parse(batch_id: str) -> UUID:
    return parse_id(batch_id, "pricebook batches list")


async def _find_changes(database: Database, values: NewValues) -> ProductChanges:
    """Return the changes of a command; raises ValidationError for what the API would refuse."""
    given: dict[str, Any] = {}
    if values.status is not None:
        given["status"] = values.status
    if values.category is not None:
        none = values.category == NONE
        given["category_id"] = None if none else await find_category_id(database, values.category)
    if values.target_price is not None:
        given |= _price_changes(values.target_price)
    derived: dict[Method, str | None] = {"margin": values.margin, "markup": values.markup}
    for method, percent in derived.items():
        if percent is not None:
            given |= _derived_prices(method, percent, values, given)
    if not given:
        raise ValidationError(
            "Nothing to change is given: --status, --category, --target-price, --margin, --markup."
        )
    return ProductChanges(**given)


def _price_changes(text: str) -> dict[str, Decimal | None]:
    if text == NONE:
        return {"target_price": None}
    problem = f"{text} is no target price: expected 24.90, +3%, -5% or {NONE}."
    value = _number(text.removesuffix("%"), problem)
    return {"target_price_percent" if text.endswith("%") else "target_price": value}


def _derived_prices(
    method: Method, percent: str, values: NewValues, given: dict[str, Any]
) -> dict[str, PriceDerivation]:
    if any(name.startswith("target_price") for name in given):
        raise ValidationError("Give one of --target-price, --margin and --markup.")
    derivation = PriceDerivation(
        method=method,
        percent=_number(percent.removesuffix("%"), f"{percent} is no percentage: expected 25."),
        step=values.step,
        ending=values.ending,
        rounding=values.rounding,
    )
    return {"target_price_from_lowest": derivation}


def _number(text: str, problem: str) -> Decimal:
    try:
        return Decimal(text.strip().replace(",", "."))
    except ArithmeticError:
        raise ValidationError(problem) from None


def _print_changes(batch_id: UUID, query: ChangeQuery) -> str | None:
    """Print a page of changes; return the cursor of the next one."""
    page = run_with_database(lambda database: service.list_changes(database, batch_id, query))
    product_batch_output.print_changes(batch_id, page, run_with_database(read_category_names))
    return page.next_cursor
