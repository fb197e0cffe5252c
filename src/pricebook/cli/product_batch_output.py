"""The output of the commands for bulk changes of products."""

from uuid import UUID

from pricebook.cli import output
from pricebook.product_batches.schemas import (
    BatchChange,
    BatchChangePage,
    BatchHead,
    LeftOut,
    ProductBatch,
)

NONE = "none"


def describe_batch(batch: BatchHead) -> str:
    """Return a batch as a line: id, time, author, what it changes, and its state."""
    kind = "pricing rules" if batch.kind == "pricing_rules" else "bulk change"
    undone = f" {batch.undone_at:%Y-%m-%d %H:%M} by {batch.undone_by}" if batch.undone_at else ""
    fields = ", ".join(batch.fields).replace("_", " ").replace("category id", "category")
    return (
        f"{batch.id} {batch.created_at:%Y-%m-%d %H:%M} by {batch.created_by}: {kind}, {fields};"
        f" {batch.state}{undone}"
    )


def print_effect(batch: ProductBatch) -> None:
    """Print how many products change, and the mean margin before and after."""
    effect = batch.effect
    counts = {
        "raised": effect.raised,
        "lowered": effect.lowered,
        "first priced": effect.first_priced,
        "unpriced": effect.unpriced,
        "under the lowest price": effect.below_cost,
        "applied": effect.applied,
        "skipped": effect.skipped,
        "undone": effect.undone,
        "left": effect.left,
    }
    shown = [f"{count:,} {name}" for name, count in counts.items() if count]
    output.print_line(
        f"Batch {batch.id}, {batch.state}: "
        + ", ".join([f"{effect.products:,} products change", *shown])
        + "."
    )
    for done, by, at in (
        ("Applied", batch.applied_by, batch.applied_at),
        ("Undone", batch.undone_by, batch.undone_at),
    ):
        if at is not None:
            output.print_line(f"{done} by {by} at {at:%Y-%m-%d %H:%M:%S} UTC.")
    if batch.left_out is not None and (reasons := _describe_left_out(batch.left_out)):
        output.print_line(
            f"Left out: {reasons}; `pricebook batches left-out {batch.id}` lists them."
        )
    is_shown = batch.state != "undone" and effect.margin_before != effect.margin_after
    if effect.margin_before is not None and is_shown:
        output.print_line(f"Mean margin {effect.margin_before} % → {effect.margin_after} %.")


def _describe_left_out(left_out: LeftOut) -> str:
    """Return how many products are left out, and why."""
    reasons = {
        "archived": left_out.archived,
        "without a supplier's price": left_out.without_cost,
        "without a target price": left_out.without_target,
        "that no rule fits": left_out.without_rule,
        "that have the new values": left_out.unchanged,
        "whose price would fall": left_out.lowered,
    }
    return ", ".join(f"{count:,} {reason}" for reason, count in reasons.items() if count)


def print_changes(batch_id: UUID, page: BatchChangePage, category_names: dict[UUID, str]) -> None:
    """Print each change on a line, how many there are, and how the others are shown."""
    for each in page.data:
        output.print_line(_describe(each, category_names))
    if page.total_count > len(page.data):
        output.print_line(
            f"{len(page.data)} of {page.total_count:,} changes; all of them:"
            f" `pricebook batches show {batch_id} --csv FILE`."
        )


def _describe(change: BatchChange, names: dict[UUID, str]) -> str:
    """Return a change as a line: old and new values, the margins, and what became of it."""
    values = {
        "status": (change.old_status, change.new_status),
        "category": tuple(
            names.get(each, "deleted") if each else NONE
            for each in (change.old_category_id, change.new_category_id)
        ),
        "target price": (change.old_target_price or NONE, change.new_target_price or NONE),
        "margin": tuple(
            NONE if margin is None else f"{margin} %"
            for margin in (change.old_margin, change.new_margin)
        ),
    }
    parts = [f"{name} {old} → {new}" for name, (old, new) in values.items() if old != new]
    if change.price_change is not None and change.price_change:
        parts.append(f"{change.price_change:+} %")
    if change.rule:
        parts.append(f'rule "{change.rule}"')
    line = f"{change.internal_sku} {change.name}: {', '.join(parts)}"
    return f"{line}. {change.outcome}: {change.reason}" if change.reason else line
