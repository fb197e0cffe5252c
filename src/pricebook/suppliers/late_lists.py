"""Finds the suppliers whose price lists are late, and keeps when the next ones are expected."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import structlog

from pricebook.db.database import Database
from pricebook.suppliers import late_list_repository as repository
from pricebook.suppliers.late_list_repository import ListState, SupplierLists
from pricebook.suppliers.list_rhythm import (
    Expectation,
    expect_by_rhythm,
    expect_by_schedule,
    expect_within,
    merge_arrivals,
)
from pricebook.suppliers.status_schemas import ExpectedBy, LateList

log = structlog.stdlib.get_logger(__name__)

MAX_DAYS = 366


async def find_late_lists(database: Database) -> None:
    """Store for each supplier when its next list is expected, and since when it is late.

    One worker at a time does so. Raises DatabaseUnavailableError.
    """
    async with database.short_transaction() as conn:
        if not await repository.lock_expected_lists(conn):
            return
        suppliers = await repository.list_suppliers(conn)
        states = [(each, next_state(each)) for each in suppliers]
        await repository.upsert_states(
            conn, [state for each, state in states if state != each.state]
        )
    for each, state in states:
        if state.late_since is not None and each.state.late_since is None:
            log.warning("price list is late", supplier=each.name, last_list=str(state.last_list_at))


async def list_late_lists(database: Database) -> list[LateList]:
    """Return the suppliers whose price lists are late, the one that is late for longest first."""
    async with database.connection() as conn:
        return await repository.list_late(conn)


def next_state(supplier: SupplierLists) -> ListState:
    """Return what to store about the lists of a supplier.

    A rule that is new or changed counts from its change on, at the earliest. While a task of the
    supplier is unfinished, no list becomes late.
    """
    before = supplier.state
    lists = merge_arrivals(before.lists, supplier.new_arrivals)
    last_list_at = max([*lists[-1:], *supplier.newest_arrival], default=None)
    by, value = _rule(supplier)
    rule = f"{by} {value}".strip() if by else "none"
    rule_since = before.rule_since
    if before.rule != rule:
        rule_since = supplier.created_at if before.rule is None else supplier.at
    start = max(rule_since or supplier.created_at, last_list_at or supplier.created_at)
    expectation = _expect(by, value, lists, start)
    late_at = expectation and expectation.late_at
    is_late = late_at is not None and late_at <= supplier.at
    if supplier.has_unfinished_task and before.late_since is None:
        is_late = False
    return ListState(
        supplier_id=supplier.id,
        lists=lists,
        last_list_at=last_list_at,
        rule=rule,
        rule_since=rule_since,
        expected_by=by if expectation else None,
        expected_at=expectation and expectation.expected_at,
        late_at=late_at,
        late_since=late_at if is_late else None,
    )


def _rule(supplier: SupplierLists) -> tuple[ExpectedBy | None, Any]:
    """Return which rule holds for a supplier, and its value; None if none does."""
    days = supplier.late_after_days
    if not supplier.is_active:
        return None, ""
    if isinstance(days, int | float) and 0 <= days <= MAX_DAYS:
        return ("setting", days) if days else (None, "")
    if supplier.sync_every is not None:
        return "schedule", supplier.sync_every
    return "rhythm", ""


def _expect(
    by: ExpectedBy | None, value: Any, lists: Sequence[datetime], start: datetime
) -> Expectation | None:
    match by:
        case "setting":
            return expect_within(value, start)
        case "schedule":
            return expect_by_schedule(value, start)
        case "rhythm":
            return expect_by_rhythm(lists, start)
        case None:
            return None
