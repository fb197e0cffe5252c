"""What the pages of matches have in common: decisions of a form, and what they did."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any
from uuid import UUID

from litestar import Request
from msgspec import Meta

from pricebook.console.form_fields import convert_fields
from pricebook.console.page_errors import caller_of
from pricebook.console.page_texts import load_texts
from pricebook.matching import service
from pricebook.matching.cluster_schemas import MAX_PRODUCT_ITEMS, MadeProduct
from pricebook.matching.decision_schemas import (
    BulkDecision,
    DecidedBatch,
    DecisionOutcome,
    UndoneBatch,
)
from pricebook.matching.product_making import MadeOfEach

AnyRequest = Request[Any, Any, Any]

SHOWN_REASONS = 20
BatchIds = Annotated[list[UUID], Meta(min_length=1, max_length=MAX_PRODUCT_ITEMS)]
NOTHING_DONE: dict[str, Any] = {
    "outcome": "",
    "reason": "",
    "batch": None,
    "linked": None,
    "archived": None,
    "made": None,
    "lines": [],
    "more_lines": 0,
}


async def carry_out(request: AnyRequest, wanted: Mapping[str, Any]) -> DecidedBatch:
    """Carry out decisions as a form describes them; raises what the service raises."""
    bulk = convert_fields(wanted, BulkDecision)
    return await service.decide(request.app.state.database, bulk, caller_of(request).username)


async def undo_batch(request: AnyRequest, form: Mapping[str, str]) -> UndoneBatch:
    """Undo the batch that a form names; raises what the service raises."""
    batch_id = convert_fields(form.get("batch_id"), UUID)
    return await service.undo_batch(
        request.app.state.database, batch_id, caller_of(request).username
    )


async def undo_batches(request: AnyRequest, form: Mapping[str, str]) -> list[UndoneBatch]:
    """Undo the batches that a form names, with commas; raises what the service raises."""
    ids = convert_fields(form.get("batch_id", "").split(","), BatchIds)
    name = caller_of(request).username
    return [await service.undo_batch(request.app.state.database, each, name) for each in ids]


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
    linked = [
        (each.product_id, each.internal_sku, each.supplier_sku)
        for each in done.outcomes
        if done.linked
    ]
    return {
        **NOTHING_DONE,
        "outcome": outcome,
        "reason": reason,
        "batch": done.batch_id,
        "linked": linked[0] if linked else None,
    }


def describe_making(made: MadeProduct) -> dict[str, Any]:
    """Return that a product was made, with a link to it."""
    return {
        **NOTHING_DONE,
        "outcome": "made",
        "batch": made.batch_id,
        "linked": (made.id, made.name),
        "made": (made.id, _missing(made)),
    }


def _missing(made: MadeProduct) -> str:
    """Return the name of the text that states what a product has not."""
    if made.category_id is None:
        return "nothing" if made.target_price is None else "no_category"
    return "no_price" if made.target_price is None else "complete"


def describe_products(made: MadeOfEach) -> dict[str, Any]:
    """Return how many products were made, each of an item, and why others were not."""
    counts = {"made": len(made.batch_ids), "refused": len(made.refused)}
    return {
        **NOTHING_DONE,
        "outcome": "many",
        "counts": {name: count for name, count in counts.items() if count},
        "batch": ",".join(map(str, made.batch_ids)),
        "lines": [("", each.reason) for each in made.refused[:SHOWN_REASONS]],
        "more_lines": max(0, len(made.refused) - SHOWN_REASONS),
    }


def describe_undos(undone: Sequence[UndoneBatch]) -> dict[str, Any]:
    """Return what the undo of one batch did, or that of several that made a product each."""
    if len(undone) == 1:
        return describe_undo(undone[0])
    kept = load_texts()("matches.product_kept")
    products = [each.made_product for each in undone if each.made_product]
    lines = [(each.supplier_sku, each.reason) for batch in undone for each in batch.left]
    lines += [(each.internal_sku, kept) for each in products if each.outcome == "kept"]
    return {
        **NOTHING_DONE,
        "outcome": "undone_products",
        "lines": lines[:SHOWN_REASONS],
        "more_lines": max(0, len(lines) - SHOWN_REASONS),
    }


def describe_undo(undone: UndoneBatch) -> dict[str, Any]:
    """Return what an undo did, and why it left something; what became of a product it had made."""
    lines = [(each.supplier_sku, each.reason) for each in undone.left]
    return {
        **NOTHING_DONE,
        "outcome": "undone",
        "archived": undone.made_product,
        "lines": lines[:SHOWN_REASONS],
        "more_lines": max(0, len(lines) - SHOWN_REASONS),
    }


def _note(outcome: DecisionOutcome) -> str:
    return outcome.reason or outcome.remark or ""
