from typing import Annotated, Any
from uuid import UUID

from litestar import Response, Router, delete, get, patch, post
from litestar.di import NamedDependency
from litestar.params import PathParameter

from pricebook.auth.schemas import Caller
from pricebook.db.database import Database
from pricebook.errors import ConflictError, NotFoundError
from pricebook.http.json_body import provide_body
from pricebook.http.openapi import RequestBody, Success, documented
from pricebook.pricing_rules import service
from pricebook.pricing_rules.schemas import (
    NewPricingRule,
    PricingRule,
    PricingRuleChange,
    PricingRules,
    RulePreview,
)
from pricebook.product_batches.routes import BATCH, previewed
from pricebook.product_batches.schemas import ProductBatch

REQUEST: dict[str, Any] = {
    "name": "Hand tools",
    "method": "margin",
    "percent": "28",
    "category_id": "c1d7e9a4-7d0b-4a53-8e0e-6b1f4a2d9c55",
    "step": "1",
    "ending": "0.99",
}
RULE: dict[str, Any] = {
    "id": "8e1d3c5b-7a9f-4e2d-b0c4-6f5a4b3c2d1e",
    "name": "Hand tools",
    "position": 10,
    "category_id": REQUEST["category_id"],
    "brand": None,
    "supplier_id": None,
    "method": "margin",
    "percent": "28.0000",
    "step": "1.0000",
    "ending": "0.9900",
    "rounding": "up",
    "is_active": True,
    "created_at": "2026-11-27T08:10:44.118204Z",
    "updated_at": "2026-11-27T08:10:44.118204Z",
}

RuleId = Annotated[UUID, PathParameter(description="The rule's id.")]


@get(
    "/pricing-rules",
    summary="List pricing rules",
    description="Returns all rules in the order in which they count.",
    opt=documented(Success(kind=PricingRules, example={"data": [RULE]})),
)
async def list_pricing_rules(database: NamedDependency[Database]) -> PricingRules:
    """Return all rules."""
    return PricingRules(await service.list_rules(database))


@get(
    "/pricing-rules/{rule_id:str}",
    summary="Get a pricing rule",
    description="Returns one rule.",
    opt=documented(Success(kind=PricingRule, example=RULE), errors=(NotFoundError,)),
)
async def get_pricing_rule(rule_id: RuleId, database: NamedDependency[Database]) -> PricingRule:
    """Return one rule."""
    return await service.get_rule(database, rule_id)


@post(
    "/pricing-rules",
    summary="Create a pricing rule",
    description="Creates a rule by which target prices are proposed; no price changes by it.",
    dependencies={"new_rule": provide_body(NewPricingRule)},
    opt=documented(
        Success(kind=PricingRule, example=RULE, status=201, headers=("Location",)),
        body=RequestBody(NewPricingRule, REQUEST),
        errors=(ConflictError,),
    ),
)
async def create_pricing_rule(
    new_rule: NamedDependency[NewPricingRule], database: NamedDependency[Database]
) -> Response[PricingRule]:
    """Create a rule and return it."""
    rule = await service.create_rule(database, new_rule)
    headers = {"Location": f"/api/v1/admin/pricing-rules/{rule.id}"}
    return Response(rule, status_code=201, headers=headers)


@patch(
    "/pricing-rules/{rule_id:str}",
    summary="Change a pricing rule",
    description="Changes the fields that are sent; batches that were previewed stay as they are.",
    dependencies={"change": provide_body(PricingRuleChange)},
    opt=documented(
        Success(kind=PricingRule, example=RULE),
        body=RequestBody(PricingRuleChange, {"percent": "30"}),
        errors=(NotFoundError, ConflictError),
    ),
)
async def change_pricing_rule(
    rule_id: RuleId,
    change: NamedDependency[PricingRuleChange],
    database: NamedDependency[Database],
) -> PricingRule:
    """Change a rule and return it."""
    return await service.change_rule(database, rule_id, change)


@delete(
    "/pricing-rules/{rule_id:str}",
    status_code=204,
    summary="Delete a pricing rule",
    description="Deletes a rule; prices that it proposed stay.",
    opt=documented(Success(status=204), errors=(NotFoundError,)),
)
async def delete_pricing_rule(rule_id: RuleId, database: NamedDependency[Database]) -> None:
    """Delete a rule."""
    await service.delete_rule(database, rule_id)


@post(
    "/pricing-rules/preview",
    summary="Preview the prices of the pricing rules",
    description="Stores the target prices that the active rules propose for products with a lowest"
    " price, as a batch of product changes, which can be looked at, applied and undone. Archived"
    " products and those that have the price already are left out.",
    dependencies={"wanted": provide_body(RulePreview)},
    opt=documented(
        Success(
            kind=ProductBatch,
            example=BATCH | {"kind": "pricing_rules"},
            status=201,
            headers=("Location",),
        ),
        body=RequestBody(RulePreview, {"filter": {"status": "active"}}),
        errors=(ConflictError,),
    ),
)
async def preview_pricing_rules(
    wanted: NamedDependency[RulePreview],
    caller: NamedDependency[Caller],
    database: NamedDependency[Database],
) -> Response[ProductBatch]:
    """Store what the rules propose and return it."""
    return previewed(await service.preview(database, caller, wanted))


router = Router(
    "/",
    route_handlers=[
        list_pricing_rules,
        get_pricing_rule,
        create_pricing_rule,
        change_pricing_rule,
        delete_pricing_rule,
        preview_pricing_rules,
    ],
    tags=["Pricing rules"],
)
