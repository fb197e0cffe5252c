"""The counts of a list: what its rows became, and why rows were not taken."""

import msgspec

from pricebook.tasks.schemas import Counts, TaskEnd

# Of the rows that a task did not take; all of them are counted.
MAX_STORED_ROW_ERRORS = 1_000


def import_counts(
    counts_by_error: dict[str | None, int], counts_by_outcome: dict[str, int], ignored: int
) -> Counts:
    """Count what rows became, from the errors of the staged rows and from the plan."""
    accepted, duplicate = counts_by_error.get(None, 0), counts_by_error.get("duplicate", 0)
    new, changed = (
        counts_by_outcome.get("new", 0),
        counts_by_outcome.get("changed", 0) + counts_by_outcome.get("back", 0),
    )
    return Counts(
        new=new,
        changed=changed,
        unchanged=accepted - new - changed,
        absent=counts_by_outcome.get("absent", 0),
        rejected=sum(counts_by_error.values()) - accepted - duplicate,
        duplicate=duplicate,
        ignored=ignored,
    )


def with_row_error_counts(end: TaskEnd, counts_by_error: dict[str | None, int]) -> TaskEnd:
    """Count the rows that were not taken by kind; add a sentence when not all of them are kept."""
    counts_by_error_type = {
        error_type: count for error_type, count in counts_by_error.items() if error_type is not None
    }
    total = sum(counts_by_error_type.values())
    truncation_note = [
        f"Of {total:,} rows that were not taken, the first {MAX_STORED_ROW_ERRORS:,} are kept."
    ]
    errors = [*end.errors, *(truncation_note if total > MAX_STORED_ROW_ERRORS else [])]
    return msgspec.structs.replace(end, errors=errors, row_error_counts=counts_by_error_type)
