"""The merge of a category into another one: what would move, and the button."""

from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post

from pricebook.categories import service
from pricebook.console.administration.administration_sections import render_section
from pricebook.console.administration.category_pages import PATH, CategoryId, done
from pricebook.console.administration.category_rows import names_of, path_text, targets_without
from pricebook.console.form_fields import MAX_FORM_BYTES, convert_fields, read_form
from pricebook.console.page_guard import page_for
from pricebook.db.database import Database
from pricebook.errors import ConflictError, ValidationError

AnyRequest = Request[Any, Any, Any]
MERGE = page_for("POST", "/categories/{id}/merge")


@get(PATH + "/{category_id:str}/merge", opt=MERGE)
async def show_merge(request: AnyRequest, category_id: CategoryId) -> Response[Any]:
    """Show what the merge of a category into the chosen one would move."""
    return await _preview(request, category_id, request.query_params.get("into_id", ""))


@post(
    PATH + "/{category_id:str}/merge",
    status_code=200,
    request_max_body_size=MAX_FORM_BYTES,
    opt=MERGE,
)
async def merge_category(request: AnyRequest, category_id: CategoryId) -> Response[Any]:
    """Merge a category into the chosen one, unless it was changed since it was shown."""
    typed = await read_form(request)
    into = typed.get("into_id", "")
    database: Database = request.app.state.database
    try:
        seen = convert_fields(typed.get("before", ""), datetime)
        into_id = convert_fields(into, UUID)
        await service.merge_category(database, category_id, into_id, seen=seen)
    except (ConflictError, ValidationError) as error:
        return await _preview(request, category_id, into, error)
    return done("merged", at=into_id)


async def _preview(
    request: AnyRequest,
    category_id: UUID,
    into: str,
    error: ConflictError | ValidationError | None = None,
) -> Response[Any]:
    database: Database = request.app.state.database
    category, use = await service.get_category(database, category_id)
    names = names_of(await service.list_tree(database))
    targets = targets_without(names, category_id)
    values = {
        "category": category,
        "use": use,
        "path_text": path_text(names, category_id),
        "targets": targets,
        "into": into,
        "into_text": path_text(names, UUID(into)) if into in dict(targets) else "",
        "error": error,
    }
    status = error.status if error else 200
    return render_section(request, "administration/category_merge.html", values, status=status)
