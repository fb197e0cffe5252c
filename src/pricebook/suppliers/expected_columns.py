"""The expected list of a supplier: as a worker stored it, or by a rule that is newer."""

from datetime import datetime
from typing import LiteralString

from pricebook.suppliers.list_rhythm import ListRule, expect_next
from pricebook.suppliers.status_schemas import ExpectedList

# Of suppliers, and of `expected`, the row of `expected_lists`.
EXPECTED_COLUMNS: LiteralString = """
    metadata -> 'source_config' -> 'late_after_days' AS late_after_days,
    metadata -> 'source_config' ->> 'sync_every' AS sync_every, now() AS read_at,
    expected.rule AS expected_rule, expected.expected_by, expected.expected_at, expected.late_at,
    expected.late_since
"""


def current_expected_list(
    rule: ListRule, stored: ExpectedList | None, stored_rule: str | None, read_at: datetime
) -> ExpectedList | None:
    """Return when the next list is expected by a rule; None where it does not say when.

    A worker stores that within minutes. Until then, a new or changed schedule or number of days
    counts from now on; the rhythm of a supplier is known to the worker only.
    """
    if stored_rule == rule.text or (stored is not None and stored_rule is None):
        return stored
    expectation = expect_next(rule, (), read_at)
    if expectation is None or rule.by is None:
        return None
    return ExpectedList(rule.by, expectation.expected_at, expectation.late_at, None)
