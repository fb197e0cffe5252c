"""The commands for what surrounds matches: auto-link, clusters of items, learnt weights."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from cyclopts import App, Parameter

from pricebook.cli import match_output, output
from pricebook.cli.lookups import COMMAND_LINE, find_category_id, find_supplier_id
from pricebook.cli.option_types import Limit, PageNumber
from pricebook.cli.server_defaults import run_with_database
from pricebook.db.database import Database
from pricebook.errors import ValidationError
from pricebook.http.pagination import CursorPage
from pricebook.matching import codes, product_making, service
from pricebook.matching.auto_link_schemas import AutoLink
from pricebook.matching.cluster_schemas import (
    Cluster,
    ClusterProduct,
    ClusterQuery,
    ItemsProduct,
    MadeProduct,
)


def register(app: App) -> None:
    """Add the commands to those of matches."""
    for command in (auto_link, clusters, product, weights):
        app.command(command)


def auto_link(
    supplier: str, switch: Literal["on", "off"] | None = None, *, json: bool = False
) -> None:
    """Show whether certain matches of a supplier are linked by themselves, or switch it.

    Args:
        supplier: Name of the supplier.
        switch: `on` or `off`; it also switches itself off when a link of its is taken back.
        json: Print the state as JSON.
    """

    async def switch_it(database: Database) -> AutoLink:
        supplier_id = await find_supplier_id(database, supplier)
        if switch is None:
            return await service.get_auto_link(database, supplier_id)
        return await service.set_auto_link(
            database, supplier_id, COMMAND_LINE, is_on=switch == "on"
        )

    state = run_with_database(switch_it)
    if json:
        output.print_json(state)
    else:
        match_output.print_auto_link(supplier, state)


def clusters(
    *,
    supplier: str | None = None,
    limit: Limit = 20,
    page: PageNumber = 1,
    json: bool = False,
) -> None:
    """List unmatched items of several suppliers that are likely one article.

    Args:
        supplier: List only clusters with an item of the supplier of this name.
        limit: The number of clusters on a page.
        page: The number of the page.
        json: Print the page as JSON.
    """

    async def query_clusters(database: Database) -> CursorPage[Cluster]:
        supplier_id = await find_supplier_id(database, supplier) if supplier else None
        query = ClusterQuery(page, limit, supplier_id=supplier_id)
        return await service.list_clusters(database, query)

    listing = run_with_database(query_clusters)
    if json:
        output.print_json(listing)
    else:
        match_output.print_clusters(listing.data, listing.total_count)


@dataclass(frozen=True, kw_only=True)
class Fields:
    """The fields of a new product; by default what all items say alike."""

    name: Annotated[
        str | None, Parameter(help="Name of the product; by default that of the cheapest item.")
    ] = None
    sku: Annotated[str | None, Parameter(help="The own article code; one is made by default.")] = (
        None
    )
    category: Annotated[
        str | None, Parameter(help="The category by its path, as Tools > Saws.")
    ] = None
    price: Annotated[Decimal | None, Parameter(help="The own selling price.")] = None
    mpn: Annotated[str | None, Parameter(help="The manufacturer's part number.")] = None
    brand: Annotated[str | None, Parameter(help="The brand.")] = None
    gtin: Annotated[str | None, Parameter(help="The GTIN.")] = None
    active: Annotated[
        bool, Parameter(help="Publish the product; by default it is a draft.", negative="")
    ] = False


def product(
    *items: str,
    supplier: str | None = None,
    fields: Annotated[Fields, Parameter(name="*")] = Fields(),
    json: bool = False,
) -> None:
    """Make a product of the items of a cluster, or of items of one's own choice.

    Args:
        items: Id of a cluster, as `matches clusters` shows it; or article codes, each as
            SUPPLIER:CODE unless --supplier says whose they are.
        supplier: Name of the supplier of all items.
        fields: The fields of the product.
        json: Print the product as JSON.
    """
    if not items:
        raise ValidationError(
            "Give the id of a cluster, or items such as Nordwerk:NW-204, or codes with --supplier."
        )

    async def make(database: Database) -> MadeProduct:
        wanted = await _wanted(database, fields)
        cluster_id = _cluster_id(items) if supplier is None else None
        if cluster_id is not None:
            return await product_making.create_cluster_product(
                database, cluster_id, ClusterProduct(**wanted), COMMAND_LINE
            )
        item_ids = [await _find_item(database, supplier, each) for each in items]
        return await product_making.create_items_product(
            database, ItemsProduct(supplier_item_ids=item_ids, **wanted), COMMAND_LINE
        )

    made = run_with_database(make)
    if json:
        output.print_json(made)
    else:
        match_output.print_made_product(made)


async def _wanted(database: Database, fields: Fields) -> dict[str, Any]:
    wanted = {
        "name": fields.name,
        "internal_sku": fields.sku,
        "category_id": await find_category_id(database, fields.category)
        if fields.category
        else None,
        "status": "active" if fields.active else "draft",
        "target_price": fields.price,
        "mpn": fields.mpn,
        "brand": fields.brand,
        "gtin": fields.gtin,
    }
    return {name: value for name, value in wanted.items() if value is not None}


def _cluster_id(items: tuple[str, ...]) -> UUID | None:
    """Return the only value as an id; None if it is none."""
    try:
        return UUID(items[0]) if len(items) == 1 else None
    except ValueError:
        return None


async def _find_item(database: Database, supplier: str | None, text: str) -> UUID:
    """Return the id of an item, written CODE with a supplier, SUPPLIER:CODE without."""
    name, separator, code = text.partition(":") if supplier is None else (supplier, ":", text)
    if not (name and separator and code):
        raise ValidationError(
            f"{text} is no item: write SUPPLIER:CODE, or give --supplier and article codes."
        )
    return await codes.find_item(database, await find_supplier_id(database, name), code)


def weights(*, use: int | None = None, json: bool = False) -> None:
    """List the weights that were learnt from decisions, or choose which runs use.

    Args:
        use: Number of the weights to use from the next run on; 0 are those of the release.
        json: Print the weights as JSON.
    """
    models = run_with_database(
        lambda database: (
            service.list_models(database) if use is None else service.use_model(database, use)
        )
    )
    if json:
        output.print_json(models)
    else:
        match_output.print_models(models)
