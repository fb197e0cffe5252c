"""The commands for what surrounds matches: auto-link, clusters of items, learnt weights."""

from typing import Literal

from cyclopts import App

from pricebook.cli import match_output, output
from pricebook.cli.lookups import COMMAND_LINE, find_supplier_id, parse_id
from pricebook.cli.server_defaults import run_with_database
from pricebook.db.database import Database
from pricebook.http.pagination import CursorPaging
from pricebook.matching import service
from pricebook.matching.auto_link_schemas import AutoLink
from pricebook.matching.cluster_schemas import ClusterProduct


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


def clusters(*, limit: int = 20, page: int = 1, json: bool = False) -> None:
    """List unmatched items of several suppliers that are likely one article.

    Args:
        limit: The number of clusters on a page.
        page: The number of the page.
        json: Print the page as JSON.
    """
    listing = run_with_database(
        lambda database: service.list_clusters(database, CursorPaging(page, limit))
    )
    if json:
        output.print_json(listing)
    else:
        match_output.print_clusters(listing.data, listing.total_count)


def product(cluster: str, *, name: str | None = None, sku: str | None = None) -> None:
    """Make an active product of a cluster and link its items.

    Args:
        cluster: Id of the cluster, as `matches clusters` shows it.
        name: Name of the product; by default that of the cheapest item.
        sku: The own article code; one is made by default.
    """
    cluster_id = parse_id(cluster, "pricebook matches clusters")
    wanted = ClusterProduct(name=name, internal_sku=sku, status="active")
    made = run_with_database(
        lambda database: service.create_product(database, cluster_id, wanted, COMMAND_LINE)
    )
    output.print_line(f"{made.internal_sku}: {made.name}, {len(made.supplier_items)} items linked.")


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
