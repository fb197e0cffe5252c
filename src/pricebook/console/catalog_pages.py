"""The pages of the public catalog: the list with its filters, and one product."""

from typing import Annotated, Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

from litestar import Request, Response, get
from litestar.params import PathParameter

from pricebook.catalog import service
from pricebook.catalog.category_tree import CategoryTree, read_tree
from pricebook.catalog.schemas import CatalogQuery, with_prices
from pricebook.catalog.service import Catalog, CatalogPage
from pricebook.console.active_filters import active_filters
from pricebook.console.query_fields import PageQuery, decode_page_query, read_page_query
from pricebook.console.rendering import render, wants_fragment
from pricebook.errors import NotFoundError

AnyRequest = Request[Any, Any, Any]
PRICE_SORTS = ("price", "-price")
SORTS = ("name", "-name", *PRICE_SORTS, "newest")
PATH = "/"


@get("/", name="catalog")
async def show_catalog(request: AnyRequest) -> Response[Any]:
    """Show active products with price range, by words, category and price."""
    if not request.app.state.settings.catalog_pages:
        target = "/login" if request.scope["user"] is None else "/console"
        return Response(None, status_code=303, headers={"Location": target})
    catalog: Catalog = request.app.state.catalog
    kind = with_prices(CatalogQuery, catalog.prices)
    query = read_page_query(kind, request.scope["query_string"])
    if query.get("category_id"):
        query.fields["include_subcategories"] = "true"
    else:
        query.fields.pop("include_subcategories", None)
    criteria, issues = decode_page_query(kind, query)
    result = None if criteria is None else await service.browse(catalog, criteria)
    values = {
        **_list_values(query, result, await read_tree(catalog)),
        "issues": {each.field: each.issue for each in issues},
        "prices": catalog.prices,
        "sorts": [each for each in SORTS if catalog.prices != "hidden" or each not in PRICE_SORTS],
    }
    if wants_fragment(request):
        headers = {"HX-Replace-Url": query.address(PATH, cursor=None, page=None)}
        return render(request, "catalog_results.html", values, headers=headers)
    return render(request, "catalog.html", values, status=400 if issues else 200)


def _list_values(
    query: PageQuery, result: CatalogPage | None, tree: CategoryTree
) -> dict[str, Any]:
    """Return what the list shows; `result` is None for a query that was refused."""
    cursor = result.next_cursor if result else None
    open_path = tree.path(query.get("category_id"))
    names = {each.id: each.name for each in open_path}
    without_page = query.fields.keys() - {"cursor", "page", "limit", "sort"}
    return {
        "query": query,
        "result": result.page if result else None,
        "next": cursor and query.address(PATH, cursor=cursor, page=None),
        "first": query.address(PATH, cursor=None, page=None),
        "tree": tree,
        "open_path": open_path,
        "active_filters": active_filters("catalog", query, PATH, names),
        "is_filtered": bool(without_page - {"include_subcategories"}),
    }


@get("/catalog/{product_id:str}", name="catalog_product")
async def show_catalog_product(
    request: AnyRequest,
    product_id: Annotated[UUID, PathParameter(description="The product's id.")],
) -> Response[Any]:
    """Show one active product."""
    if not request.app.state.settings.catalog_pages:
        raise NotFoundError("The pages of the catalog are switched off (CATALOG_PAGES).")
    catalog: Catalog = request.app.state.catalog
    product = await service.get_product(catalog, product_id)
    tree = await read_tree(catalog)
    values = {
        "product": product,
        "prices": catalog.prices,
        "path_of_category": tree.path(product.category_id),
        "back": _address_of_list(request),
    }
    return render(request, "catalog_product.html", values)


def _address_of_list(request: AnyRequest) -> str:
    """Return the list that the visitor came from, with its filters, or the list without any."""
    referer = urlsplit(request.headers.get("referer", ""))
    if referer.netloc != request.headers.get("host") or referer.path != PATH:
        return PATH
    fields = {name: values[-1] for name, values in parse_qs(referer.query).items()}
    known = CatalogQuery.__struct_fields__
    return PageQuery({name: each for name, each in fields.items() if name in known}).address(PATH)
