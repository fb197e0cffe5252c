"""Properties of the comparable cost, checked against exact fractions."""

from decimal import Decimal
from fractions import Fraction

from hypothesis import assume, given
from hypothesis import strategies as st

from pricebook.pricelists.pricing import (
    Surcharge,
    Vat,
    comparable_cost,
    plain_decimal,
    tier_at,
    vat_conversion,
)
from pricebook.pricelists.schemas.price_list_rows import PriceTier

prices = st.decimals("0", "9999999999.999999", places=6)
percentages = st.decimals("0", "100", places=4)
chains = st.lists(percentages, max_size=10)
quantities = st.one_of(
    st.sampled_from([Decimal(1), Decimal(100), Decimal(1000)]),
    st.decimals("0.001", "999999999", places=3),
)
rates = st.decimals("0", "50", places=3)
vat_factors = st.builds(
    vat_conversion, st.builds(Vat, st.booleans(), rates), st.sampled_from(["net", "gross"])
)
surcharges = st.builds(Surcharge, percentages, st.decimals("0", "999999", places=7))
millionth = Decimal("0.000001")


def exact_cost(
    price: Decimal, discounts: list[Decimal], quantity: Decimal, factor: tuple[Decimal, Decimal]
) -> Fraction:
    cost = Fraction(price) / Fraction(quantity) * Fraction(factor[0]) / Fraction(factor[1])
    for discount in discounts:
        cost *= 1 - Fraction(discount) / 100
    return cost


def rounded_half_up(number: Fraction) -> Fraction:
    return Fraction((number * 10**6 + Fraction(1, 2)) // 1, 10**6)


def cost_of(
    price: Decimal, discounts: list[Decimal], quantity: Decimal, factor: tuple[Decimal, Decimal]
) -> Decimal:
    return comparable_cost(price, discounts=discounts, price_quantity=quantity, vat_factor=factor)


@given(prices, chains, quantities, vat_factors)
def test_cost_is_the_exact_fraction_rounded_once(
    price: Decimal, discounts: list[Decimal], quantity: Decimal, factor: tuple[Decimal, Decimal]
) -> None:
    cost = cost_of(price, discounts, quantity, factor)
    assert Fraction(cost) == rounded_half_up(exact_cost(price, discounts, quantity, factor))
    assert cost >= 0


@given(prices, chains, surcharges, quantities, vat_factors)
def test_surcharge_is_added_before_quantity_and_tax(
    price: Decimal,
    discounts: list[Decimal],
    surcharge: Surcharge,
    quantity: Decimal,
    factor: tuple[Decimal, Decimal],
) -> None:
    cost = comparable_cost(
        price,
        discounts=discounts,
        surcharge=surcharge,
        price_quantity=quantity,
        vat_factor=factor,
    )
    discounted = exact_cost(price, discounts, Decimal(1), (Decimal(1), Decimal(1)))
    total = discounted * (1 + Fraction(surcharge.percent) / 100) + Fraction(surcharge.amount)
    exact = total / Fraction(quantity) * Fraction(factor[0]) / Fraction(factor[1])
    assert Fraction(cost) == rounded_half_up(exact)
    assert cost >= cost_of(price, discounts, quantity, factor)


@given(prices, chains, quantities, vat_factors)
def test_order_of_discounts_does_not_matter(
    price: Decimal,
    discounts: list[Decimal],
    quantity: Decimal,
    factor: tuple[Decimal, Decimal],
) -> None:
    shuffled = list(reversed(discounts))
    assert cost_of(price, discounts, quantity, factor) == cost_of(price, shuffled, quantity, factor)


@given(prices, chains)
def test_discounts_never_raise_a_cost(price: Decimal, discounts: list[Decimal]) -> None:
    assert comparable_cost(price, discounts=discounts) <= price


@given(prices, rates)
def test_net_and_gross_are_inverse_up_to_rounding(price: Decimal, rate: Decimal) -> None:
    to_gross, to_net = (
        vat_conversion(Vat(included=False, rate=rate), "gross"),
        vat_conversion(Vat(included=True, rate=rate), "net"),
    )
    assert to_gross
    assert to_net
    gross = comparable_cost(price, vat_factor=to_gross)
    assert abs(comparable_cost(gross, vat_factor=to_net) - price) <= millionth


@given(prices, st.integers(1, 1000), st.integers(1, 1000))
def test_cost_scales_with_the_price_quantity(price: Decimal, quantity: int, factor: int) -> None:
    scaled = price * factor
    assert comparable_cost(scaled, price_quantity=Decimal(quantity * factor)) == comparable_cost(
        price, price_quantity=Decimal(quantity)
    )


@given(prices)
def test_nothing_to_do_leaves_the_price(price: Decimal) -> None:
    assert comparable_cost(price) == price


@given(prices, prices, chains, quantities)
def test_higher_price_is_no_lower_cost(
    first: Decimal, second: Decimal, discounts: list[Decimal], quantity: Decimal
) -> None:
    low, high = sorted((first, second))
    assert comparable_cost(low, discounts=discounts, price_quantity=quantity) <= comparable_cost(
        high, discounts=discounts, price_quantity=quantity
    )


@given(prices, chains, quantities, vat_factors)
def test_cost_has_no_exponent_and_at_most_six_decimals(
    price: Decimal, discounts: list[Decimal], quantity: Decimal, factor: tuple[Decimal, Decimal]
) -> None:
    _, _, decimals = str(cost_of(price, discounts, quantity, factor)).partition(".")
    assert len(decimals) <= 6
    assert decimals.isdecimal() or decimals == ""
    assert not decimals.endswith("0")


@given(st.sets(st.integers(1, 10_000), min_size=1, max_size=8), st.integers(1, 20_000))
def test_tier_is_the_last_that_begins_at_or_below_the_quantity(
    starts: set[int], quantity: int
) -> None:
    tiers = [PriceTier(Decimal(start), Decimal(10_000 - start)) for start in sorted(starts)]
    reached = [tier for tier in tiers if tier.quantity <= quantity]
    assert tier_at(tiers, Decimal(quantity)) == (reached[-1] if reached else tiers[0])


@given(st.sets(st.integers(1, 10_000), min_size=1, max_size=8), st.data())
def test_larger_order_never_has_an_earlier_tier(starts: set[int], data: st.DataObject) -> None:
    tiers = [PriceTier(Decimal(start), Decimal(1)) for start in sorted(starts)]
    small, large = sorted((data.draw(st.integers(1, 20_000)), data.draw(st.integers(1, 20_000))))
    assume(small < large)
    assert tier_at(tiers, Decimal(small)).quantity <= tier_at(tiers, Decimal(large)).quantity


def test_chain_of_the_contract() -> None:
    assert comparable_cost(Decimal(100), discounts=[Decimal(30), Decimal(5)]) == Decimal("66.5")


def test_half_a_millionth_is_rounded_up_once() -> None:
    assert comparable_cost(Decimal("0.000001"), price_quantity=Decimal(2)) == millionth
    assert comparable_cost(Decimal("0.000001"), price_quantity=Decimal("2.001")) == 0


def test_vat_is_converted_only_if_the_catalog_sets_a_basis() -> None:
    unknown = Vat()
    assert vat_conversion(unknown, "as_listed") == (1, 1)
    assert vat_conversion(unknown, "net") is None
    assert vat_conversion(Vat(included=False), "net") == (1, 1)
    assert vat_conversion(Vat(included=True), "gross") == (1, 1)
    assert vat_conversion(Vat(included=True), "net") is None
    assert vat_conversion(Vat(included=True, rate=Decimal(19)), "net") == (100, 119)
    assert vat_conversion(Vat(included=False, rate=Decimal(19)), "gross") == (119, 100)


def test_plain_decimal_has_neither_exponent_nor_trailing_zeros() -> None:
    assert [str(plain_decimal(Decimal(text))) for text in ("5E+1", "0.500", "0E-9", "1200.0")] == [
        "50",
        "0.5",
        "0",
        "1200",
    ]
