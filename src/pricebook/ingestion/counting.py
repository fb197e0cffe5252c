"""The counts of a list: what its rows became, and why rows were not taken."""

import msgspec

from pricebook.tasks.schemas import Counts, TaskEnd

# Of the rows that a task did not take; all of them are counted.
KEPT_ROW_ERRORS = 1_000


def counts_of(outcomes: dict[str | None, int], planned: dict[str, int], ignored: int) -> Counts:
    """Count what rows became, from the errors of the staged rows and from the plan."""
    accepted, duplicate = outcomes.get(None, 0), outcomes.get("duplicate", 0)
    new, changed = planned.get("new", 0), planned.get("changed", 0) + planned.get("back", 0)
    return Counts(
        new=new,
        changed=changed,
        unchanged=accepted - new - changed,
        absent=planned.get("absent", 0),
        rejected=sum(outcomes.values()) - accepted - duplicate,
        duplicate=duplicate,
        ignored=ignored,
    )


def with_row_errors(end: TaskEnd, outcomes: dict[str | None, int]) -> TaskEnd:
    """Count the rows that were not taken by kind; add a sentence when not all of them are kept."""
    by_kind = {kind: count for kind, count in outcomes.items() if kind is not None}
    total = sum(by_kind.values())
    cut = [f"Of {total:,} rows that were not taken, the first {KEPT_ROW_ERRORS:,} are kept."]
    errors = [*end.errors, *(cut if total > KEPT_ROW_ERRORS else [])]
    return msgspec.structs.replace(end, errors=errors, row_error_counts=by_kind)
