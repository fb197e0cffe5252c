"""Price cells: notations, currencies, ambiguity and limits."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricebook.pricelists.formats.number_cells import format_digits, parse_digits
from pricebook.pricelists.numbers import (
    RowProblem,
    detect_number_profile,
    price_cell_reader,
    price_of_number_cell,
)
from pricebook.pricelists.schemas.cells import NumberCell
from pricebook.pricelists.schemas.profile import NumberProfile
from pricebook.pricelists.schemas.read_config import DecimalMark

EXAMPLE = Decimal("1234567.89")


def read_column(*cells: str, currency: str = "USD") -> list[Decimal | str]:
    """Parse a price column; return the price or the error type of each cell."""
    return read_with_profile(detect_number_profile(cells, currency), *cells, currency=currency)


def read_with_profile(
    profile: NumberProfile, *cells: str, currency: str = "USD"
) -> list[Decimal | str]:
    read = price_cell_reader(profile, currency)
    prices = map(read, cells)
    return [price.error_type if isinstance(price, RowProblem) else price for price in prices]


def read_with_separator(mark: DecimalMark, *cells: str) -> list[Decimal | str]:
    return read_with_profile(NumberProfile(decimal_separator=mark), *cells)


def message_of(cell: str, *others: str, currency: str = "USD") -> str:
    problem = price_cell_reader(detect_number_profile([cell, *others], currency), currency)(cell)
    assert isinstance(problem, RowProblem)
    return problem.message


def test_numeric_cell_keeps_its_value() -> None:
    for digits in ("43.5", "1234", "1.2345", "1.234"):
        assert price_of_number_cell(NumberCell(digits), "USD") == Decimal(digits)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        *((1803.6, "1803.6"), (1803.5999999999999, "1803.6"), (0.1 + 0.2, "0.3"), (66.0, "66")),
        *((6.93217e12, "6932170000000"), (7.7e-05, "0.000077"), (1e20, "1" + "0" * 20)),
        *((90.750, "90.75"), (-0.0, "0"), (12345678.9, "12345678.9")),
    ],
)
def test_float_is_formatted_with_15_digits(value: float, shown: str) -> None:
    assert format_digits(value) == parse_digits(repr(value)) == shown


@pytest.mark.parametrize(
    "text",
    [
        *("1_000", "\uff11\uff12", "\u0661\u0662", "nan", "-Infinity", "1e400", "12\u00a0"),
        *("1e-400", "-0.5E-330", "", " ", "1 0", "1e", ".", "e5", "0x10"),
    ],
)
def test_non_number_is_not_parsed_as_digits(text: str) -> None:
    assert parse_digits(text) is None


def test_xml_schema_numbers_are_parsed() -> None:
    read = [parse_digits(text) for text in (" 12.50\n", "+5", ".5", "5.", "0e-400", "1E2")]
    assert read == ["12.5", "5", "0.5", "5", "0", "100"]


@pytest.mark.parametrize("shown", ["20%", "5.00 €", "PLN 5", "kr 5"])
def test_percentage_or_other_currency_is_no_price(shown: str) -> None:
    assert isinstance(price_of_number_cell(NumberCell("5", shown), "USD"), RowProblem)


@pytest.mark.parametrize("shown", ["$5.00", "USD 5", "5.00", "0005", "5 Stk", "5,00 $"])
def test_numeric_cell_in_catalog_currency_is_a_price(shown: str) -> None:
    assert price_of_number_cell(NumberCell("5", shown), "USD") == Decimal(5)


def test_limits_apply_to_numeric_cells() -> None:
    errors = [
        price_of_number_cell(NumberCell(digits), "USD") for digits in ("-1", "1" * 11, "0.0000001")
    ]
    assert [error.error_type for error in errors if isinstance(error, RowProblem)] == [
        *("price_negative", "price_out_of_range", "price_too_precise"),
    ]


@pytest.mark.parametrize(
    ("digits", "shown", "error"),
    [
        ("0.19", "19%", "price_not_a_number"),
        ("12.5", "12.50 €", "other_currency"),
        ("-1", "-1", "price_negative"),
        ("10000000000", "1E+10", "price_out_of_range"),
        ("0.0000001", "0.00", "price_too_precise"),
    ],
)
def test_invalid_numeric_cell_is_rejected(digits: str, shown: str, error: str) -> None:
    price = price_of_number_cell(NumberCell(digits, shown), "USD")
    assert isinstance(price, RowProblem)
    assert price.error_type == error
    assert read_column(NumberCell(digits, shown), "5,50") == [error, Decimal("5.50")]


def test_displayed_text_does_not_change_the_value() -> None:
    assert price_of_number_cell(NumberCell("1234.5", "$ 1 234,50"), "USD") == Decimal("1234.5")


@pytest.mark.parametrize("group", [" ", "\u00a0", "\u202f", "\u2009", "'", "’", "."])
def test_grouping_with_decimal_comma_is_parsed(group: str) -> None:
    assert read_column(f"1{group}234{group}567,89") == [EXAMPLE]


@pytest.mark.parametrize("group", [" ", "\u00a0", "\u202f", "'", "’", ","])
def test_grouping_with_decimal_point_is_parsed(group: str) -> None:
    assert read_column(f"1{group}234{group}567.89") == [EXAMPLE]


def test_indian_grouping_is_parsed() -> None:
    assert read_column("1,23,456.78", "12,34,567") == [Decimal("123456.78"), Decimal(1234567)]


def test_comma_without_three_following_digits_is_decimal() -> None:
    assert read_column("4,20", "2,3") == [Decimal("4.20"), Decimal("2.3")]


def test_comma_groups_in_column_with_decimal_points() -> None:
    assert read_column("1,000", "12.50") == [Decimal(1000), Decimal("12.50")]


def test_point_is_decimal_in_column_with_decimal_points() -> None:
    assert read_column("3.350", "3.3", "3.35") == [
        Decimal("3.350"),
        Decimal("3.3"),
        Decimal("3.35"),
    ]


@pytest.mark.parametrize(
    ("evidence", "read"),
    [
        ("12,5", "1.5"),  # the mark is decimal elsewhere
        ("1,234,567", "1500"),  # the mark groups elsewhere
        ("1,23,456", "1500"),  # with Indian grouping, too
        ("12.5", "1500"),  # the other mark is decimal
        ("1.234.567", "1.5"),  # the other mark groups
        ("1 234 567", "1.5"),  # spaces group
        ("1'234'567", "1.5"),  # apostrophes group
        ("0,125", "1.5"),  # a single zero is not grouped
        ("1234,567", "1.5"),  # nor are four digits
        ("5,-", "1.5"),  # no cents
        ("1,500e3", "1.5"),  # scientific notation has no grouping
    ],
)
def test_other_cell_resolves_an_ambiguous_cell(evidence: str, read: str) -> None:
    assert read_column("1,500", evidence)[0] == Decimal(read)


@pytest.mark.parametrize(
    "evidence",
    [
        ("1,5", "1,234,567"),  # the mark is decimal and grouping
        ("1,5", "1,234,567", "1 234 567"),  # and spaces do not resolve that
        ("1,5", "1.5"),  # both marks are decimal
        ("1.234.567", "1,234,567"),  # both are grouping
        ("12", "1500"),  # no mark
        ("2,500", "3,750"),  # equally ambiguous cells
        ("12.50 EUR", "n/a"),  # cells that are no prices are ignored
    ],
)
def test_unresolved_cell_is_rejected_as_ambiguous(evidence: tuple[str, ...]) -> None:
    assert read_column("1,500", *evidence)[0] == "price_ambiguous"


def test_ambiguity_message_names_both_values_and_the_option() -> None:
    message = message_of("3.350")
    assert "3.350 with decimal_separator '.'" in message
    assert "3350 with ','" in message


def test_decimal_separator_resolves_ambiguous_cells() -> None:
    assert read_with_separator(",", "1,500", "1.500") == [Decimal("1.5"), Decimal(1500)]
    assert read_with_separator(".", "1,500", "1.500") == [Decimal(1500), Decimal("1.5")]


def test_cell_contradicting_the_decimal_separator_is_rejected() -> None:
    cells = ("12,50", "1.234,56", "1.234.567", "12.50")
    assert read_with_separator(".", *cells) == [*["price_not_a_number"] * 3, Decimal("12.50")]


def test_cell_with_both_marks_is_unambiguous() -> None:
    assert read_column("1,234,567.890", "1.234.567,890") == [Decimal("1234567.89")] * 2


def test_six_decimals_are_kept() -> None:
    assert read_column("1.234567", "0,0125") == [Decimal("1.234567"), Decimal("0.0125")]


def test_more_than_six_decimals_are_rounded() -> None:
    assert read_column("10.504201680672269") == [Decimal("10.504202")]
    assert read_column("1.2345675", "1.23456700") == [Decimal("1.234568"), Decimal("1.234567")]
    number = price_of_number_cell(NumberCell("0.333333333333333"), "USD")
    assert number == Decimal("0.333333")


def test_rounding_that_changes_a_price_rejects_the_row() -> None:
    assert read_column("0.0000004", "0.0012345") == ["price_too_precise"] * 2
    assert read_column("0.0123456") == [Decimal("0.012346")]


def test_scientific_notation_is_parsed() -> None:
    assert read_column("7.7e-03", "1.5E3", "2e2") == [
        Decimal("0.0077"),
        Decimal(1500),
        Decimal(200),
    ]
    assert read_column("7.7e-06") == ["price_too_precise"]


@pytest.mark.parametrize("cell", ["12.03.2024", "1.2.24", "2024-03-12", "12/03/2024"])
def test_date_is_rejected(cell: str) -> None:
    assert read_column(cell) == ["price_not_a_number"]
    assert "is a date" in message_of(cell)


@pytest.mark.parametrize(
    ("cell", "currency", "price"),
    [
        ("$399.00", "USD", "399.00"),
        ("$2,099.00", "USD", "2099.00"),
        ("US$ 5", "USD", "5"),
        ("12.50 $", "CAD", "12.50"),
        ("125,00 EUR", "EUR", "125.00"),
        ("€ 1.200,-", "EUR", "1200"),
        ("1.200,-- €", "EUR", "1200"),
        ("EUR 1200.–", "EUR", "1200"),
        ("69.71 gbp", "GBP", "69.71"),
        ("£.50", "GBP", "0.50"),
        ("125 руб.", "RUB", "125"),
        ("руб.125", "RUB", "125"),
        ("12,50 руб.", "BYN", "12.50"),
        ("1 250,00 бел. руб.", "BYN", "1250.00"),
        ("BYN 12.5", "BYN", "12.5"),
        ("99 ₽", "RUB", "99"),
        ("1 234,50 грн", "UAH", "1234.50"),
        ("₴15", "UAH", "15"),
        ("9,99 zł", "PLN", "9.99"),
        ("Fr. 1'234.50", "CHF", "1234.50"),
        ("¥1200", "JPY", "1200"),
        ("12.50 XAF", "XAF", "12.50"),
        ("12,50 € inkl. MwSt.", "EUR", "12.50"),
        ("12,50 netto", "EUR", "12.50"),
        ("12,50 (brutto)", "EUR", "12.50"),
        ("100 руб. без НДС", "RUB", "100"),
        ("+12.50", "USD", "12.50"),
    ],
)
def test_currency_and_tax_words_are_parsed(cell: str, currency: str, price: str) -> None:
    assert read_column(cell, currency=currency) == [Decimal(price)]


@pytest.mark.parametrize(
    ("cell", "currency", "named"),
    [
        ("125,00 EUR", "USD", "is in EUR"),
        ("$5", "EUR", "is in another currency"),
        ("69.71 gbp", "USD", "is in GBP"),
        ("125 руб.", "USD", "is in BYN or RUB"),
        ("12 бел. руб.", "RUB", "is in BYN"),
        ("C$ 12", "USD", "is in CAD"),
    ],
)
def test_other_currency_is_rejected(cell: str, currency: str, named: str) -> None:
    assert read_column(cell, currency=currency) == ["other_currency"]
    assert named in message_of(cell, currency=currency)


@pytest.mark.parametrize("cell", ["wholesale", "-", "x12", "1.5k", "12 коп", "50 c"])
def test_text_is_rejected(cell: str) -> None:
    assert read_column(cell) == ["price_not_a_number"]


@pytest.mark.parametrize("cell", ["on request", "auf Anfrage", "n/a", "#N/A"])
def test_price_on_request_is_rejected(cell: str) -> None:
    assert read_column(cell) == ["price_on_request"]
    assert message_of(cell) == f'The price is on request: "{cell}".'


@pytest.mark.parametrize("cell", ["NaN", "nan", "Infinity", "-inf", "#VALUE!", "#ССЫЛКА!"])
def test_error_values_are_rejected(cell: str) -> None:
    assert read_column(cell) == ["price_not_a_number"]
    assert "error value" in message_of(cell)


@pytest.mark.parametrize(
    "cell",
    [
        *(
            "5%",
            "10 20",
            "10-20",
            "10/20",
            "1.2.3",
            "1,2.3",
            "1.234.56",
            "12 50",
            "1 2345",
            "0 125",
        ),
        *("12,50²", "5 m2", "12.50 / 13.00", "1,234 567", "1e5000", "1.", "5.,", "12.5€5", "½"),
        *("9" * 100, "1" + ",000" * 40, "EUR" * 30 + "_"),
    ],
)
def test_several_or_partial_numbers_are_rejected(cell: str) -> None:
    assert read_column(cell) == ["price_not_a_number"]


@pytest.mark.parametrize("cell", ["-1", "−1.50", "(12.50)", "12.50-", "-$5", "$-5", "– 5"])
def test_negative_price_is_rejected(cell: str) -> None:
    assert read_column(cell) == ["price_negative"]


def test_price_range_is_enforced() -> None:
    cells = ("9999999999.999999", "10000000000", "10,000,000,000.00", "1e300", "0", "0.00")
    assert read_column(*cells) == [
        *(Decimal("9999999999.999999"), *["price_out_of_range"] * 3, Decimal(0), Decimal(0)),
    ]


PRICES = st.decimals(0, Decimal("9999999999.999999"), places=6).map(Decimal.normalize)
STYLES = st.tuples(
    st.sampled_from([".", ","]),
    st.sampled_from(["", " ", "\u00a0", "\u202f", "'", "’", "other", "indian"]),
)
PLACEMENTS = st.sampled_from(
    [
        *("{}", "${}", "{} USD", "USD {}", "US$ {}", "{}$", "+{}", "{} net", "$ {} incl. VAT"),
        *("{} $ zzgl. MwSt.", "{} (brutto)", "\u00a0{}\u00a0$ ", "USD\u202f{}"),
    ]
)


def format_price(price: Decimal, style: tuple[str, str], placement: str) -> str:
    """Return a price in a national notation."""
    mark, group = style
    whole, _, fraction = f"{price:f}".partition(".")
    if group == "indian":
        mark, group = ".", ","
        head, tail = whole[:-3], whole[-3:]
        pairs = [head[max(0, end - 2) : end] for end in range(len(head), 0, -2)]
        whole = ",".join([*reversed(pairs), tail])
    else:
        group = {"other": "," if mark == "." else "."}.get(group, group)
        whole = f"{int(whole):,}".replace(",", group)
    return placement.format(f"{whole}{mark}{fraction}" if fraction else whole)


@given(st.lists(PRICES, min_size=1, max_size=5), STYLES, PLACEMENTS)
def test_any_price_in_any_notation_round_trips(
    prices: list[Decimal], style: tuple[str, str], placement: str
) -> None:
    column = [format_price(price, style, placement) for price in [*prices, EXAMPLE]]
    assert read_column(*column) == [*prices, EXAMPLE]


@given(st.integers(0, 9_999_999), STYLES.filter(lambda style: style[1] != "indian"))
def test_price_without_cents_round_trips(price: int, style: tuple[str, str]) -> None:
    for cents in ("-", "--", "–", " -"):
        cell = f"{format_price(Decimal(price), style, '{}')}{style[0]}{cents}"
        assert read_column(cell, format_price(EXAMPLE, style, "{}"))[0] == price


@given(PRICES, STYLES)
def test_numeric_cell_round_trips_in_any_notation(price: Decimal, style: tuple[str, str]) -> None:
    typed = NumberCell(f"{price:f}")
    assert read_column(typed, format_price(EXAMPLE, style, "{}"))[0] == price


@given(PRICES, st.sampled_from([".", ","]))
def test_single_price_round_trips_or_is_ambiguous(price: Decimal, mark: str) -> None:
    assert read_column(format_price(price, (mark, ""), "{}"))[0] in {price, "price_ambiguous"}


@given(st.text(max_size=100), st.text(max_size=100))
def test_any_text_gives_a_price_or_a_problem(cell: str, other: str) -> None:
    for price in read_column(cell, other):
        if isinstance(price, Decimal):
            assert 0 <= price <= Decimal("9999999999.999999")
            assert price.as_tuple().exponent in range(-6, 1)
