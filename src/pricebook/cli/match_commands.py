"""The commands for suggested matches: which product an unmatched supplier item is."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated
from uuid import UUID

from cyclopts import App, Parameter

from pricebook.cli import (
    match_files,
    match_history_commands,
    match_history_output,
    match_output,
    match_run_commands,
    match_setup_commands,
    output,
)
from pricebook.cli.lookups import COMMAND_LINE, find_supplier_id, parse_id
from pricebook.cli.match_filters import ALL_ITEMS, Filters, filter_of
from pricebook.cli.option_types import Limit
from pricebook.cli.server_defaults import run_with_database
from pricebook.db.database import Database
from pricebook.errors import ValidationError
from pricebook.http.pagination import CursorPage
from pricebook.matching import codes, service
from pricebook.matching.decision_schemas import (
    MAX_FILTERED,
    BulkDecision,
    DecidedBatch,
    Decision,
    FilteredDecision,
)
from pricebook.matching.log_schemas import BatchDecisionPaging
from pricebook.matching.schemas import FilterAction, MatchQuery, MatchSummary, SuggestedMatch

EXIT_REFUSED = 1
MAX_SHOWN_DECISIONS = 10


@dataclass(frozen=True, kw_only=True)
class View:
    """How a list of items is printed."""

    limit: Annotated[Limit, Parameter(help="The number of items on a page, up to 200.")] = 20
    cursor: Annotated[
        str | None, Parameter(help="Where the page begins, as the page before says.")
    ] = None
    short: Annotated[
        bool, Parameter(help="One line for each item, with its best suggestion.", negative="")
    ] = False
    csv: Annotated[
        bool,
        Parameter(
            help="All items that pass as CSV, a line for each suggestion, for `matches decide`.",
            negative="",
        ),
    ] = False
    json: Annotated[bool, Parameter(help="Print the page as JSON.", negative="")] = False


app = App(name="matches", help="Products that unmatched supplier items are likely to be.")
match_run_commands.register(app)
match_setup_commands.register(app)
match_history_commands.register(app)


@app.command(name="list")
def list_all(
    *,
    filters: Annotated[Filters, Parameter(name="*")] = ALL_ITEMS,
    view: Annotated[View, Parameter(name="*")] = View(),
) -> None:
    """List unmatched items with the products that each may be, certain ones first.

    Args:
        filters: Which items to list.
        view: How to print them.
    """
    if view.csv:
        run_with_database(lambda database: match_files.write_matches(database, filters))
        return

    async def query(database: Database) -> tuple[CursorPage[SuggestedMatch], MatchSummary]:
        wanted = await filter_of(database, filters)
        page = await service.list_matches(
            database, MatchQuery(**wanted, limit=view.limit, cursor=view.cursor)
        )
        return page, await service.find_summary(database, wanted["supplier_id"])

    page, summary = run_with_database(query)
    if view.json:
        output.print_json(page)
        return
    if view.short:
        match_output.print_short(page)
    else:
        match_output.print_matches(page)
    match_output.print_rest(page, summary, is_band_none=filters.band == "none")


@app.command
def accept(
    *pairs: str,
    filters: Annotated[Filters, Parameter(name="*")] = ALL_ITEMS,
    expect: int | None = None,
    json: bool = False,
) -> None:
    """Link items to products, also to such as were never suggested.

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
    filters: Annotated[Filters, Parameter(name="*")] = ALL_ITEMS,
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


@app.command(name="none")
def dismiss(
    *articles: str,
    filters: Annotated[Filters, Parameter(name="*")] = ALL_ITEMS,
    expect: int | None = None,
    json: bool = False,
) -> None:
    """Record that no product fits these items: they are suggested again only with a new product.

    Args:
        articles: Article codes of the supplier.
        filters: Without codes: all items that pass.
        expect: The number of these items, as `matches list` shows; with another one nothing is
            done.
        json: Print the outcomes as JSON.
    """
    _decide("none", articles, filters, expect, json=json)


@app.command
def unlink(*pairs: str, supplier: str, json: bool = False) -> None:
    """Take links back; auto-link never makes them again.

    Args:
        pairs: Article codes of the supplier such as NW-204, or pairs such as NW-204=SAW-745.
        supplier: Name of the supplier.
        json: Print the outcomes as JSON.
    """
    if not pairs:
        raise ValidationError("Give article codes of the supplier, such as NW-204.")

    async def decide(database: Database) -> DecidedBatch:
        supplier_id = await find_supplier_id(database, supplier)
        wanted = await codes.find_links(
            database, supplier_id, [_parse_code_or_pair(pair) for pair in pairs]
        )
        return await service.decide(database, BulkDecision(decisions=wanted), COMMAND_LINE)

    _print(run_with_database(decide), json=json)


@app.command(name="decide")
def decide_file(file: Path, /, *, json: bool = False) -> None:
    """Carry out the decisions of a CSV file as `matches list --csv` writes it.

    Args:
        file: The file; its column `decision` has x (or accept), reject, none, or nothing.
        json: Print the outcomes as JSON.
    """
    rows = match_files.read_decisions(file)

    async def decide(database: Database) -> DecidedBatch:
        wanted = await match_files.find_decisions(database, rows)
        return await service.decide(database, BulkDecision(decisions=wanted), COMMAND_LINE)

    _print(run_with_database(decide), json=json)


@app.command
def undo(batch: str, *, json: bool = False) -> None:
    """Restore the state before a batch, but for links that somebody changed since.

    Args:
        batch: Id of the batch, as `matches batches list` shows it.
        json: Print what was done and what was left as JSON.
    """
    batch_id = parse_id(batch, "pricebook matches batches list")
    undone = run_with_database(
        lambda database: service.undo_batch(database, batch_id, COMMAND_LINE)
    )
    if json:
        output.print_json(undone)
    else:
        match_output.print_undone(undone)


def _decide(
    action: FilterAction,
    pairs: tuple[str, ...],
    filters: Filters,
    expect: int | None,
    *,
    json: bool,
) -> None:
    if bool(pairs) == (expect is not None):
        example = "codes such as NW-204" if action == "none" else "pairs such as NW-204=SAW-745"
        raise ValidationError(f"Give {example} with --supplier, or filters with --expect.")
    if pairs and filters.supplier is None:
        raise ValidationError("Pairs need --supplier: article codes are those of a supplier.")
    if expect is not None and not 0 <= expect <= MAX_FILTERED:
        raise ValidationError(f"--expect is from 0 to {MAX_FILTERED:,}: use narrower filters.")

    async def decide(database: Database) -> DecidedBatch:
        wanted = await filter_of(database, filters)
        if pairs:
            decisions = await _find_decisions(database, wanted["supplier_id"], pairs, action)
            return await service.decide(database, BulkDecision(decisions=decisions), COMMAND_LINE)
        filtered = FilteredDecision(action=action, expected_count=expect or 0, **wanted)
        return await service.decide(database, BulkDecision(filter=filtered), COMMAND_LINE)

    _print(run_with_database(decide), json=json)


async def _find_decisions(
    database: Database, supplier_id: UUID, pairs: Sequence[str], action: FilterAction
) -> list[Decision]:
    parsed = [(pair, None) if action == "none" else _parse_pair(pair) for pair in pairs]
    return await codes.find_decisions(database, supplier_id, parsed, action)


def _print(decided: DecidedBatch, *, json: bool) -> None:
    if json:
        output.print_json(decided)
    else:
        if batch_id := decided.batch_id:
            first = BatchDecisionPaging(limit=MAX_SHOWN_DECISIONS)
            match_history_output.print_decisions(
                run_with_database(lambda database: service.get_batch(database, batch_id, first))
            )
        match_output.print_decided(decided)
    if decided.refused:
        sys.exit(EXIT_REFUSED)


def _parse_pair(pair: str) -> tuple[str, str]:
    code, separator, sku = pair.rpartition("=")
    if not (code and separator and sku):
        raise ValidationError(
            f"{pair} is no pair: write CODE=SKU, the supplier's article code and the own SKU."
        )
    return code, sku


def _parse_code_or_pair(text: str) -> tuple[str, str | None]:
    return _parse_pair(text) if "=" in text else (text, None)
