"""Unmatched items of several suppliers that seem one article, and products made of them."""

from typing import Any

from litestar import Request, Response, get, post

from pricebook.console.active_filters import read_active_filters
from pricebook.console.back_links import FIELD, back_address
from pricebook.console.form_fields import MAX_FORM_BYTES, convert_fields, read_fields, read_form
from pricebook.console.match_forms import NOTHING_DONE, describe_making, describe_undo, undo_batch
from pricebook.console.page_errors import caller_of
from pricebook.console.page_guard import page_for
from pricebook.console.query_fields import PageQuery, read_page_query, require_page_query
from pricebook.console.rendering import render, wants_fragment
from pricebook.console.supplier_choices import list_supplier_choices
from pricebook.db.database import Database
from pricebook.errors import ConflictError, NotFoundError, ValidationError
from pricebook.matching import product_making, service
from pricebook.matching.cluster_schemas import ClusterQuery, ItemsProduct

AnyRequest = Request[Any, Any, Any]
Fields = list[tuple[str, str]]
PATH = "/console/matches/clusters"
QUEUE = "/console/matches"
VIEW = ("supplier_id", "cursor", FIELD)
SHOWN_CLUSTERS = "20"


@get(PATH, opt=page_for("GET", "/clusters"))
async def show_clusters(request: AnyRequest) -> Response[Any]:
    """Show groups of unmatched items, the likeliest first."""
    query = read_page_query(ClusterQuery, request.scope["query_string"], FIELD)
    return await _clusters(request, query.fields, {})


@post(
    f"{PATH}/product",
    status_code=200,
    request_max_body_size=MAX_FORM_BYTES,
    opt=page_for("POST", "/matches/products"),
)
async def make_cluster_product(request: AnyRequest) -> Response[Any]:
    """Make a draft product of the checked items of a group, and show the groups that are left."""
    fields = await read_fields(request)
    form = dict(fields)
    try:
        made = await product_making.create_items_product(
            request.app.state.database, _read_product(fields), caller_of(request).username
        )
    except (ValidationError, ConflictError, NotFoundError) as error:
        issues = error.issues if isinstance(error, ValidationError) else ()
        refused = {
            "refused": form.get("cluster_id"),
            "typed": form,
            "checked": _checked(fields),
            "issues": {each.field: each.issue for each in issues},
            "problem": error.message,
        }
        return await _clusters(request, form, refused, status=error.status)
    return await _clusters(request, form, describe_making(made))


@post(
    f"{PATH}/undo",
    status_code=200,
    request_max_body_size=MAX_FORM_BYTES,
    opt=page_for("POST", "/matches/batches/{id}/undo"),
)
async def undo_cluster_product(request: AnyRequest) -> Response[Any]:
    """Unlink the items of a product that was made and archive it, and show the groups."""
    form = await read_form(request)
    undone = await undo_batch(request, form)
    return await _clusters(request, form, describe_undo(undone) | {"outcome": "unmade"})


def _read_product(fields: Fields) -> ItemsProduct:
    """Return the product that a form describes; raises ValidationError."""
    form = dict(fields)
    checked = _checked(fields)
    if not checked:
        raise ValidationError("No item is checked: check those that are one article.")
    wanted = {"supplier_item_ids": sorted(checked)}
    given = {name: form.get(name, "").strip() for name in ("name", "internal_sku")}
    return convert_fields(
        wanted | {name: text for name, text in given.items() if text}, ItemsProduct
    )


def _checked(fields: Fields) -> set[str]:
    return {value for name, value in fields if name == "item"}


async def _clusters(
    request: AnyRequest, fields: dict[str, str], done: dict[str, Any], status: int = 200
) -> Response[Any]:
    """Return the groups of the page that the fields name, below what was just done."""
    view = PageQuery({name: fields[name] for name in VIEW if fields.get(name)})
    listed = view.without(FIELD)
    wanted = PageQuery({**listed.fields, "limit": SHOWN_CLUSTERS})
    database: Database = request.app.state.database
    page = await service.list_clusters(database, require_page_query(ClusterQuery, wanted))
    following = page.next_cursor
    filters = [] if page.data else await read_active_filters(database, "clusters", view, PATH)
    values = {
        "query": view,
        "page": page,
        "next": following and view.address(PATH, cursor=following),
        "first": view.address(PATH, cursor=None),
        "here": view.address(PATH),
        "active_filters": filters,
        "cleared": view.address(PATH, supplier_id=None, cursor=None),
        "queue": back_address(view.fields, listed.address(QUEUE, cursor=None)),
        "refused": None,
        "problem": "",
        **NOTHING_DONE,
        **done,
    }
    if wants_fragment(request):
        headers = {"HX-Replace-Url": view.address(PATH)}
        return render(request, "cluster_list.html", values, status=status, headers=headers)
    values["suppliers"] = await list_supplier_choices(database, [view.get("supplier_id")])
    return render(request, "clusters.html", values, status=status)
