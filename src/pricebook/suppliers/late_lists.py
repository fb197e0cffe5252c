"""Finds the suppliers whose price lists are late, and keeps when the next ones are expected."""

import structlog

from pricebook.db.database import Database
from pricebook.suppliers import late_list_repository as repository
from pricebook.suppliers.late_list_repository import ListState, SupplierLists
from pricebook.suppliers.list_rhythm import expect_next, find_rule, merge_arrivals
from pricebook.suppliers.status_schemas import LateList

log = structlog.stdlib.get_logger(__name__)


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
    current = find_rule(supplier.late_after_days, supplier.sync_every, is_on=supplier.is_active)
    rule = current.text
    rule_since = before.rule_since
    if before.rule != rule:
        rule_since = supplier.created_at if before.rule is None else supplier.at
    start = max(rule_since or supplier.created_at, last_list_at or supplier.created_at)
    expectation = expect_next(current, lists, start)
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
        expected_by=current.by if expectation else None,
        expected_at=expectation and expectation.expected_at,
        late_at=late_at,
        late_since=late_at if is_late else None,
    )
