"""The output of the commands that say who linked, unlinked and rejected what."""

from collections.abc import Sequence

from pricebook.cli.output import counted, nonzero, print_line, print_none
from pricebook.matching.decision_schemas import MatchBatch
from pricebook.matching.log_schemas import BatchDetail, LoggedDecision

DONE = {"accept": "linked", "reject": "rejected", "unlink": "unlinked", "none": "no product fits"}


def print_batches(batches: Sequence[MatchBatch], total_count: int) -> None:
    """Print a line for each batch."""
    if not batches:
        print_none("batch", total_count, plural="batches")
        return
    for batch in batches:
        print_line(_describe_batch(batch))
    print_line(f"{len(batches):,} of {counted(total_count, 'batch', 'batches')}.")


def _describe_batch(batch: MatchBatch) -> str:
    counts = nonzero(
        linked=batch.linked,
        rejected=batch.rejected,
        unlinked=batch.unlinked,
        dismissed=batch.dismissed,
    )
    changed = f"; {batch.changed:,} changed since" if batch.changed else ""
    undone = (
        f"; {batch.undone:,} undone {batch.undone_at:%Y-%m-%d %H:%M} by {batch.undone_by}"
        if batch.undone_at
        else ""
    )
    return (
        f"{batch.id}  {batch.created_at:%Y-%m-%d %H:%M}  {batch.kind} by {batch.created_by}:"
        f" {counts}{changed}{undone}"
    )


def print_batch(batch: BatchDetail) -> None:
    """Print a batch and its decisions."""
    print_line(_describe_batch(batch))
    for each in batch.decisions.data:
        print_line(f"    {_describe_decision(each)}")
    print_line(
        f"{len(batch.decisions.data):,} of {counted(batch.decisions.total_count, 'decision')}."
    )


def print_decisions(batch: BatchDetail) -> None:
    """Print the first decisions of a batch, and how the others are shown."""
    for each in batch.decisions.data:
        print_line(_describe_decision(each))
    hidden = batch.decisions.total_count - len(batch.decisions.data)
    if hidden > 0:
        print_line(f"... and {hidden:,} more: `pricebook matches batches show {batch.id}`.")


def print_log(decisions: Sequence[LoggedDecision], total_count: int) -> None:
    """Print a line for each decision."""
    if not decisions:
        print_none("decision", total_count)
        return
    for each in decisions:
        print_line(
            f"{each.decided_at:%Y-%m-%d %H:%M}  {each.decided_by}  {_describe_decision(each)}"
            f"  batch {each.batch_id}"
        )
    print_line(f"{len(decisions):,} of {counted(total_count, 'decision')}.")


def _describe_decision(decision: LoggedDecision) -> str:
    product = (
        f"  =  {decision.internal_sku}  {decision.product_name}" if decision.internal_sku else ""
    )
    return (
        f"{DONE[decision.action]}  {decision.supplier_name} {decision.supplier_sku}"
        f"  {decision.item_name}{product}{_describe_change(decision)}"
    )


def _describe_change(decision: LoggedDecision) -> str:
    """Return what became of a decision, when and by whom; nothing for one that is in effect."""
    if decision.state == "in_effect":
        return ""
    at = f" {decision.changed_at:%Y-%m-%d %H:%M}" if decision.changed_at else ""
    by = f" by {decision.changed_by}" if decision.changed_by else ""
    if decision.state == "undone":
        return f"  (undone{at}{by})"
    if decision.new_internal_sku:
        return f"  (changed{at}{by}: linked to {decision.new_internal_sku})"
    is_known = decision.changed_by is not None and decision.new_product_id is None
    return f"  (changed{at}{by}{': unlinked' if decision.action == 'accept' and is_known else ''})"
