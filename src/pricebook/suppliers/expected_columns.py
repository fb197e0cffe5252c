"""The expected list of a supplier: as a worker stored it, or by a rule that is newer."""

from datetime import datetime
from typing import Any, LiteralString

from msgspec import Struct

from pricebook.suppliers.list_rhythm import expect_next, find_rule
from pricebook.suppliers.status_schemas import ExpectedBy, ExpectedList

# Of suppliers, and of `expected`, the row of `expected_lists`; they come first.
EXPECTED_COLUMNS: LiteralString = """
    is_active, metadata -> 'source_config' -> 'late_after_days' AS late_after_days,
    metadata -> 'source_config' ->> 'sync_every' AS sync_every, now() AS read_at,
    expected.rule AS expected_rule, expected.expected_by, expected.expected_at, expected.late_at,
    expected.late_since
"""


class ExpectedRow(Struct, frozen=True):
    """The first columns of a supplier's row; those of a missing expected list are null."""

    is_active: bool
    late_after_days: Any
    sync_every: str | None
    read_at: datetime
    expected_rule: str | None
    expected_by: ExpectedBy | None
    expected_at: datetime
    late_at: datetime
    late_since: datetime | None

    @property
    def expected_list(self) -> ExpectedList | None:
        """When the next list is expected; None where no rule says when.

        A worker stores that within minutes. Until then, a new or changed schedule or number of days
        counts from now on; the rhythm of a supplier is known to the worker only.
        """
        rule = find_rule(self.late_after_days, self.sync_every, is_on=self.is_active)
        stored = self.expected_by and ExpectedList(
            self.expected_by, self.expected_at, self.late_at, self.late_since
        )
        if self.expected_rule == rule.text or (stored and self.expected_rule is None):
            return stored
        expectation = expect_next(rule, (), self.read_at)
        if expectation is None or rule.by is None:
            return None
        return ExpectedList(rule.by, expectation.expected_at, expectation.late_at, None)
