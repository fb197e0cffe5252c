"""Leaving articles with a doubtful price out of the import of a preview: one, or the marked."""

from typing import Any

from litestar import Request, Response, post

from pricebook.console.form_fields import MAX_FORM_BYTES, read_fields
from pricebook.console.page_texts import load_texts
from pricebook.console.previews.preview_pages import ONE, UPLOAD, PreviewId, show_state, to_preview
from pricebook.errors import ConflictError, PricebookError, ValidationError
from pricebook.imports import preview_service
from pricebook.imports.preview_options import LEFT_OUT_TOO


@post(ONE + "/leave-out", status_code=200, request_max_body_size=MAX_FORM_BYTES, opt=UPLOAD)
async def leave_out(request: Request[Any, Any, Any], preview_id: PreviewId) -> Response[Any]:
    """Read the price list again without the articles of a form: one of them, or the marked ones."""
    fields = await read_fields(request)
    one = [value for name, value in fields if name == "one" and value]
    codes = one or [value for name, value in fields if name == "row" and value]
    database = request.app.state.database
    problem: PricebookError = ValidationError(load_texts()("previews.none_marked"))
    try:
        if codes:
            await preview_service.answer(database, preview_id, [{LEFT_OUT_TOO: codes}])
            return to_preview(preview_id)
    except (ConflictError, ValidationError) as error:
        problem = error
    return await show_state(request, await preview_service.get_state(database, preview_id), problem)
