"""Previews of bulk changes: what a form wants, stored as a batch, and the same once more."""

from collections.abc import Sequence
from typing import Any

from msgspec import UNSET
from msgspec.structs import asdict

from pricebook.auth.schemas import Caller
from pricebook.console.back_links import FIELD
from pricebook.console.form_fields import (
    NUMBER_EXPECTED,
    convert_fields,
    field_text,
    read_number,
)
from pricebook.console.query_fields import PageQuery, require_page_query
from pricebook.db.database import Database
from pricebook.errors import ForbiddenError, body_issue, validation_error
from pricebook.pricing_rules import service as pricing_rules
from pricebook.pricing_rules.schemas import RulePreview
from pricebook.product_batches import service
from pricebook.product_batches.change_schemas import ProductChanges
from pricebook.product_batches.schemas import (
    BatchHead,
    NewBatch,
    ProductBatch,
    ProductSelection,
)
from pricebook.products.list_filters import StaffProductFilter

PATH = "/console/batches"
FILTERS = tuple(name for name in StaffProductFilter.__struct_fields__ if name != "sort")
# How prices that follow from the lowest ones are rounded.
ROUNDING = ("rounding", "step", "ending")
CHANGES = ("new_status", "new_category", "price_action", "amount", "only_raises", *ROUNDING)
RULES = "rules"  # the prices that the pricing rules propose
# What may be done with the target price.
PRICE_ACTIONS = ("percent", "margin", "markup", RULES, "set", "remove")
DERIVED = ("margin", "markup")
NO_CATEGORY = "none"
NO_FILTER: dict[str, Any] = asdict(ProductSelection())


def bulk_fields(fields: dict[str, str]) -> PageQuery:
    """Return the filters and changes that a form has, and where it leads back, if not empty."""
    given = {name: fields.get(name, "").strip() for name in (*FILTERS, *CHANGES, FIELD)}
    return PageQuery({name: value for name, value in given.items() if value})


def filters_of(query: PageQuery) -> PageQuery:
    """Return the filters of a bulk change alone."""
    return PageQuery({name: query.get(name) for name in FILTERS if query.get(name)})


def read_changes(query: PageQuery) -> ProductChanges:
    """Return the changes that a form wants; raises ValidationError by the fields of the form."""
    wanted: dict[str, Any] = {}
    if query.get("new_status"):
        wanted["status"] = query.get("new_status")
    if query.get("new_category"):
        is_none = query.get("new_category") == NO_CATEGORY
        wanted["category_id"] = None if is_none else query.get("new_category")
    wanted |= _price_change(query)
    return convert_fields(wanted, ProductChanges)


def _price_change(query: PageQuery) -> dict[str, Any]:
    """Return what a form wants to do with the target price."""
    action = query.get("price_action")
    if not action:
        return {}
    if action == "remove":
        return {"target_price": None}
    if action not in PRICE_ACTIONS:
        raise validation_error(body_issue("price_action", "is not offered"))
    amount = read_number("amount", query.get("amount"))
    if amount is None:
        raise validation_error(body_issue("amount", NUMBER_EXPECTED))
    if action not in DERIVED:
        return {"target_price" if action == "set" else "target_price_percent": amount}
    numbers = {name: read_number(name, query.get(name)) for name in ("step", "ending")}
    rounding = {"rounding": query.get("rounding")} if query.get("rounding") else {}
    given = {name: number for name, number in numbers.items() if number is not None}
    derivation = {"method": action, "percent": amount, **rounding, **given}
    return {"target_price_from_lowest": derivation}


async def preview_bulk(database: Database, caller: Caller, query: PageQuery) -> ProductBatch:
    """Store what a bulk change would do to the products of its filters.

    Raises ForbiddenError, ValidationError; ConflictError without a pricing rule that counts.
    """
    if query.get("price_action") == RULES:
        return await _preview_rules(database, caller, query)
    selection = require_page_query(ProductSelection, filters_of(query))
    only_raises = bool(query.get("only_raises"))
    new = NewBatch(changes=read_changes(query), filter=selection, only_raises=only_raises)
    return await service.preview(database, caller, new)


async def _preview_rules(database: Database, caller: Caller, query: PageQuery) -> ProductBatch:
    if query.get("new_status") or query.get("new_category"):
        issue = "the pricing rules change prices only: change the rest separately"
        raise validation_error(body_issue("price_action", issue))
    filters = filters_of(query)
    selection = require_page_query(ProductSelection, filters) if filters.fields else None
    wanted = RulePreview(filter=selection, only_raises=bool(query.get("only_raises")))
    return await pricing_rules.preview(database, caller, wanted)


def may_change(caller: Caller, fields: Sequence[str]) -> bool:
    """Return whether a caller may change these fields of products, and take that back."""
    try:
        service.require_permission(caller, fields)
    except ForbiddenError:
        return False
    return True


def fields_of(batch: BatchHead) -> PageQuery:
    """Return the fields of the form that requested a batch; empty if that is not known."""
    request = batch.request
    if request is None or request.product_count is not None:
        return PageQuery({})
    given = {name: getattr(request.filter, name, None) for name in FILTERS}
    filters = {name: field_text(value) for name, value in given.items() if value != NO_FILTER[name]}
    changes = request.changes
    wanted = {"price_action": RULES} if changes is None else _change_fields(changes)
    return bulk_fields({**filters, **wanted, "only_raises": "1" if request.only_raises else ""})


def _change_fields(changes: ProductChanges) -> dict[str, str]:
    fields: dict[str, str] = {}
    if changes.status is not UNSET:
        fields["new_status"] = changes.status
    if changes.category_id is not UNSET:
        fields["new_category"] = str(changes.category_id or NO_CATEGORY)
    if changes.target_price is None:
        fields["price_action"] = "remove"
    elif changes.target_price is not UNSET:
        fields |= {"price_action": "set", "amount": field_text(changes.target_price)}
    if changes.target_price_percent is not UNSET:
        fields |= {"price_action": "percent", "amount": field_text(changes.target_price_percent)}
    if (derivation := changes.derivation) is not None:
        rounding = {name: field_text(getattr(derivation, name)) for name in ROUNDING}
        fields |= {"price_action": derivation.method, "amount": field_text(derivation.percent)}
        fields |= rounding
    return fields


async def preview_again(
    database: Database, caller: Caller, batch: BatchHead
) -> ProductBatch | None:
    """Preview once more what an outdated batch was made of; None if that is not known."""
    fields = fields_of(batch)
    return await preview_bulk(database, caller, fields) if fields.fields else None
