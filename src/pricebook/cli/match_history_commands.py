"""The commands that say who linked, unlinked and rejected what."""

from dataclasses import dataclass
from typing import Annotated

from cyclopts import App, Parameter

from pricebook.cli import match_history_output, output
from pricebook.cli.lookups import find_supplier_id, parse_id
from pricebook.cli.option_types import Limit, PageNumber
from pricebook.cli.server_defaults import run_with_database
from pricebook.db.database import Database
from pricebook.errors import ValidationError
from pricebook.http.pagination import CursorPage
from pricebook.matching import codes, service
from pricebook.matching.decision_schemas import BatchQuery
from pricebook.matching.log_schemas import BatchDecisionPaging, DecisionQuery, LoggedDecision

LISTED_BY = "pricebook matches batches list"

batches_app = App(name="batches", help="Batches of decisions: who linked and rejected how much.")


def register(app: App) -> None:
    """Add the commands to those of matches."""
    app.command(batches_app)
    app.command(log)


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What the decisions are about."""

    supplier: Annotated[str | None, Parameter(help="Only items of this supplier.")] = None
    item: Annotated[
        str | None, Parameter(help="Only the item of the supplier with this article code.")
    ] = None
    product: Annotated[str | None, Parameter(help="Only the product with this own SKU.")] = None


@batches_app.command(name="list")
def list_batches(
    *, several: bool = False, limit: Limit = 20, page: PageNumber = 1, json: bool = False
) -> None:
    """List who linked, unlinked and rejected how much, newest first.

    Args:
        several: List only batches of more than one decision.
        limit: The number of batches on a page, up to 200.
        page: The number of the page.
        json: Print the batches as JSON.
    """
    listing = run_with_database(
        lambda database: service.list_batches(database, BatchQuery(page, limit, several=several))
    )
    if json:
        output.print_json(listing)
    else:
        match_history_output.print_batches(listing.data, listing.total_count)


@batches_app.command
def show(batch: str, *, limit: Limit = 200, page: PageNumber = 1, json: bool = False) -> None:
    """Show the decisions of a batch, newest first.

    Args:
        batch: Id of the batch, as `matches batches list` shows it.
        limit: The number of decisions on a page, up to 200.
        page: The number of the page.
        json: Print the batch as JSON.
    """
    batch_id = parse_id(batch, LISTED_BY)
    found = run_with_database(
        lambda database: service.get_batch(database, batch_id, BatchDecisionPaging(page, limit))
    )
    if json:
        output.print_json(found)
    else:
        match_history_output.print_batch(found)


def log(
    *,
    subject: Annotated[Subject, Parameter(name="*")] = Subject(),
    limit: Limit = 50,
    page: PageNumber = 1,
    json: bool = False,
) -> None:
    """List who linked, unlinked and rejected what and when, newest first.

    Args:
        subject: Which decisions to list.
        limit: The number of decisions on a page, up to 200.
        page: The number of the page.
        json: Print the page as JSON.
    """
    if subject.item is not None and subject.supplier is None:
        raise ValidationError("--item needs --supplier: article codes are those of a supplier.")

    async def query(database: Database) -> CursorPage[LoggedDecision]:
        name, code, sku = subject.supplier, subject.item, subject.product
        supplier_id = await find_supplier_id(database, name) if name else None
        has_item = supplier_id is not None and code is not None
        wanted = DecisionQuery(
            supplier_id=None if has_item else supplier_id,
            supplier_item_id=await codes.find_item(database, supplier_id, code)
            if supplier_id is not None and code is not None
            else None,
            product_id=await codes.find_product(database, sku) if sku else None,
            page=page,
            limit=limit,
        )
        return await service.list_decisions(database, wanted)

    listing = run_with_database(query)
    if json:
        output.print_json(listing)
    else:
        match_history_output.print_log(listing.data, listing.total_count)
