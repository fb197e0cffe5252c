"""Previews of bulk changes: what a form wants, stored as a batch, and the same once more."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

from pricebook.auth.schemas import Caller
from pricebook.console.form_fields import NUMBER_EXPECTED, convert_fields, read_number
from pricebook.console.query_fields import PageQuery, require_page_query
from pricebook.db.database import Database
from pricebook.errors import ForbiddenError, body_issue, validation_error
from pricebook.pricing_rules import service as pricing_rules
from pricebook.pricing_rules.schemas import RulePreview
from pricebook.product_batches import service
from pricebook.product_batches.change_schemas import ProductChanges
from pricebook.product_batches.schemas import NewBatch, ProductBatch, ProductSelection
from pricebook.products.list_filters import StaffProductFilter

PATH = "/console/batches"
OF_RULES = "rules"  # the value of `again` for a preview of the pricing rules
FILTERS = tuple(name for name in StaffProductFilter.__struct_fields__ if name != "sort")
# How prices that follow from the lowest ones are rounded.
ROUNDING = ("rounding", "step", "ending")
CHANGES = ("new_status", "new_category", "price_action", "amount", *ROUNDING)
# What may be done with the target price.
PRICE_ACTIONS = ("percent", "margin", "markup", "set", "remove")
DERIVED = ("margin", "markup")
NO_CATEGORY = "none"


def batch_address(batch_id: UUID, **fields: str) -> str:
    """Return the address of a batch; `again` has what is previewed if it is outdated."""
    return PageQuery({}).address(f"{PATH}/{batch_id}", **fields)


def bulk_fields(fields: dict[str, str]) -> PageQuery:
    """Return the filters and the changes that a form has, without those that are empty."""
    given = {name: fields.get(name, "").strip() for name in (*FILTERS, *CHANGES)}
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

    Raises ForbiddenError, ValidationError.
    """
    selection = require_page_query(ProductSelection, filters_of(query))
    new = NewBatch(changes=read_changes(query), filter=selection)
    return await service.preview(database, caller, new)


def may_change(caller: Caller, fields: Sequence[str]) -> bool:
    """Return whether a caller may change these fields of products, and take that back."""
    try:
        service.require_permission(caller, fields)
    except ForbiddenError:
        return False
    return True


def again_of(query: PageQuery) -> str:
    """Return a bulk change as the value of `again`."""
    return urlencode(query.fields)


def fields_again(again: str) -> PageQuery:
    """Return the bulk change that `again` has; empty for that of pricing rules and for none."""
    return bulk_fields(dict(parse_qsl(again)))


async def preview_again(database: Database, caller: Caller, again: str) -> ProductBatch | None:
    """Preview once more what an outdated batch was made of; None if that is not known."""
    if again == OF_RULES:
        return await pricing_rules.preview(database, caller, RulePreview())
    query = fields_again(again)
    return await preview_bulk(database, caller, query) if query.fields else None
