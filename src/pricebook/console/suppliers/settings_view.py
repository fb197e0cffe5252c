"""What the form of a supplier shows beside what is typed in it."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from litestar import Request, Response

from pricebook.console.page_texts import load_texts
from pricebook.console.query_fields import PageQuery
from pricebook.console.rendering import render
from pricebook.console.suppliers.credential_fields import credential_values
from pricebook.console.suppliers.schedule_fields import DAYS, DEFAULT_TIME, describe_schedule
from pricebook.console.suppliers.supplier_fields import (
    COLUMNS,
    DELIMITERS,
    Issues,
    form_fields_of,
    issues_of,
)
from pricebook.db.database import Database
from pricebook.errors import ConflictError, ValidationError
from pricebook.suppliers import learnt_layout
from pricebook.suppliers import list_health as health
from pricebook.suppliers.health_schemas import COUNTED_OF_ONE
from pricebook.suppliers.schemas import SupplierOverview

AnyRequest = Request[Any, Any, Any]
DONE = ("forgotten", "credentials_set", "credentials_kept", "credentials_removed")
SHOWN_VALUE = 100
# The fields of a new supplier that are shown at once; `then` is a button.
FIRST = {"name", "source_type", "url", "spreadsheet_url", "file_path", "then"}
PRESET = {"is_active": "true", "schedule_at": DEFAULT_TIME}


async def render_form(
    request: AnyRequest,
    supplier: SupplierOverview | None,
    typed: Mapping[str, str],
    issues: Issues | None = None,
    *,
    has_conflict: bool = False,
) -> Response[Any]:
    """Return the form of a supplier with what was typed, and why it was refused at the fields."""
    values = await _form_values(request, supplier, typed, issues or {})
    values |= {"has_conflict": has_conflict, **credential_values(supplier, {}, {})}
    is_refused = bool(issues) or has_conflict
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
        "days": DAYS,
        "preview": preview_of(request, typed),
        **describe_schedule(typed),
        "shows_more": supplier is not None or _has_more(typed, issues),
        "done": done if done in DONE else "",
        **await _read_stored(request, supplier),
    }


def preview_of(request: AnyRequest, typed: Mapping[str, str]) -> str:
    """Return the id of the preview from which the settings were opened, empty for none."""
    try:
        return str(UUID(typed.get("preview") or request.query_params.get("preview", "")))
    except ValueError:
        return ""


def _has_more(typed: Mapping[str, str], issues: Issues) -> bool:
    """Return whether other fields than the first ones are filled in or refused."""
    filled = {name for name, text in typed.items() if text and text != PRESET.get(name)}
    return bool((filled | issues.keys()) - FIRST)


async def render_refused(
    request: AnyRequest,
    supplier: SupplierOverview | None,
    typed: Mapping[str, str],
    error: ConflictError | ValidationError,
) -> Response[Any]:
    """Return the form after the service refused it; the name is what may be taken."""
    taken = isinstance(error, ConflictError)
    issues = {"name": error.message} if taken else issues_of(error)
    return await render_form(request, supplier, typed, issues)


async def _read_stored(request: AnyRequest, supplier: SupplierOverview | None) -> dict[str, Any]:
    """Return the learnt layout of a supplier, and what is deleted with it."""
    if supplier is None:
        return {"layout": None, "counts": None, "most": COUNTED_OF_ONE}
    database: Database = request.app.state.database
    return {
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
