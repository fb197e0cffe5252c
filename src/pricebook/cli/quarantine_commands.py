"""The commands for quarantined rows: those whose price is out of line."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Annotated

from cyclopts import App, Parameter

from pricebook.cli import output
from pricebook.cli.lookups import COMMAND_LINE, find_supplier_id, parse_id
from pricebook.cli.option_types import Limit, PageNumber
from pricebook.cli.server_defaults import run_with_database
from pricebook.db.database import Database
from pricebook.http.pagination import CursorPage
from pricebook.quarantine import service
from pricebook.quarantine.schemas import (
    QuarantineDecision,
    QuarantinedRow,
    QuarantineQuery,
    QuarantineSelection,
    QuarantineState,
)

LISTED_BY = "pricebook quarantine list"

Decide = Callable[[Database, QuarantineSelection, str], Awaitable[QuarantineDecision]]

app = App(name="quarantine", help="Rows of price lists whose price is out of line.")


@dataclass(frozen=True, kw_only=True)
class Selection:
    """The rows to decide: ids, or all open ones of a task or a supplier."""

    task: Annotated[str | None, Parameter(help="Id of a task: all its open rows.")] = None
    supplier: Annotated[str | None, Parameter(help="Name of a supplier: all its open rows.")] = None
    expect: Annotated[
        int | None,
        Parameter(help="Number of open rows; with another number nothing is done."),
    ] = None
    json: Annotated[bool, Parameter(help="Print the result as JSON.", negative="")] = False


@dataclass(frozen=True, kw_only=True)
class Filters:
    """Which rows to list."""

    supplier: Annotated[
        str | None, Parameter(help="List only rows of the supplier of this name.")
    ] = None
    task: Annotated[
        str | None, Parameter(help="List only rows of the price list of this task.")
    ] = None
    state: Annotated[QuarantineState, Parameter(help="List only rows in this state.")] = "open"


@app.command(name="list")
def list_all(
    *,
    filters: Annotated[Filters, Parameter(name="*")] = Filters(),
    limit: Limit = 20,
    page: PageNumber = 1,
    json: bool = False,
) -> None:
    """List quarantined rows, newest first.

    Args:
        filters: Which rows to list.
        limit: The number of rows on a page.
        page: The number of the page.
        json: Print the page as JSON.
    """
    task_id = parse_id(filters.task, LISTED_BY) if filters.task else None

    async def query_rows(database: Database) -> CursorPage[QuarantinedRow]:
        name = filters.supplier
        supplier_id = await find_supplier_id(database, name) if name else None
        query = QuarantineQuery(
            page=page,
            limit=limit,
            supplier_id=supplier_id,
            task_id=task_id,
            state=filters.state,
        )
        return await service.list_rows(database, query)

    listing = run_with_database(query_rows)
    if json:
        output.print_json(listing)
    else:
        _print_rows(listing.data, listing.total_count)


@app.command
def accept(*ids: str, selection: Annotated[Selection, Parameter(name="*")] = Selection()) -> None:
    """Apply quarantined rows to their items.

    Args:
        ids: Ids of rows.
        selection: Other ways to select rows.
    """
    _decide(ids, selection, service.accept_rows, "accepted")


@app.command
def refuse(*ids: str, selection: Annotated[Selection, Parameter(name="*")] = Selection()) -> None:
    """Leave the items as they are; the same price is not quarantined again.

    Args:
        ids: Ids of rows.
        selection: Other ways to select rows.
    """
    _decide(ids, selection, service.refuse_rows, "refused")


def _decide(ids: tuple[str, ...], selection: Selection, decide: Decide, verb: str) -> None:
    row_ids = [parse_id(text, LISTED_BY) for text in ids]
    task_id = parse_id(selection.task, LISTED_BY) if selection.task else None

    async def decide_rows(database: Database) -> QuarantineDecision:
        supplier = selection.supplier
        supplier_id = await find_supplier_id(database, supplier) if supplier else None
        wanted = QuarantineSelection(
            ids=row_ids or None,
            task_id=task_id,
            supplier_id=supplier_id,
            expected_count=selection.expect,
        )
        return await decide(database, wanted, COMMAND_LINE)

    decision = run_with_database(decide_rows)
    if selection.json:
        output.print_json(decision)
    else:
        output.print_line(f"{decision.decided:,} rows {verb}.")
        for skipped in decision.skipped:
            output.print_line(f"{skipped.supplier_sku}: {skipped.reason}")


def _print_rows(rows: Sequence[QuarantinedRow], total_count: int) -> None:
    """Print each quarantined row on two lines: its id and state, its article and prices."""
    if not rows:
        output.print_none("quarantined row", total_count)
        return
    for row in rows:
        factor = f" (× {row.factor:.4g})" if row.factor is not None else ""
        output.print_line(f"{row.id} {row.state}")
        output.print_line(
            f"  {row.supplier_name}, {row.supplier_sku} {row.name}: "
            f"{row.old_price} → {row.price}{factor}"
        )
    output.print_line(f"{len(rows):,} of {total_count:,} rows.")
