import re
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated

from msgspec import Meta, Struct

from pricebook.errors import FieldIssue, body_issue, validation_error
from pricebook.http.field_types import doc
from pricebook.http.pagination import CursorPage, CursorPaging

MANUAL = "manual"
MAX_RATES = 1_000
MAX_RATE = Decimal(10) ** 12
MAX_DECIMALS = 12
MAX_SOURCE = 255
MAX_COUNTED_ITEMS = 100_000
CURRENCY_PATTERN = "^[A-Z]{3}$"
Day = date  # the structs have fields of the name `date`

CurrencyCode = Annotated[
    str, Meta(pattern=CURRENCY_PATTERN, description="Code of a currency, ISO 4217.")
]
Base = Annotated[
    CurrencyCode, doc("Currency of which one unit is worth `rate` units of `currency`, ISO 4217.")
]
QuoteCurrency = Annotated[CurrencyCode, doc("Currency that `rate` counts, ISO 4217.")]
RATE_SENTENCE = "How many units of `currency` one unit of `base` is worth"
DECIMAL_PATTERN = r"^\d+(\.\d+)?$"
RateText = Annotated[
    str,
    doc(f"{RATE_SENTENCE}; a decimal string.", pattern=DECIMAL_PATTERN, examples=["1.0812"]),
]


class NewRate(Struct, frozen=True, forbid_unknown_fields=True):
    """An exchange rate of a day: one unit of `base` is worth `rate` units of `currency`."""

    base: Base
    currency: QuoteCurrency
    rate: Annotated[
        Decimal,
        Meta(
            description=f"{RATE_SENTENCE}: a decimal string or a JSON number, more than 0, at most"
            f" {MAX_DECIMALS} decimals.",
            extra_json_schema={
                "anyOf": [
                    {
                        "type": "string",
                        "pattern": rf"^\d{{1,12}}(\.\d{{1,{MAX_DECIMALS}}})?$",
                        "examples": ["1.0812"],
                    },
                    {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": float(MAX_RATE)},
                ]
            },
        ),
    ]
    date: Annotated[
        Day | None,
        doc(
            "Day of the rate, ISO 8601; today (UTC) by default. A later day than today has no"
            " effect before that day."
        ),
    ] = None

    @property
    def day(self) -> Day:
        """The day of the rate; today (UTC) if it was not sent."""
        return self.date or today()


class NewRates(Struct, frozen=True, forbid_unknown_fields=True):
    """Exchange rates to store; one of the same currencies and day is replaced."""

    rates: Annotated[
        list[NewRate],
        Meta(
            min_length=1,
            max_length=MAX_RATES,
            description=f"The rates, 1 to {MAX_RATES:,}; each pair of currencies once a day.",
        ),
    ]

    def __post_init__(self) -> None:
        """Raise ValidationError naming every refused rate."""
        if issues := rate_issues(self.rates):
            raise validation_error(*issues)


class StoredRate(Struct, frozen=True):
    """A stored exchange rate."""

    base: Base
    currency: QuoteCurrency
    date: Annotated[Day, doc("Day of the rate, ISO 8601.")]
    rate: RateText
    source: Annotated[
        str,
        doc("`manual`, or the file or address of the list of rates that had it."),
    ]
    set_by: Annotated[
        str | None, doc("Name of the user who set it by a request; null: a command or a worker.")
    ]
    created_at: Annotated[datetime, doc("Time when it was first stored, ISO 8601 UTC.")]
    updated_at: Annotated[datetime, doc("Time of the last correction, ISO 8601 UTC.")]


class RatePage(CursorPage[StoredRate], frozen=True):
    """A page of exchange rates."""


class RateQuery(CursorPaging, frozen=True):
    """Filters of exchange rates, and which page of them to return."""

    base: Annotated[CurrencyCode | None, doc("Only rates of one unit of this currency.")] = None
    currency: Annotated[CurrencyCode | None, doc("Only rates counted in this currency.")] = None
    since: Annotated[Day | None, doc("Only rates of this day and later days, ISO 8601.")] = None


class ReplacedRate(Struct, frozen=True):
    """A rate of a day, and the one that it replaced."""

    base: Base
    currency: QuoteCurrency
    date: Annotated[Day, doc("Day of both rates, ISO 8601.")]
    rate: RateText
    former_rate: Annotated[
        str,
        doc(
            "The rate of that day before; a decimal string.",
            pattern=DECIMAL_PATTERN,
            examples=["1.0799"],
        ),
    ]
    former_source: Annotated[
        str, doc("Source of the rate before: `manual`, or the file or address that had it.")
    ]
    former_set_by: Annotated[
        str | None, doc("Name of the user who set the rate before; null: a command or a worker.")
    ]


class StoreResult(Struct, frozen=True):
    """What storing exchange rates changed."""

    inserted: Annotated[int, doc("Number of rates for whose currencies and day there was none.")]
    changed: Annotated[int, doc("Number of rates that replaced another rate of their day.")]
    unchanged: Annotated[
        int,
        doc("Number of rates that were stored already, or that a manual rate of the day outranks."),
    ]
    items_recomputed: Annotated[
        int, doc("Number of supplier items whose price in the currency of the catalog changed.")
    ]
    replaced: Annotated[
        list[ReplacedRate],
        doc("The rates that replaced another number of their day, with that number."),
    ]


class RateChanges(Struct, frozen=True):
    """How many rates were inserted and changed, and which numbers were replaced."""

    inserted: int
    changed: int
    replaced: list[ReplacedRate]


class FormerRates(Struct, frozen=True):
    """What is stored of the currencies of a new rate: the newest rate, that of its day, and items.

    Items are counted up to MAX_COUNTED_ITEMS and one more.
    """

    newest: StoredRate | None
    of_day: StoredRate | None
    items: int


class RateSource(Struct, frozen=True):
    """Where rates come from: `manual`, or a file or address; and the user, None without one."""

    name: str = MANUAL
    set_by: str | None = None


class ExchangeRule(Struct, frozen=True):
    """The currency of the catalog, and the age in days up to which a rate is used."""

    catalog_currency: str
    max_age_days: int


class CurrencyRate(Struct, frozen=True):
    """The rate of a currency in the currency of the catalog, and its day."""

    currency: str
    rate: Decimal
    rate_date: date


class RateAge(Struct, frozen=True):
    """The age in days of the newest rate of a currency that items have; None without a rate."""

    currency: str
    days: int | None


class HeldCurrency(Struct, frozen=True):
    """A currency that items have: their number, and its usable rate in the catalog's currency.

    Items are counted up to MAX_COUNTED_ITEMS and one more. Without a usable rate, rows in the
    currency are rejected; `newest` is the day of the newest rate that is too old, if any.
    """

    currency: str
    items: int
    rate: Decimal | None
    rate_date: date | None
    newest: date | None


def today() -> date:
    """Return the date in UTC, by which rates count."""
    return datetime.now(UTC).date()


def rate_issues(rates: list[NewRate]) -> list[FieldIssue]:
    """Return the issues of rates that their types alone do not show."""
    issues: list[FieldIssue] = []
    seen: dict[tuple[str, str, Day], int] = {}
    for number, rate in enumerate(rates):
        field = f"rates[{number}]"
        if rate.base == rate.currency:
            issues.append(body_issue(f"{field}.currency", f"is the base {rate.base} itself"))
        if problem := rate_problem(rate.rate):
            issues.append(body_issue(f"{field}.rate", problem))
        first = seen.setdefault((rate.base, rate.currency, rate.day), number)
        if first != number:
            issues.append(body_issue(field, f"is of the currencies and the day of rates[{first}]"))
    return issues


def rate_problem(rate: Decimal) -> str | None:
    """Return why a number is no exchange rate, as a part of a sentence; None if it is one."""
    if not rate.is_finite() or not 0 < rate < MAX_RATE:
        return f"is {rate}; expected a number above 0 and below {MAX_RATE:,}"
    if _decimals(rate) > MAX_DECIMALS:
        return f"has more than {MAX_DECIMALS} decimals"
    return None


def is_currency_code(text: str) -> bool:
    """Return whether a text has the form of an ISO 4217 code."""
    return re.fullmatch(CURRENCY_PATTERN, text) is not None


def _decimals(number: Decimal) -> int:
    _, _, exponent = number.normalize().as_tuple()
    return max(0, -exponent) if isinstance(exponent, int) else 0
