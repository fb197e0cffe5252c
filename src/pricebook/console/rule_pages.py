"""Pricing rules: the list in words, create, change, delete, and the preview of their prices."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import PathParameter
from msgspec import UNSET
from msgspec.structs import asdict

from pricebook.console.batch_previews import PATH as BATCHES
from pricebook.console.batch_previews import RULES, preview_bulk
from pricebook.console.category_choices import list_category_choices
from pricebook.console.form_fields import (
    MAX_FORM_BYTES,
    NUMBER_EXPECTED,
    field_text,
    read_form,
)
from pricebook.console.page_errors import caller_of
from pricebook.console.page_guard import page_for
from pricebook.console.query_fields import PageQuery, decode_page_query
from pricebook.console.rendering import render
from pricebook.console.supplier_choices import list_supplier_choices
from pricebook.db.database import Database
from pricebook.errors import ConflictError, ValidationError
from pricebook.http.field_types import is_number
from pricebook.pricing_rules import service
from pricebook.pricing_rules.schemas import (
    NewPricingRule,
    PricingRule,
    PricingRuleChange,
)

AnyRequest = Request[Any, Any, Any]
RuleId = Annotated[UUID, PathParameter(description="The rule's id.")]
PATH = "/console/rules"
REQUIRED = ("name", "method", "percent")
NUMBERS = ("percent", "step", "ending")
DONE = ("created", "changed", "deleted")


@get(PATH, opt=page_for("GET", "/pricing-rules"))
async def show_rules(request: AnyRequest) -> Response[Any]:
    """Show all rules in the order in which they count, each as a sentence."""
    database: Database = request.app.state.database
    rules = await service.list_rules(database)
    suppliers = await list_supplier_choices(database, [each.supplier_id for each in rules])
    done = request.query_params.get("done", "")
    values = {
        "rules": rules,
        "names": dict([*suppliers, *await list_category_choices(request)]),
        "done": done if done in DONE else "",
    }
    return render(request, "rules.html", values)


@get(f"{PATH}/new", opt=page_for("POST", "/pricing-rules"))
async def show_new_rule(request: AnyRequest) -> Response[Any]:
    """Show the form of a new rule."""
    return await _form(request, None, {})


@post(
    f"{PATH}/new",
    status_code=200,
    request_max_body_size=MAX_FORM_BYTES,
    opt=page_for("POST", "/pricing-rules"),
)
async def create_rule(request: AnyRequest) -> Response[Any]:
    """Create a rule."""
    typed = await read_form(request)
    new, issues = _decode(typed)
    if new is None:
        return await _form(request, None, typed, issues)
    try:
        await service.create_rule(request.app.state.database, new)
    except (ConflictError, ValidationError) as error:
        return await _form(request, None, typed, _issues_of(error))
    return _done("created")


@post(
    f"{PATH}/preview",
    status_code=303,
    request_max_body_size=MAX_FORM_BYTES,
    opt=page_for("POST", "/pricing-rules/preview"),
)
async def preview_rules(request: AnyRequest) -> Response[Any]:
    """Store the prices that the rules propose for all products, and show them."""
    database: Database = request.app.state.database
    form = await read_form(request)
    query = PageQuery({"price_action": RULES, "only_raises": form.get("only_raises", "")})
    batch = await preview_bulk(database, caller_of(request), query)
    return Response(None, status_code=303, headers={"Location": f"{BATCHES}/{batch.id}"})


@get(PATH + "/{rule_id:str}", opt=page_for("PATCH", "/pricing-rules/{id}"))
async def show_rule(request: AnyRequest, rule_id: RuleId) -> Response[Any]:
    """Show the form of a rule."""
    rule = await service.get_rule(request.app.state.database, rule_id)
    return await _form(request, rule, _fields(rule))


@post(
    PATH + "/{rule_id:str}",
    status_code=200,
    request_max_body_size=MAX_FORM_BYTES,
    opt=page_for("PATCH", "/pricing-rules/{id}"),
)
async def change_rule(request: AnyRequest, rule_id: RuleId) -> Response[Any]:
    """Change a rule, unless somebody else changed it since it was shown."""
    typed = await read_form(request)
    database: Database = request.app.state.database
    rule = await service.get_rule(database, rule_id)
    if typed.get("before") != rule.updated_at.isoformat():
        return await _form(request, rule, typed, has_conflict=True)
    new, issues = _decode(typed)
    if new is None:
        return await _form(request, rule, typed, issues)
    fields = asdict(new)
    change = PricingRuleChange(**fields | {"position": UNSET} if new.position is None else fields)
    try:
        await service.change_rule(database, rule_id, change)
    except (ConflictError, ValidationError) as error:
        return await _form(request, rule, typed, _issues_of(error))
    return _done("changed")


@post(
    PATH + "/{rule_id:str}/delete",
    status_code=303,
    request_max_body_size=MAX_FORM_BYTES,
    opt=page_for("DELETE", "/pricing-rules/{id}"),
)
async def delete_rule(request: AnyRequest, rule_id: RuleId) -> Response[Any]:
    """Delete a rule; prices that it proposed stay."""
    await service.delete_rule(request.app.state.database, rule_id)
    return _done("deleted")


async def _form(
    request: AnyRequest,
    rule: PricingRule | None,
    typed: dict[str, str],
    issues: dict[str, str] | None = None,
    *,
    has_conflict: bool = False,
) -> Response[Any]:
    """Return the form of a rule with what was typed, and why it was refused beside the fields."""
    chosen = [rule.supplier_id] if rule else []
    suppliers = await list_supplier_choices(request.app.state.database, chosen)
    categories = await list_category_choices(request)
    values = {
        "rule": rule,
        "typed": PageQuery(typed),
        "issues": issues or {},
        "has_conflict": has_conflict,
        "categories": categories,
        "suppliers": suppliers,
        "all_names": dict([*suppliers, *categories]),
    }
    is_refused = bool(issues) or has_conflict
    return render(request, "rule.html", values, status=400 if is_refused else 200)


def _decode(typed: dict[str, str]) -> tuple[NewPricingRule | None, dict[str, str]]:
    """Return what was typed as a rule, or None and the issues by field."""
    given = {name: typed.get(name, "").strip() for name in NewPricingRule.__struct_fields__}
    fields = {name: text for name, text in given.items() if text or name in REQUIRED}
    new, issues = decode_page_query(NewPricingRule, PageQuery(fields))
    refused = {each.field: each.issue for each in issues}
    for name in NUMBERS:
        if name in refused and not is_number(given[name]):
            refused[name] = NUMBER_EXPECTED
    return new, refused


def _issues_of(error: ConflictError | ValidationError) -> dict[str, str]:
    """Return the issues of an error by field; the name is what may be taken."""
    if isinstance(error, ConflictError):
        return {"name": error.message}
    return {each.field: each.issue for each in error.issues}


def _fields(rule: PricingRule) -> dict[str, str]:
    """Return the fields of a rule as its form has them."""
    return {name: field_text(getattr(rule, name)) for name in NewPricingRule.__struct_fields__}


def _done(what: str) -> Response[Any]:
    return Response(None, status_code=303, headers={"Location": f"{PATH}?done={what}"})
