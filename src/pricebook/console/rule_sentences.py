"""Pricing rules as sentences: which products, what is added, and to which prices it is rounded."""

from collections.abc import Mapping
from decimal import Decimal

from pricebook.console.number_texts import plain, price_text
from pricebook.console.page_texts import Texts
from pricebook.pricing_rules.schemas import PricingRule
from pricebook.product_batches.price_derivations import CENT, PriceDerivation, Rounding

# Prices of a rule are shown by two of them, so many steps above zero.
SAMPLE_STEPS = (5, 6)
ROUNDINGS: dict[Rounding, str] = {
    "up": "rules.sentences.up",
    "nearest": "rules.sentences.nearest",
    "down": "rules.sentences.down",
}


def rule_scope(rule: PricingRule, names: Mapping[str, str], t: Texts) -> str:
    """Return which products a rule is for; `names` has those of categories and suppliers."""
    parts: list[str] = []
    if rule.category_id is not None:
        category = names.get(str(rule.category_id), t("rules.scope.gone"))
        parts.append(t("rules.scope.category", name=category))
    if rule.brand is not None:
        parts.append(t("rules.scope.brand", name=rule.brand))
    if rule.supplier_id is not None:
        supplier = names.get(str(rule.supplier_id), t("rules.scope.gone"))
        parts.append(t("rules.scope.supplier", name=supplier))
    return t("rules.scope.some", parts=", ".join(parts)) if parts else t("rules.scope.all")


def rule_pricing(rule: PricingRule | PriceDerivation, t: Texts) -> str:
    """Return how a rule or a bulk change derives a target price from the lowest price."""
    return f"{_amount(rule, t)}, {_rounding(rule, t)}"


def _amount(rule: PricingRule | PriceDerivation, t: Texts) -> str:
    percent = plain(rule.percent)
    if rule.method == "markup":
        return t("rules.sentences.markup", percent=percent)
    return t("rules.sentences.margin", percent=percent)


def _rounding(rule: PricingRule | PriceDerivation, t: Texts) -> str:
    if rule.step == CENT and not rule.ending:
        prices = t("rules.sentences.cents")
    else:
        samples = [price_text(Decimal(n) * rule.step + rule.ending) for n in SAMPLE_STEPS]
        prices = t("rules.sentences.prices", first=samples[0], second=samples[1])
    return t(ROUNDINGS[rule.rounding], prices=prices)
