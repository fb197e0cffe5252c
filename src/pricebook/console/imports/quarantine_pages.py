"""Decisions about the quarantined rows of an import: single ones, the marked ones, all."""

from typing import Any
from uuid import UUID

from litestar import Response, post

from pricebook.console.form_fields import MAX_FORM_BYTES, convert_fields, read_fields
from pricebook.console.imports.import_pages import TaskId
from pricebook.console.imports.import_view import read_import, render_import
from pricebook.console.imports.task_lines import PATH, AnyRequest
from pricebook.console.page_errors import caller_of
from pricebook.console.page_guard import page_for
from pricebook.console.query_fields import PageQuery
from pricebook.console.rendering import render, wants_fragment
from pricebook.db.database import Database
from pricebook.errors import ConflictError
from pricebook.quarantine import service
from pricebook.quarantine.schemas import QuarantineDecision, QuarantineSelection

Fields = list[tuple[str, str]]
SHOWN_SKIPPED = 20


@post(
    PATH + "/{task_id:str}/quarantined/accept",
    status_code=200,
    request_max_body_size=MAX_FORM_BYTES,
    opt=page_for("POST", "/quarantined-rows/accept"),
)
async def accept_quarantined(request: AnyRequest, task_id: TaskId) -> Response[Any]:
    """Apply rows to their items."""
    return await _decide(request, task_id, "accepted")


@post(
    PATH + "/{task_id:str}/quarantined/refuse",
    status_code=200,
    request_max_body_size=MAX_FORM_BYTES,
    opt=page_for("POST", "/quarantined-rows/refuse"),
)
async def refuse_quarantined(request: AnyRequest, task_id: TaskId) -> Response[Any]:
    """Leave the items of rows as they are."""
    return await _decide(request, task_id, "refused")


async def _decide(request: AnyRequest, task_id: UUID, outcome: str) -> Response[Any]:
    fields = await read_fields(request)
    done, status = await _carry_out(request, task_id, fields, outcome)
    form = dict(fields)
    view = PageQuery({name: form[name] for name in ("rows",) if form.get(name)})
    values = await read_import(request, task_id, view, done)
    if wants_fragment(request):
        return render(request, "imports/quarantined.html", values, status=status)
    return render_import(request, values, status=status)


async def _carry_out(
    request: AnyRequest, task_id: UUID, fields: Fields, outcome: str
) -> tuple[dict[str, Any], int]:
    """Return what a decision has done, and the status of the page that shows it."""
    selection = _selection(task_id, fields)
    if selection is None:
        return {"outcome": "none_marked"}, 200
    database: Database = request.app.state.database
    name = caller_of(request).username
    decide = service.accept_rows if outcome == "accepted" else service.refuse_rows
    try:
        decision = await decide(database, selection, name)
    except ConflictError as error:
        return {"outcome": "conflict", "conflict": error.message}, 409
    return _describe(decision, outcome), 200


def _selection(task_id: UUID, fields: Fields) -> QuarantineSelection | None:
    """Return the rows of a form: one, all with their number, or those that are marked."""
    form = dict(fields)
    if form.get("one"):
        return convert_fields({"ids": [form["one"]]}, QuarantineSelection)
    if form.get("count"):
        chosen = {"task_id": str(task_id), "expected_count": form["count"]}
        return convert_fields(chosen, QuarantineSelection)
    marked = [value for name, value in fields if name == "row"]
    return convert_fields({"ids": marked}, QuarantineSelection) if marked else None


def _describe(decision: QuarantineDecision, outcome: str) -> dict[str, Any]:
    skipped = decision.skipped
    return {
        "outcome": outcome,
        "decided": decision.decided,
        "skipped": skipped[:SHOWN_SKIPPED],
        "skipped_total": len(skipped),
    }
