"""The tree of categories: create, rename, move and delete them."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post
from litestar.params import PathParameter
from msgspec import Struct

from pricebook.categories import service
from pricebook.categories.schemas import Category, CategoryChange, NewCategory
from pricebook.categories.service import OutdatedError
from pricebook.console.administration.administration_sections import PATH as ADMINISTRATION
from pricebook.console.administration.administration_sections import render_section
from pricebook.console.administration.category_rows import (
    CategoryRow,
    Names,
    ancestors,
    choices_without,
    names_of,
    path_text,
    targets_without,
    tree_rows,
)
from pricebook.console.form_fields import MAX_FORM_BYTES, convert_fields, read_form
from pricebook.console.page_guard import page_for
from pricebook.console.query_fields import PageQuery, read_page_query
from pricebook.db.database import Database
from pricebook.errors import ConflictError, ValidationError

AnyRequest = Request[Any, Any, Any]
CategoryId = Annotated[UUID, PathParameter(description="The category's id.")]
PATH = f"{ADMINISTRATION}/categories"
# Up to so many categories, the whole tree is open.
OPEN_UP_TO = 100
DONE = ("created", "changed", "moved", "merged", "deleted")
ALL = "all"


class CategoryView(Struct):
    """The fields of the address of the tree.

    `at` is the category that was changed last, `was` its former parent, if it was moved.
    """

    search: str = ""
    open: str = ""
    done: str = ""
    at: str = ""
    was: str = ""


@get(PATH, opt=page_for("GET", "/categories"))
async def show_categories(request: AnyRequest) -> Response[Any]:
    """Show the tree of categories, or those that have the words of a search."""
    return await _tree(request)


@get(f"{PATH}/new", opt=page_for("POST", "/categories"))
async def show_new_category(request: AnyRequest) -> Response[Any]:
    """Show the form of a new category."""
    names = await _read_names(request)
    return _form(request, names, {"parent_id": request.query_params.get("parent_id", "")})


@post(
    f"{PATH}/new",
    status_code=200,
    request_max_body_size=MAX_FORM_BYTES,
    opt=page_for("POST", "/categories"),
)
async def create_category(request: AnyRequest) -> Response[Any]:
    """Create a category."""
    typed = await read_form(request)
    try:
        new = NewCategory(typed.get("name", ""), _id_of(typed.get("parent_id", "")))
        created = await service.create_category(request.app.state.database, new)
    except (ConflictError, ValidationError) as error:
        return _form(request, await _read_names(request), typed, _issues_of(error))
    return done("created", at=created.id)


@get(PATH + "/{category_id:str}", opt=page_for("PATCH", "/categories/{id}"))
async def show_category(request: AnyRequest, category_id: CategoryId) -> Response[Any]:
    """Show the form of a category, and what else can be done with it."""
    return await _category(request, category_id)


@post(
    PATH + "/{category_id:str}",
    status_code=200,
    request_max_body_size=MAX_FORM_BYTES,
    opt=page_for("PATCH", "/categories/{id}"),
)
async def change_category(request: AnyRequest, category_id: CategoryId) -> Response[Any]:
    """Rename or move a category, unless somebody else changed it since it was shown."""
    typed = await read_form(request)
    try:
        change = CategoryChange(typed.get("name", ""), _id_of(typed.get("parent_id", "")))
        await _change(request, category_id, change, typed)
    except (ConflictError, ValidationError) as error:
        return await _category(request, category_id, typed, error)
    return done("changed", at=category_id)


@post(
    PATH + "/{category_id:str}/move",
    status_code=200,
    request_max_body_size=MAX_FORM_BYTES,
    opt=page_for("PATCH", "/categories/{id}"),
)
async def move_category(request: AnyRequest, category_id: CategoryId) -> Response[Any]:
    """Move a category that was dragged, and return to the tree."""
    typed = await read_form(request)
    database: Database = request.app.state.database
    try:
        former, _ = await service.get_category(database, category_id)
        change = CategoryChange(parent_id=_id_of(typed.get("parent_id", "")))
        await _change(request, category_id, change, typed)
    except (ConflictError, ValidationError) as error:
        return await _tree(request, at=category_id, error=error)
    return done("moved", at=category_id, was=former.parent_id or ALL)


@post(
    PATH + "/{category_id:str}/delete",
    status_code=303,
    request_max_body_size=MAX_FORM_BYTES,
    opt=page_for("DELETE", "/categories/{id}"),
)
async def delete_category(request: AnyRequest, category_id: CategoryId) -> Response[Any]:
    """Delete a category; its products have none then, its subcategories move up."""
    database: Database = request.app.state.database
    category, _ = await service.get_category(database, category_id)
    await service.delete_category(database, category_id)
    return done("deleted", at=category.parent_id)


def done(what: str, **fields: object) -> Response[Any]:
    """Return to the tree, at the category that was changed."""
    address = PageQuery({}).address(PATH, done=what, **fields)
    anchor = f"#category-{fields['at']}" if fields.get("at") else ""
    return Response(None, status_code=303, headers={"Location": address + anchor})


async def _change(
    request: AnyRequest, category_id: UUID, change: CategoryChange, typed: dict[str, str]
) -> None:
    seen = convert_fields(typed.get("before", ""), datetime)
    database: Database = request.app.state.database
    await service.change_category(database, category_id, change, seen=seen)


async def _tree(
    request: AnyRequest,
    *,
    at: UUID | None = None,
    error: ConflictError | ValidationError | None = None,
) -> Response[Any]:
    query = read_page_query(CategoryView, request.scope["query_string"])
    categories = await service.read_counted_tree(request.app.state.database)
    names = names_of((each.id, each.name, each.parent_id) for each in categories)
    shown_at = at or _known(names, query.get("at"))
    is_open = query.get("open") == ALL or len(categories) <= OPEN_UP_TO
    rows = tree_rows(categories, None if is_open else ancestors(names, shown_at)[:-1])
    words = query.get("search").casefold().split()
    paths = {each.category.id: path_text(names, each.category.id) for each in rows} if words else {}
    matches = [
        each for each in rows if all(word in paths[each.category.id].casefold() for word in words)
    ]
    what = query.get("done")
    values = {
        "query": query,
        "rows": matches if words else rows,
        "paths": paths,
        "count": len(rows),
        "is_open": is_open,
        "at": shown_at,
        "error": error,
        "done": what if what in DONE and error is None else "",
        "moved": _moved(rows, shown_at, query.get("was")) if what == "moved" else None,
    }
    status = error.status if error else 200
    return render_section(request, "administration/categories.html", values, status=status)


def _moved(rows: list[CategoryRow], at: UUID | None, was: str) -> dict[str, Any] | None:
    """Return the category that was moved, and what its form needs to move it back."""
    found = [each.category for each in rows if each.category.id == at]
    return {"category": found[0], "was": "" if was == ALL else was} if found and was else None


async def _category(
    request: AnyRequest,
    category_id: UUID,
    typed: dict[str, str] | None = None,
    error: ConflictError | ValidationError | None = None,
) -> Response[Any]:
    """Return the page of a category, with what was typed and why it was refused."""
    category, use = await service.get_category(request.app.state.database, category_id)
    names = await _read_names(request)
    kept = {"name": category.name, "parent_id": str(category.parent_id or "")}
    is_outdated = isinstance(error, OutdatedError)
    values = {
        "category": category,
        "use": use,
        "has_conflict": is_outdated,
        "targets": targets_without(names, category.id),
    }
    issues = _issues_of(error) if error and not is_outdated else {}
    return _form(request, names, typed or kept, issues, values)


def _form(
    request: AnyRequest,
    names: Names,
    typed: dict[str, str],
    issues: dict[str, str] | None = None,
    values: dict[str, Any] | None = None,
) -> Response[Any]:
    """Return the form of a category with what was typed, and why it was refused."""
    category: Category | None = values["category"] if values else None
    context: dict[str, Any] = {
        "category": category,
        "typed": PageQuery(typed),
        "issues": issues or {},
        "has_conflict": False,
        "parents": choices_without(names, category.id if category else None),
        "path_text": path_text(names, category.id if category else None),
        **(values or {}),
    }
    is_refused = bool(issues) or context["has_conflict"]
    template = "administration/category.html"
    return render_section(request, template, context, status=400 if is_refused else 200)


async def _read_names(request: AnyRequest) -> Names:
    return names_of(await service.list_tree(request.app.state.database))


def _id_of(text: str) -> UUID | None:
    """Return the id of a chosen category, None for none; raises ValidationError."""
    return convert_fields(text, UUID) if text else None


def _known(names: Names, text: str) -> UUID | None:
    """Return the id of a category that exists, None for any other text."""
    try:
        category_id = msgspec.convert(text, UUID)
    except msgspec.ValidationError:
        return None
    return category_id if category_id in names else None


def _issues_of(error: ConflictError | ValidationError) -> dict[str, str]:
    """Return the issues of an error by field; the name is what may be taken."""
    if isinstance(error, ConflictError):
        return {"name": error.message}
    return {each.field: each.issue for each in error.issues} or {"name": error.message}
