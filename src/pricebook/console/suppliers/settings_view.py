"""What the form of a supplier shows beside what is typed in it."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from litestar import Request, Response

from pricebook.console.page_texts import load_texts
from pricebook.console.query_fields import PageQuery
from pricebook.console.rendering import render
from pricebook.console.suppliers.credential_fields import (
    KIND,
    credential_values,
    require_secret_again,
)
from pricebook.console.suppliers.schedule_fields import DAYS, describe_schedule
from pricebook.console.suppliers.setting_groups import list_groups, list_refused
from pricebook.console.suppliers.supplier_fields import (
    COLUMNS,
    DELIMITERS,
    Issues,
    form_fields_of,
    issues_of,
)
from pricebook.db.database import Database
from pricebook.errors import ConflictError, ValidationError
from pricebook.imports.safety_thresholds import MAX_OUT_OF_LINE_PERCENT
from pricebook.matching import service as matching
from pricebook.suppliers import learnt_layout
from pricebook.suppliers import list_health as health
from pricebook.suppliers.credentials import MissingKeyError
from pricebook.suppliers.health_schemas import COUNTED_OF_ONE
from pricebook.suppliers.schemas import SupplierOverview

AnyRequest = Request[Any, Any, Any]
DONE = ("forgotten", "credentials_set", "credentials_kept", "credentials_removed")
SHOWN_VALUE = 100


async def render_form(
    request: AnyRequest,
    supplier: SupplierOverview | None,
    typed: Mapping[str, str],
    issues: Issues | None = None,
    *,
    has_conflict: bool = False,
) -> Response[Any]:
    """Return the form of a supplier with what was typed, and why it was refused at the fields."""
    found = issues or {}
    if supplier is None:
        found = require_secret_again(typed, found)
    values = await _form_values(request, supplier, typed, found)
    login = (
        credential_values(supplier, {}, {}) if supplier else credential_values(None, typed, found)
    )
    values |= {"has_conflict": has_conflict, **login}
    is_refused = bool(found) or has_conflict
    return render(request, "suppliers/settings.html", values, status=400 if is_refused else 200)


async def render_refused_credentials(
    request: AnyRequest, supplier: SupplierOverview, typed: Mapping[str, str], issues: Issues
) -> Response[Any]:
    """Return the settings with the credentials that were typed, but for the secret, and issues."""
    values = await _form_values(request, supplier, form_fields_of(supplier), {})
    values |= {"has_conflict": False, **credential_values(supplier, typed, issues)}
    return render(request, "suppliers/settings.html", values, status=400)


async def _form_values(
    request: AnyRequest, supplier: SupplierOverview | None, typed: Mapping[str, str], issues: Issues
) -> dict[str, Any]:
    """Return what the form of a supplier shows, without its credentials."""
    delimiter = typed.get("delimiter", "")
    known = list(DELIMITERS.values())
    done = request.query_params.get("done", "")
    return {
        "supplier": supplier,
        "before": form_fields_of(supplier)["before"] if supplier else "",
        "typed": PageQuery(dict(typed)),
        "issues": issues,
        "delimiters": known if delimiter in {"", *known} else [*known, delimiter],
        "columns": COLUMNS,
        "server": request.app.state.settings,
        "max_out_of_line": MAX_OUT_OF_LINE_PERCENT,
        "days": DAYS,
        "preview": preview_of(request, typed),
        **describe_schedule(typed),
        "groups": list_groups(typed, issues, load_texts()),
        "refused": list_refused(issues, load_texts()),
        "done": done if done in DONE else "",
        **await _read_stored(request, supplier),
    }


def preview_of(request: AnyRequest, typed: Mapping[str, str]) -> str:
    """Return the id of the preview from which the settings were opened, empty for none."""
    try:
        return str(UUID(typed.get("preview") or request.query_params.get("preview", "")))
    except ValueError:
        return ""


async def render_refused(
    request: AnyRequest,
    supplier: SupplierOverview | None,
    typed: Mapping[str, str],
    error: ConflictError | ValidationError,
) -> Response[Any]:
    """Return the form after the service refused it; the name is what may be taken."""
    match error:
        case MissingKeyError():
            issues = {KIND: error.message}
        case ConflictError():
            issues = {"name": error.message}
        case _:
            issues = issues_of(error)
    return await render_form(request, supplier, typed, issues)


async def _read_stored(request: AnyRequest, supplier: SupplierOverview | None) -> dict[str, Any]:
    """Return the learnt layout of a supplier, its auto-link, and what is deleted with it."""
    if supplier is None:
        return {"layout": None, "counts": None, "most": COUNTED_OF_ONE, "auto_link": None}
    database: Database = request.app.state.database
    return {
        "auto_link": await matching.get_auto_link(database, supplier.id),
        "layout": await learnt_layout.describe_layout(database, supplier.id),
        "counts": await health.count_parts(database, supplier.id),
        "most": COUNTED_OF_ONE,
    }


async def render_conflict(
    request: AnyRequest, supplier: SupplierOverview, typed: Mapping[str, str]
) -> Response[Any]:
    """Return the form after somebody else changed the supplier, with what is stored now."""
    conflicts = _conflicting_fields(typed, supplier)
    return await render_form(request, supplier, typed, conflicts, has_conflict=True)


def _conflicting_fields(typed: Mapping[str, str], supplier: SupplierOverview) -> Issues:
    """Return for each field that is stored otherwise than typed what is stored now."""
    t = load_texts()
    stored = form_fields_of(supplier)
    return {
        name: t("suppliers.stored_now", value=_shown(value))
        for name, value in stored.items()
        if name != "before" and _normal(typed.get(name, "")) != _normal(value)
    }


def _normal(value: str) -> str:
    return "\n".join(value.split("\r\n")).strip()


def _shown(value: str) -> str:
    text = ", ".join(value.splitlines()) or "–"
    return text if len(text) <= SHOWN_VALUE else f"{text[:SHOWN_VALUE]}…"
