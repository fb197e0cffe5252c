"""The page of a preview: what was understood, what is in doubt, what would change, and apply."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, get_args
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import PathParameter

from pricebook.auth.schemas import Caller
from pricebook.console.form_fields import MAX_FORM_BYTES, read_form
from pricebook.console.page_errors import caller_of
from pricebook.console.page_guard import page_for
from pricebook.console.page_texts import load_texts
from pricebook.console.previews.column_choices import list_shared_choices, list_unread_choices
from pricebook.console.previews.first_row_tables import list_first_rows
from pricebook.console.previews.given_answers import list_given
from pricebook.console.previews.preview_forms import SETTING, read_answers, read_settings
from pricebook.console.previews.price_list_samples import list_columns
from pricebook.console.previews.questions import list_problems, list_questions
from pricebook.console.previews.sheet_fields import list_sheet_fields
from pricebook.console.previews.supplier_settings import (
    SETTING_GROUPS,
    list_groups,
    show_changes,
    show_settings,
)
from pricebook.console.previews.tax_texts import gross_notice
from pricebook.console.reason_field import read_reason
from pricebook.console.rendering import may, render, wants_fragment
from pricebook.console.setting_words import list_named_settings
from pricebook.db.database import Database
from pricebook.errors import ConflictError, PricebookError, ValidationError
from pricebook.http.problems import request_id_of
from pricebook.imports import preview_service, preview_sheets, used_settings
from pricebook.imports.preview_basis import UsedSetting
from pricebook.imports.preview_changes import PreviewState
from pricebook.imports.preview_schemas import PreviewResult
from pricebook.imports.preview_service import BeyondThresholds
from pricebook.pricelists.schemas.read_config import Field
from pricebook.settings import Settings
from pricebook.suppliers import list_health as health
from pricebook.tasks.schemas import Requester

AnyRequest = Request[Any, Any, Any]
PreviewId = Annotated[UUID, PathParameter(description="The preview's id.")]
PATH = "/console/imports/previews"
ONE = PATH + "/{preview_id:str}"
UPLOAD = page_for("POST", "/suppliers/{id}/upload")
CHANGE = page_for("PATCH", "/suppliers/{id}")
FIRST_ROWS, MAX_ROWS = 50, 1_000
APPLIED = {"succeeded", "partially_succeeded"}
ENDED = {*APPLIED, "failed", "dead", "held", "refused"}


def address_of(preview_id: UUID) -> str:
    """Return the address of the page of a preview."""
    return f"{PATH}/{preview_id}"


@get(ONE, opt=UPLOAD)
async def show_preview(request: AnyRequest, preview_id: PreviewId) -> Response[Any]:
    """Show a preview, or what of it changes while it is read or imported."""
    state = await preview_service.get_state(_database(request), preview_id)
    return await show_state(request, state)


@post(ONE + "/answers", status_code=200, request_max_body_size=MAX_FORM_BYTES, opt=UPLOAD)
async def answer_questions(request: AnyRequest, preview_id: PreviewId) -> Response[Any]:
    """Read the price list again with the answers, and with settings that were changed beside."""
    form = await read_form(request)
    return await _read_with(request, preview_id, form, with_settings=SETTING in form)


@post(ONE + "/settings", status_code=200, request_max_body_size=MAX_FORM_BYTES, opt=UPLOAD)
async def change_settings(request: AnyRequest, preview_id: PreviewId) -> Response[Any]:
    """Read the price list again with changed settings, and with answers that were given beside."""
    return await _read_with(request, preview_id, await read_form(request), with_settings=True)


@post(ONE + "/again", status_code=303, request_max_body_size=MAX_FORM_BYTES, opt=UPLOAD)
async def read_again(request: AnyRequest, preview_id: PreviewId) -> Response[Any]:
    """Read and compare the same file again."""
    await preview_service.read_again(_database(request), preview_id)
    return to_preview(preview_id)


@post(ONE + "/apply", status_code=200, request_max_body_size=MAX_FORM_BYTES, opt=UPLOAD)
async def apply_preview(request: AnyRequest, preview_id: PreviewId) -> Response[Any]:
    """Import the price list as it was compared; beyond a threshold who may, after confirming it."""
    form = await read_form(request)
    caller = caller_of(request)
    try:
        await preview_service.apply(
            request.app.state.submission_context,
            Requester(
                caller.id,
                caller.username,
                request_id=request_id_of(request),
                reason=read_reason(form),
            ),
            preview_id,
            _moment(form.get("compared_at", "")),
            beyond_thresholds=_beyond_thresholds(caller, form),
        )
    except (ConflictError, ValidationError) as error:
        state = await preview_service.get_state(_database(request), preview_id)
        return await show_state(request, state, error)
    return to_preview(preview_id)


@post(ONE + "/discard", status_code=200, request_max_body_size=MAX_FORM_BYTES, opt=UPLOAD)
async def discard_preview(request: AnyRequest, preview_id: PreviewId) -> Response[Any]:
    """Discard a preview; nothing was imported."""
    try:
        await preview_service.discard(_database(request), preview_id, caller_of(request).username)
    except ConflictError as error:
        state = await preview_service.get_state(_database(request), preview_id)
        return await show_state(request, state, error)
    return to_preview(preview_id)


@post(ONE + "/forget", status_code=303, request_max_body_size=MAX_FORM_BYTES, opt=CHANGE)
async def forget_setting(request: AnyRequest, preview_id: PreviewId) -> Response[Any]:
    """Remove a setting of the supplier that was remembered, and read the price list again."""
    form = await read_form(request)
    name, member = form.get("name", ""), form.get("member") or None
    sheet = form.get("sheet") or None
    await used_settings.forget(_database(request), preview_id, name, member, sheet)
    return to_preview(preview_id)


@post(ONE + "/sheet", status_code=303, request_max_body_size=MAX_FORM_BYTES, opt=UPLOAD)
async def import_sheet(request: AnyRequest, preview_id: PreviewId) -> Response[Any]:
    """Read another sheet of the same file as a preview of its own."""
    form = await read_form(request)
    context = request.app.state.submission_context
    other_id = await preview_sheets.preview_sheet(
        context, caller_of(request), preview_id, form.get("sheet", "")
    )
    return to_preview(other_id)


async def _read_with(
    request: AnyRequest, preview_id: UUID, form: Mapping[str, str], *, with_settings: bool
) -> Response[Any]:
    state = await preview_service.get_state(_database(request), preview_id)
    preview = state.preview
    patches: list[dict[str, Any]] = []
    try:
        if with_settings:
            columns = list_columns(state.result, preview.found or {}, preview.config)
            patches += read_settings(form, columns)
        patches += read_answers(form)
    except ValidationError as error:
        return await show_state(request, state, error)
    return await _change(request, preview_id, patches, remembers="remember" in form)


async def _change(
    request: AnyRequest, preview_id: UUID, patches: list[dict[str, Any]], *, remembers: bool
) -> Response[Any]:
    database = _database(request)
    if not patches:
        state = await preview_service.get_state(database, preview_id)
        return await show_state(request, state, ValidationError(load_texts()("previews.no_answer")))
    try:
        changed = await preview_service.answer(database, preview_id, patches)
        if remembers and may(caller_of(request), "PATCH", "/suppliers/{id}"):
            await preview_service.remember(database, preview_id, changed)
    except (ConflictError, ValidationError) as error:
        state = await preview_service.get_state(database, preview_id)
        return await show_state(request, state, error)
    return to_preview(preview_id)


async def show_state(
    request: AnyRequest, state: PreviewState, error: PricebookError | None = None
) -> Response[Any]:
    """Return the page of a preview, or what of it changes, with why something was refused."""
    preview, result = state.preview, state.result
    found = preview.found or {}
    settings: Settings = request.app.state.settings
    currency = settings.catalog_currency
    is_open = preview.state in {"ready", "refused"}
    is_busy = preview.state in {"queued", "reading"} or (
        preview.state == "applied" and (state.task is None or state.task.state not in ENDED)
    )
    columns = list_columns(result, found, preview.config)
    used = result.basis.used if result and result.basis and is_open else ()
    chosen = _chosen_sheets(preview.config, used)
    questions = (
        list_questions(result, preview.found, currency, load_texts(), chosen)
        if result and is_open
        else []
    )
    values: dict[str, Any] = {
        "preview": preview,
        "result": result,
        "task": state.task,
        "is_outdated": state.is_outdated,
        "has_unmatched": state.task is not None
        and state.task.state in APPLIED
        and await health.has_unmatched(_database(request), preview.supplier_id),
        "is_busy": is_busy,
        "questions": questions,
        "problems": list_problems(result.issues if result else (), questions),
        "named_settings": _named_settings(result),
        "not_obeyed": list_unread_choices(preview.config, found, load_texts()),
        "shared": list_shared_choices(preview.config, found, load_texts()),
        "given": list_given(preview.config, load_texts(), new_layout=preview.new_layout),
        "used_settings": show_settings(used, load_texts(), columns),
        "groups": list_groups(used, preview.config),
        "setting_groups": SETTING_GROUPS,
        "changes": show_changes(state.changes, load_texts()),
        "columns": columns,
        "first_rows": list_first_rows(result, found, columns),
        "row_limit": MAX_ROWS if "rows" in request.query_params else FIRST_ROWS,
        "settings": _texts(preview.config),
        **_show_found(found),
        "price_sheets": list_sheet_fields(found, preview.config, chosen),
        "fields": get_args(Field),
        "catalog_vat": settings.catalog_vat,
        "gross_notice": gross_notice(found, settings.catalog_vat, load_texts()),
        "error": error,
        "is_fragment": wants_fragment(request),
    }
    template = "previews/preview_state.html" if wants_fragment(request) else "previews/preview.html"
    return render(request, template, values, status=error.status if error else 200)


def _named_settings(result: PreviewResult | None) -> list[str]:
    """Return the settings of the supplier that the problems of a preview name."""
    issues = result.issues if result else ()
    return list_named_settings(" ".join(each.message for each in issues))


def _show_found(found: dict[str, Any]) -> dict[str, Any]:
    """Return what was detected in the file: its settings, the sheets read and not read."""
    sheets = _sheets(found)
    return {
        "detected": _texts({"header_row": found.get("header_row"), **(found.get("basis") or {})}),
        "sheets": sheets,
        "unread_goods": found.get("unread_goods", found.get("unread_sheets", ())),
        "sheet_choices": [
            ("", load_texts()("previews.as_detected")),
            *zip(sheets, sheets, strict=True),
        ],
    }


def _beyond_thresholds(caller: Caller, form: Mapping[str, str]) -> BeyondThresholds:
    """Return what happens beyond a threshold: who may apply held price lists confirms it."""
    if not may(caller, "POST", "/tasks/{id}/apply"):
        return "hold"
    return "apply" if "overrides" in form else "refuse"


def _texts(values: dict[str, Any]) -> dict[str, str]:
    """Return settings as a form has them, empty ones as empty texts."""
    return {
        name: str(value).lower() if isinstance(value, bool) else str(value)
        for name, value in values.items()
        if value is not None
    }


def _sheets(found: dict[str, Any]) -> list[str]:
    """Return the sheets that are read, and the others with cells."""
    own: list[str] = list(found.get("sheets") or filter(None, [found.get("sheet")]))
    return [*own, *found.get("unread_sheets", ())]


def _chosen_sheets(config: dict[str, Any], used: Sequence[UsedSetting]) -> list[str]:
    """Return the sheets that were chosen for a preview, else those of its supplier."""
    of_supplier = {each.name: each.value for each in used if each.sheet is None}
    for options in (config, of_supplier):
        if chosen := options.get("sheet_names") or list(filter(None, [options.get("sheet_name")])):
            return chosen
    return []


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _database(request: AnyRequest) -> Database:
    return request.app.state.database


def to_preview(preview_id: UUID) -> Response[Any]:
    """Return the way to the page of a preview."""
    return Response(None, status_code=303, headers={"Location": address_of(preview_id)})
