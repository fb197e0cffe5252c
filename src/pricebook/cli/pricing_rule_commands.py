"""The commands for pricing rules."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from cyclopts import App, Parameter
from rich.table import Table
from rich.text import Text

from pricebook.cli import output
from pricebook.cli.lookups import (
    COMMAND_CALLER,
    find_category_id,
    find_supplier_id,
    read_category_names,
)
from pricebook.cli.product_batch_commands import show_preview
from pricebook.cli.product_batch_output import NONE
from pricebook.cli.product_selection import ALL_PRODUCTS, Selection, find_selection
from pricebook.cli.server_defaults import run_with_database
from pricebook.db.database import Database
from pricebook.errors import NotFoundError, ValidationError
from pricebook.pricing_rules import service
from pricebook.pricing_rules.schemas import (
    NewPricingRule,
    PricingRule,
    PricingRuleChange,
    PricingRules,
    RulePreview,
)
from pricebook.product_batches.price_derivations import Rounding
from pricebook.product_batches.schemas import ProductBatch

app = App(name="rules", help="Pricing rules: how target prices follow from the lowest prices.")


@dataclass(frozen=True, kw_only=True)
class RuleFields:
    """The fields of a rule."""

    markup: Annotated[
        Decimal | None, Parameter(help="Percentage of the lowest price that is added to it.")
    ] = None
    margin: Annotated[
        Decimal | None, Parameter(help="Percentage of the target price that remains.")
    ] = None
    category: Annotated[
        str | None, Parameter(help="Only products of Tools > Saws and below it; `none` for all.")
    ] = None
    brand: Annotated[str | None, Parameter(help="Only products of this brand; `none` for all.")] = (
        None
    )
    supplier: Annotated[
        str | None,
        Parameter(help="Only products whose lowest price is of this supplier; `none` for all."),
    ] = None
    position: Annotated[
        int | None, Parameter(help="Rank; of the rules that fit, the lowest counts.")
    ] = None
    step: Annotated[
        Decimal | None, Parameter(help="Prices are multiples of this: 0.05, 1 or 10.")
    ] = None
    ending: Annotated[
        Decimal | None, Parameter(help="Added to each multiple: 0.99 with --step 1.")
    ] = None
    rounding: Annotated[
        Rounding | None, Parameter(help="The next of these prices: up, nearest or down.")
    ] = None
    active: Annotated[bool | None, Parameter(help="Whether the rule counts.")] = None


@app.command(name="list")
def list_all(*, json: bool = False) -> None:
    """List the pricing rules in the order in which they count.

    Args:
        json: Print them as JSON.
    """
    rules = run_with_database(service.list_rules)
    if json:
        output.print_json(PricingRules(rules))
        return
    if not rules:
        output.print_none("pricing rule")
        return
    names = run_with_database(read_category_names)
    table = Table("position", "rule", "products", "price", "")
    for rule in rules:
        table.add_row(
            str(rule.position),
            Text(rule.name),
            Text(_describe_scope(rule, names)),
            _describe_price(rule),
            "" if rule.is_active else "inactive",
        )
    output.print_table(table)


@app.command
def add(name: str, /, *, fields: Annotated[RuleFields, Parameter(name="*")] = RuleFields()) -> None:
    """Add a pricing rule with --markup or --margin.

    Args:
        name: The name of the rule.
        fields: What it says.
    """

    async def create(database: Database) -> PricingRule:
        values = await _find_values(database, fields)
        if "method" not in values:
            raise ValidationError("A rule needs --markup or --margin.")
        return await service.create_rule(database, NewPricingRule(name=name, **values))

    _print_saved(run_with_database(create))


@app.command(name="set")
def set_rule(
    name: str,
    /,
    *,
    new_name: str | None = None,
    fields: Annotated[RuleFields, Parameter(name="*")] = RuleFields(),
) -> None:
    """Change a pricing rule.

    Args:
        name: The name of the rule.
        new_name: Its new name.
        fields: What changes.
    """

    async def change(database: Database) -> PricingRule:
        values = await _find_values(database, fields)
        if new_name is not None:
            values["name"] = new_name
        rule = await _find_rule(database, name)
        return await service.change_rule(database, rule.id, PricingRuleChange(**values))

    _print_saved(run_with_database(change))


@app.command
def remove(name: str, /) -> None:
    """Delete a pricing rule; prices that it proposed stay.

    Args:
        name: The name of the rule.
    """

    async def delete(database: Database) -> None:
        await service.delete_rule(database, (await _find_rule(database, name)).id)

    run_with_database(delete)
    output.print_line(f'Rule "{name}" is deleted.')


@app.command
def preview(
    *,
    selection: Annotated[Selection, Parameter(name="*")] = ALL_PRODUCTS,
    only_raises: bool = False,
    json: bool = False,
) -> None:
    """Show the target prices that the rules propose; `pricebook batches apply` applies them.

    Args:
        selection: Which products; all without one.
        only_raises: Leave target prices that the rules would lower as they are.
        json: Print the batch as JSON.
    """

    async def propose(database: Database) -> ProductBatch:
        selected = None if selection == ALL_PRODUCTS else await find_selection(database, selection)
        wanted = RulePreview(filter=selected, only_raises=only_raises)
        return await service.preview(database, COMMAND_CALLER, wanted)

    show_preview(propose, as_json=json)


async def _find_rule(database: Database, name: str) -> PricingRule:
    for rule in await service.list_rules(database):
        if rule.name.lower() == name.lower():
            return rule
    raise NotFoundError(f"There is no pricing rule {name}: `pricebook rules list` shows all.")


async def _find_values(database: Database, fields: RuleFields) -> dict[str, Any]:
    """Return the given fields as the API has them; raises NotFoundError, ValidationError."""
    if fields.markup is not None and fields.margin is not None:
        raise ValidationError("A rule has --markup or --margin, not both.")
    values: dict[str, Any] = {
        "position": fields.position,
        "step": fields.step,
        "ending": fields.ending,
        "rounding": fields.rounding,
        "is_active": fields.active,
    }
    values = {name: value for name, value in values.items() if value is not None}
    for method in ("markup", "margin"):
        if (percent := getattr(fields, method)) is not None:
            values |= {"method": method, "percent": percent}
    if fields.brand is not None:
        values["brand"] = None if fields.brand == NONE else fields.brand
    scopes = (
        ("category_id", fields.category, find_category_id),
        ("supplier_id", fields.supplier, find_supplier_id),
    )
    for field, name, find in scopes:
        if name is not None:
            values[field] = None if name == NONE else await find(database, name)
    return values


def _print_saved(rule: PricingRule) -> None:
    output.print_line(
        f'Rule "{rule.name}" at position {rule.position}: {_describe_price(rule)}. No price changes'
        " before `pricebook rules preview` and `pricebook batches apply`."
    )


def _describe_scope(rule: PricingRule, names: dict[UUID, str]) -> str:
    parts = [
        names.get(rule.category_id, "") if rule.category_id else "",
        f"brand {rule.brand}" if rule.brand else "",
        "lowest price of a supplier" if rule.supplier_id else "",
    ]
    return ", ".join(filter(None, parts)) or "all"


def _describe_price(rule: PricingRule) -> str:
    form = f"multiples of {rule.step.normalize():f}"
    if rule.ending:
        form += f" plus {rule.ending.normalize():f}"
    base = "on the lowest price" if rule.method == "markup" else "of the target price"
    return f"{rule.method} {rule.percent.normalize():f} % {base}, {rule.rounding} to {form}"
