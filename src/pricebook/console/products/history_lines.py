"""The history of a product as its page shows it: each change in words, with old and new values."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from msgspec import Struct

from pricebook.audit.schemas import AuditEntry
from pricebook.auth.schemas import Caller
from pricebook.console.number_texts import price_text
from pricebook.console.page_texts import Texts
from pricebook.product_batches.schemas import BatchHead
from pricebook.products.schemas import StaffProductDetail

NONE = "–"


class FieldLine(Struct, frozen=True):
    """A changed field, its value before and afterwards, in words."""

    name: str
    old: str
    new: str


class HistoryLine(Struct, frozen=True):
    """An entry of the audit log, its changed fields, the bulk change that it is part of.

    `set_back` is the price from before a price change of the caller, empty for none; None if there
    is nothing to set back.
    """

    entry: AuditEntry
    fields: list[FieldLine]
    batch: BatchHead | None
    set_back: str | None


class HistoryNames(Struct, frozen=True):
    """What the values of an entry are called: texts, categories by id, bulk changes by id."""

    texts: Texts
    categories: Mapping[str, str]
    batches: Mapping[UUID, BatchHead]


def history_lines(
    entries: Sequence[AuditEntry], product: StaffProductDetail, caller: Caller, names: HistoryNames
) -> list[HistoryLine]:
    """Return the history of a product for a caller."""
    return [
        HistoryLine(
            entry,
            _fields(entry, names),
            None if entry.batch_id is None else names.batches.get(entry.batch_id),
            _price_before(entry, product, caller),
        )
        for entry in entries
    ]


def _fields(entry: AuditEntry, names: HistoryNames) -> list[FieldLine]:
    if entry.action != "product.updated":
        return []
    before, after = entry.before or {}, entry.after or {}
    return [
        FieldLine(
            name,
            _shown(name, before.get(name), names),
            _shown(name, after.get(name), names),
        )
        for name in {**before, **after}
        if before.get(name) != after.get(name)
    ]


def _shown(name: str, value: Any, names: HistoryNames) -> str:
    if value is None:
        return NONE
    if name == "category_id":
        return names.categories.get(str(value), names.texts("product.deleted_category"))
    if name == "status":
        return names.texts.get(f"products.statuses.{value}", str(value))
    return str(value)


def _price_before(entry: AuditEntry, product: StaffProductDetail, caller: Caller) -> str | None:
    """Return the price from before a price change of the caller, if that gave the present one."""
    fields = {**(entry.before or {}), **(entry.after or {})}
    is_own = entry.actor.type == "user" and entry.actor.id == caller.id
    if entry.action != "product.updated" or "target_price" not in fields or not is_own:
        return None
    if product.status == "archived":
        return None
    old, new = ((side or {}).get("target_price") or "" for side in (entry.before, entry.after))
    return old if old != new == (price_text(product.target_price) or "") else None
