"""What the pages of matches have in common: forms as structs, and what decisions did."""

from typing import Any

from pricebook.matching.decision_schemas import DecidedBatch, DecisionOutcome, UndoneBatch

FILTERS = ("supplier_id", "band", "search")
VIEW = (*FILTERS, "cursor")
SHOWN_REASONS = 20
NOTHING_DONE: dict[str, Any] = {
    "outcome": "",
    "reason": "",
    "batch": None,
    "lines": [],
    "more_lines": 0,
}


def describe_decisions(done: DecidedBatch) -> dict[str, Any]:
    """Return what decisions did, for the line above a list: of several, the counts and reasons."""
    names = ("refused", "linked", "rejected", "unlinked", "dismissed", "unchanged")
    counts = {name: getattr(done, name) for name in names}
    if len(done.outcomes) > 1:
        noted = [each for each in done.outcomes if _note(each)]
        return {
            **NOTHING_DONE,
            "outcome": "many",
            "counts": {name: count for name, count in counts.items() if count},
            "batch": done.batch_id,
            "lines": [(each.supplier_sku, _note(each)) for each in noted[:SHOWN_REASONS]],
            "more_lines": max(0, len(noted) - SHOWN_REASONS),
        }
    outcome = next((name for name in names if counts[name]), "unchanged")
    reason = "".join(_note(each) for each in done.outcomes)
    return {**NOTHING_DONE, "outcome": outcome, "reason": reason, "batch": done.batch_id}


def describe_undo(undone: UndoneBatch) -> dict[str, Any]:
    """Return what an undo did, and why it left something."""
    lines = [(each.supplier_sku, each.reason) for each in undone.left]
    return {
        **NOTHING_DONE,
        "outcome": "undone",
        "lines": lines[:SHOWN_REASONS],
        "more_lines": max(0, len(lines) - SHOWN_REASONS),
    }


def _note(outcome: DecisionOutcome) -> str:
    return outcome.reason or outcome.remark or ""
