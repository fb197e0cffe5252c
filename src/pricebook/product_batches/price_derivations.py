"""How target prices follow from lowest prices: by a pricing rule, or in a bulk change."""

from decimal import Decimal
from typing import Annotated, Literal

from msgspec import Struct

from pricebook.errors import FieldIssue, body_issue, validation_error
from pricebook.http.field_types import MAX_PRICE, doc

Method = Literal["markup", "margin"]
Rounding = Literal["up", "nearest", "down"]

MAX_PERCENT = Decimal(10_000)
CENT = Decimal("0.01")

MethodField = Annotated[
    Method,
    doc(
        "`markup`: the percentage is of the lowest price, which it is added to; `margin`: it is of"
        " the target price, so that 25 percent of the target price remain."
    ),
]
Percent = Annotated[
    Decimal,
    doc("Percentage of the markup, 0 to 10,000, or of the margin, 0 to less than 100."),
]
Step = Annotated[
    Decimal,
    doc("Prices are multiples of this, plus `ending`: `0.05`, `1` or `10`; `0.01` by default."),
]
Ending = Annotated[
    Decimal,
    doc(
        "Added to each multiple of `step`: `0.99` with the step 1 gives 4.99 and 5.99; 0 for none."
    ),
]
RoundingField = Annotated[
    Rounding,
    doc("Which of these prices: the next one `up`, which keeps the margin, `nearest` or `down`."),
]


class PriceDerivation(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Target prices that follow from the lowest prices of suppliers."""

    method: MethodField
    percent: Percent
    step: Step = CENT
    ending: Ending = Decimal(0)
    rounding: RoundingField = "up"

    def __post_init__(self) -> None:
        """Raise ValidationError naming every refused field."""
        issues = amount_issues(self.method, self.percent, self.step, self.ending)
        if issues:
            prefix = "target_price_from_lowest"
            raise validation_error(
                *(body_issue(f"{prefix}.{each.field}", each.issue) for each in issues)
            )


def is_between(number: Decimal, lowest: Decimal, highest: Decimal) -> bool:
    """Return whether a number has at most four decimals and is lowest to highest."""
    return number.is_finite() and lowest <= number <= highest and number == round(number, 4)


def amount_issues(
    method: Method, percent: Decimal, step: Decimal, ending: Decimal
) -> list[FieldIssue]:
    """Return the issues of the percentage and of the prices that may be given."""
    issues: list[FieldIssue] = []
    highest = MAX_PERCENT if method == "markup" else Decimal(100) - Decimal("0.0001")
    if not is_between(percent, Decimal(0), highest):
        expected = "0 to 10,000" if method == "markup" else "0 to less than 100"
        issues.append(body_issue("percent", f"expected {expected} with at most four decimals"))
    if not is_between(step, Decimal("0.0001"), MAX_PRICE):
        issues.append(body_issue("step", "expected a number over 0 with at most four decimals"))
    elif not (is_between(ending, Decimal(0), MAX_PRICE) and ending < step):
        issues.append(body_issue("ending", f"expected 0 to less than the step {step}"))
    return issues
