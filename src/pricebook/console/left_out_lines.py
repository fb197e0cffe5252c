"""The products that a bulk change leaves out, by reason, with the lists that show them."""

from typing import Any

from msgspec import Struct
from msgspec.structs import asdict

from pricebook.console.batch_previews import fields_of, filters_of
from pricebook.product_batches.schemas import BatchHead

PRODUCTS = "/console/products"
# The filters of the list of products that show those left out for a reason.
FILTERS: dict[str, dict[str, Any]] = {
    "archived": {"status": "archived"},
    "without_target": {"is_priced": "false"},
}


class LeftOutLine(Struct, frozen=True):
    """A reason, its number of products, and the address of their list; empty without one."""

    reason: str
    count: int
    address: str


def left_out_lines(batch: BatchHead) -> list[LeftOutLine]:
    """Return why products of a batch do not change; empty if that is not known."""
    if batch.left_out is None:
        return []
    return [
        LeftOutLine(reason, count, _address(batch, reason))
        for reason, count in asdict(batch.left_out).items()
        if count
    ]


def _address(batch: BatchHead, reason: str) -> str:
    named = batch.request is None or batch.request.product_count is not None
    if named or reason not in FILTERS:
        return ""
    return filters_of(fields_of(batch)).address(PRODUCTS, **FILTERS[reason])
