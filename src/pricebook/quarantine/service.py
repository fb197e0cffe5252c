from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import NamedTuple
from uuid import UUID

from pricebook.db.database import Connection, Database
from pricebook.errors import ConflictError, NotFoundError
from pricebook.http.pagination import CursorPage, cursor_page_of
from pricebook.quarantine import repository
from pricebook.quarantine.repository import RowState
from pricebook.quarantine.schemas import (
    QuarantineDecision,
    QuarantinedRow,
    QuarantineQuery,
    QuarantineSelection,
    QuarantineState,
    SkippedRow,
    WaitingRows,
)

# A tenth of the rows of a large price list are decided in one statement.
DECISION_SECONDS = 300


class _Decision(NamedTuple):
    """How rows are decided, and the states that the decision leaves as they are."""

    decide: Callable[[Connection, Sequence[UUID], str], Awaitable[set[UUID]]]
    final_states: frozenset[QuarantineState]


_ACCEPT = _Decision(repository.accept_rows, frozenset({"accepted"}))
_REFUSE = _Decision(repository.refuse_rows, frozenset({"accepted", "refused"}))


async def list_rows(database: Database, query: QuarantineQuery) -> CursorPage[QuarantinedRow]:
    """Return a page of quarantined rows, newest first; those of one task the largest first."""
    async with database.connection() as conn:
        return cursor_page_of(query, await repository.list_rows(conn, query))


async def count_open_rows(database: Database, task_ids: Sequence[UUID]) -> dict[UUID, int]:
    """Return the number of open rows of each of these tasks that has some."""
    async with database.connection() as conn:
        return await repository.count_open_rows(conn, task_ids)


async def list_waiting(database: Database) -> list[WaitingRows]:
    """Return how many rows of which suppliers wait for a decision since when, the oldest first."""
    async with database.connection() as conn:
        return await repository.list_waiting(conn)


async def accept_rows(
    database: Database, selection: QuarantineSelection, name: str
) -> QuarantineDecision:
    """Apply rows to their items, decided by `name`; each is applied once.

    A row is skipped if its item has another price than when the row was read, it was accepted
    before, a newer price list superseded it, or it has no price at the rate of today. A refused row
    can still be accepted. Raises NotFoundError for an unknown id, ConflictError for another number
    of open rows than expected, DatabaseBusyError while a price list of the supplier is imported.
    """
    return await _decide(database, selection, name, _ACCEPT)


async def refuse_rows(
    database: Database, selection: QuarantineSelection, name: str
) -> QuarantineDecision:
    """Set open rows refused, decided by `name`: the items keep their prices.

    The next price list with the same price does not open the row again. Raises NotFoundError for an
    unknown id, ConflictError for another number of open rows than expected.
    """
    return await _decide(database, selection, name, _REFUSE)


async def purge_closed_rows(database: Database) -> None:
    """Delete the closed rows of deleted tasks."""
    deleted = 1
    while deleted:
        async with database.connection() as conn:
            deleted = await repository.delete_closed_batch(conn)


async def _decide(
    database: Database, selection: QuarantineSelection, name: str, decision: _Decision
) -> QuarantineDecision:
    async with database.short_transaction(statement_seconds=DECISION_SECONDS) as conn:
        ids = selection.ids
        if ids is None:
            ids = await repository.list_open_ids(conn, selection)
            _require_count(len(ids), selection.expected_count)
        else:
            _require_known(ids, await repository.list_states(conn, ids))
        decided = await decision.decide(conn, ids, name)
        skipped = [row_id for row_id in ids if row_id not in decided]
        states = await repository.list_states(conn, skipped) if skipped else []
    return QuarantineDecision(len(decided), [_skipped_row(state, decision) for state in states])


def _require_count(count: int, expected_count: int | None) -> None:
    if count != expected_count:
        raise ConflictError(
            f"{count} rows are open, not {expected_count}: nothing was changed. List them again."
        )


def _require_known(ids: Sequence[UUID], states: Iterable[RowState]) -> None:
    known = {state.id for state in states}
    for row_id in ids:
        if row_id not in known:
            raise NotFoundError(f"There is no quarantined row {row_id}.")


def _skipped_row(row: RowState, decision: _Decision) -> SkippedRow:
    return SkippedRow(row.id, row.supplier_sku, _describe_skip(row, decision))


def _describe_skip(row: RowState, decision: _Decision) -> str:
    if row.is_superseded:
        return "A newer price list with this article was imported: decide about its row."
    if row.state in decision.final_states:
        return f"The row was {row.state} by {row.decided_by} before."
    old, now = f"{row.old_cost} {row.old_currency}", f"{row.cost_now} {row.currency_now}"
    if old != now:
        return f"The price of the item was {old} when the row was read and is {now} now."
    return "At the exchange rate of today, the price of the row is 0 or too high."
