"""Bulk changes as sentences: what is changed, and of which products."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from litestar import Request
from msgspec import UNSET

from pricebook.console.category_choices import list_category_choices
from pricebook.console.number_texts import plain, price_text
from pricebook.console.page_texts import Texts
from pricebook.console.rule_sentences import rule_pricing
from pricebook.console.supplier_choices import list_supplier_choices
from pricebook.product_batches.change_schemas import ProductChanges
from pricebook.product_batches.schemas import BatchHead, BatchRequest, ProductSelection

Names = Mapping[str, str]


async def read_names(request: Request[Any, Any, Any], batches: list[BatchHead]) -> dict[str, str]:
    """Return the names of the categories and suppliers that batches are about, by their ids."""
    return await read_filter_names(request, [each.request for each in batches])


async def read_filter_names(
    request: Request[Any, Any, Any], requests: Sequence[BatchRequest | None]
) -> dict[str, str]:
    """Return the names of the categories and of the suppliers that filters name, by their ids."""
    filters = [each.filter for each in requests if each is not None]
    ids = {each.supplier_id for each in filters if each is not None and each.supplier_id}
    suppliers: list[tuple[str, str]] = []
    if ids:
        suppliers = await list_supplier_choices(request.app.state.database, sorted(ids))
    return dict([*suppliers, *await list_category_choices(request)])


def batch_changes(batch: BatchHead, names: Names, currency: str, t: Texts) -> str:
    """Return what a batch changes: `Target price +38 %`."""
    request = batch.request
    if request is not None and request.changes is not None:
        sentence = ", ".join(_changes(request.changes, names, currency, t))
        return sentence[:1].upper() + sentence[1:]
    fields = ", ".join(t(FIELD_TEXTS[name]) for name in batch.fields)
    return f"{t(KIND_TEXTS[batch.kind])}: {fields}"


def batch_scope(request: BatchRequest, names: Names, t: Texts) -> str:
    """Return of which products a batch is."""
    parts = [] if request.filter is None else _filters(request.filter, names, t)
    if request.product_count is not None:
        scope = t("batches.scope.named", n=f"{request.product_count:,}")
    elif parts:
        scope = t("batches.scope.some", parts=", ".join(parts))
    elif request.changes is None and request.filter is None:
        scope = t("batches.scope.all_of_rules")
    else:
        scope = t("batches.scope.all")
    return t("batches.scope.only_raises", scope=scope) if request.only_raises else scope


def _changes(changes: ProductChanges, names: Names, currency: str, t: Texts) -> list[str]:
    parts: list[str] = []
    if changes.status is not UNSET:
        parts.append(t("batches.changes.status", name=t(STATUS_TEXTS[changes.status])))
    if changes.category_id is None:
        parts.append(t("batches.changes.no_category"))
    elif changes.category_id is not UNSET:
        parts.append(t("batches.changes.category", name=_name(changes.category_id, names, t)))
    if changes.target_price is None:
        parts.append(t("batches.changes.no_price"))
    elif changes.target_price is not UNSET:
        price = price_text(changes.target_price)
        parts.append(t("batches.changes.price", price=price, currency=currency))
    if changes.target_price_percent is not UNSET:
        percent = plain(changes.target_price_percent)
        sign = "" if percent.startswith("-") else "+"
        parts.append(t("batches.changes.percent", percent=f"{sign}{percent}"))
    if changes.derivation is not None:
        parts.append(t("batches.changes.derived", pricing=rule_pricing(changes.derivation, t)))
    return parts


def _filters(selected: ProductSelection, names: Names, t: Texts) -> list[str]:
    parts: list[str] = []
    if selected.status is not None:
        parts.append(t("batches.scope.status", name=t(STATUS_TEXTS[selected.status])))
    if selected.category_id is not None:
        key = (
            "batches.scope.subtree" if selected.include_subcategories else "batches.scope.category"
        )
        parts.append(t(key, name=_name(selected.category_id, names, t)))
    if selected.supplier_id is not None:
        parts.append(t("batches.scope.supplier", name=_name(selected.supplier_id, names, t)))
    parts += _margins(selected, t)
    if selected.is_priced is not None:
        has_price = selected.is_priced
        parts.append(t("batches.scope.priced" if has_price else "batches.scope.unpriced"))
    if selected.updated_since is not None:
        parts.append(t("batches.scope.updated", moment=selected.updated_since))
    if selected.search is not None:
        parts.append(t("batches.scope.search", words=selected.search))
    return parts


def _margins(selected: ProductSelection, t: Texts) -> list[str]:
    bounds = (
        ("batches.scope.min_margin", selected.min_margin),
        ("batches.scope.max_margin", selected.max_margin),
    )
    return [t(key, percent=plain(bound)) for key, bound in bounds if bound is not None]


def _name(entity_id: UUID, names: Names, t: Texts) -> str:
    return names.get(str(entity_id), t("rules.scope.gone"))


FIELD_TEXTS = {
    "status": "batches.fields.status",
    "category_id": "batches.fields.category_id",
    "target_price": "batches.fields.target_price",
}
KIND_TEXTS = {"bulk": "batches.kinds.bulk", "pricing_rules": "batches.kinds.pricing_rules"}
STATUS_TEXTS = {
    "active": "products.statuses.active",
    "draft": "products.statuses.draft",
    "archived": "products.statuses.archived",
}
