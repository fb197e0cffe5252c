"""The commands for suggested matches: which product an unmatched supplier item is."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from cyclopts import App, Parameter

from pricebook.cli import match_output, match_setup_commands, output
from pricebook.cli.lookups import COMMAND_LINE, find_supplier_id, parse_id
from pricebook.cli.server_defaults import run_with_database
from pricebook.db.database import Database
from pricebook.errors import ValidationError
from pricebook.http.pagination import CursorPage, CursorPaging
from pricebook.matching import service
from pricebook.matching.decision_schemas import (
    MAX_FILTERED,
    BulkDecision,
    DecidedBatch,
    FilteredDecision,
)
from pricebook.matching.run_schemas import MatchRun, RunRequest
from pricebook.matching.schemas import Action, Band, MatchQuery, SuggestedMatch

MAX_SHOWN_BATCHES = 50

app = App(name="matches", help="Products that unmatched supplier items are likely to be.")
match_setup_commands.register(app)


@dataclass(frozen=True, kw_only=True)
class Filters:
    """Items by their best suggestion."""

    supplier: Annotated[
        str | None, Parameter(help="Name of a supplier; pairs are of its items.")
    ] = None
    band: Annotated[
        Band | None, Parameter(help="Only items whose best suggestion has this band.")
    ] = None
    only_one: Annotated[
        bool, Parameter(help="Only items with exactly one suggestion.", negative="")
    ] = False
    search: Annotated[str | None, Parameter(help="Words of the name or the code of the item.")] = (
        None
    )


@app.command
def run(*, supplier: str | None = None, json: bool = False) -> None:
    """Suggest products for all unmatched items, or those of a supplier.

    Args:
        supplier: Name of the supplier.
        json: Print the run as JSON.
    """
    # numpy is loaded by this command only
    from pricebook.matching.runs import run_next  # noqa: PLC0415

    async def suggest(database: Database) -> MatchRun:
        supplier_id = await find_supplier_id(database, supplier) if supplier else None
        queued = await service.request_run(
            database, RunRequest(supplier_id=supplier_id), COMMAND_LINE
        )
        return await run_next(database, queued.id) or queued

    ended = run_with_database(suggest)
    if json:
        output.print_json(ended)
    else:
        match_output.print_run(ended)


@app.command(name="list")
def list_all(
    *,
    filters: Annotated[Filters, Parameter(name="*")] = Filters(),
    limit: int = 20,
    cursor: str | None = None,
    json: bool = False,
) -> None:
    """List unmatched items with the products that each may be, certain ones first.

    Args:
        filters: Which items to list.
        limit: The number of items on a page, up to 200.
        cursor: Where the page begins, as the page before says.
        json: Print the page as JSON.
    """

    async def query(database: Database) -> CursorPage[SuggestedMatch]:
        name = filters.supplier
        supplier_id = await find_supplier_id(database, name) if name else None
        wanted = MatchQuery(
            supplier_id=supplier_id,
            band=filters.band,
            only_one=filters.only_one,
            search=filters.search,
            limit=limit,
            cursor=cursor,
        )
        return await service.list_matches(database, wanted)

    page = run_with_database(query)
    if json:
        output.print_json(page)
    else:
        match_output.print_matches(page)


@app.command
def accept(
    *pairs: str,
    filters: Annotated[Filters, Parameter(name="*")] = Filters(),
    expect: int | None = None,
    json: bool = False,
) -> None:
    """Link items to products.

    Args:
        pairs: Pairs such as NW-204=SAW-745: the supplier's article code and the own SKU.
        filters: Without pairs: link each item that passes to its best suggestion.
        expect: The number of these items, as `matches list` shows; with another one nothing is
            done.
        json: Print the outcomes as JSON.
    """
    _decide("accept", pairs, filters, expect, json=json)


@app.command
def reject(
    *pairs: str,
    filters: Annotated[Filters, Parameter(name="*")] = Filters(),
    expect: int | None = None,
    json: bool = False,
) -> None:
    """Never suggest these pairs again.

    Args:
        pairs: Pairs such as NW-204=SAW-745: the supplier's article code and the own SKU.
        filters: Without pairs: reject the best suggestion of each item that passes.
        expect: The number of these items, as `matches list` shows; with another one nothing is
            done.
        json: Print the outcomes as JSON.
    """
    _decide("reject", pairs, filters, expect, json=json)


@app.command
def batches(*, json: bool = False) -> None:
    """List who linked and rejected how much, newest first.

    Args:
        json: Print the batches as JSON.
    """
    page = run_with_database(
        lambda database: service.list_batches(database, CursorPaging(limit=MAX_SHOWN_BATCHES))
    )
    if json:
        output.print_json(page)
    else:
        match_output.print_batches(page.data)


@app.command
def undo(batch: str, *, json: bool = False) -> None:
    """Take back all links and rejections of a batch that nobody changed since.

    Args:
        batch: Id of the batch, as `matches batches` shows it.
        json: Print what was left as JSON.
    """
    batch_id = parse_id(batch, "pricebook matches batches")
    undone = run_with_database(
        lambda database: service.undo_batch(database, batch_id, COMMAND_LINE)
    )
    if json:
        output.print_json(undone)
        return
    output.print_line(
        f"{undone.unlinked:,} links taken back, {undone.restored:,} rejected pairs restored."
    )
    for each in undone.left:
        output.print_line(f"{each.supplier_item_id}: {each.reason}")


def _decide(
    action: Action,
    pairs: tuple[str, ...],
    filters: Filters,
    expect: int | None,
    *,
    json: bool,
) -> None:
    if bool(pairs) == (expect is not None):
        raise ValidationError(
            "Give pairs such as NW-204=SAW-745 with --supplier, or filters with --expect."
        )
    if pairs and filters.supplier is None:
        raise ValidationError("Pairs need --supplier: article codes are those of a supplier.")
    if expect is not None and not 0 <= expect <= MAX_FILTERED:
        raise ValidationError(f"--expect is from 0 to {MAX_FILTERED:,}: use narrower filters.")

    async def decide(database: Database) -> DecidedBatch:
        name = filters.supplier
        supplier_id = await find_supplier_id(database, name) if name else None
        if supplier_id is not None and pairs:
            wanted = await service.find_decisions(
                database, supplier_id, _parse_pairs(pairs), action
            )
            return await service.decide(database, BulkDecision(decisions=wanted), COMMAND_LINE)
        filtered = FilteredDecision(
            action=action,
            expected_count=expect or 0,
            supplier_id=supplier_id,
            band=filters.band,
            only_one=filters.only_one,
            search=filters.search,
        )
        return await service.decide(database, BulkDecision(filter=filtered), COMMAND_LINE)

    decided = run_with_database(decide)
    if json:
        output.print_json(decided)
    else:
        match_output.print_decided(decided)


def _parse_pairs(pairs: Sequence[str]) -> list[tuple[str, str]]:
    parsed = list[tuple[str, str]]()
    for pair in pairs:
        code, separator, sku = pair.rpartition("=")
        if not (code and separator and sku):
            raise ValidationError(
                f"{pair} is no pair: write CODE=SKU, the supplier's article code and the own SKU."
            )
        parsed.append((code, sku))
    return parsed
