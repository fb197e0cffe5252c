"""Names that say what quantity their price is for."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricebook.pricelists.detection.quantity_remarks import (
    quantity_in_tokens,
    quantity_of_price_in,
)
from pricebook.pricelists.detection.statement_tokens import tokenize
from pricebook.pricelists.detection.statement_words import PER_WORDS, PRICE_NOUNS

PARTS = st.sampled_from(
    [*sorted(PRICE_NOUNS), *sorted(PER_WORDS), "100", "1000", "pcs", "Nut", "M4"]
)
JOINED = st.lists(
    st.tuples(PARTS, st.sampled_from([" ", "-", ".", "/", "(", ": ", "", "'", "\t"])), max_size=7
).map(lambda parts: "".join(part + joint for part, joint in parts))


@pytest.mark.parametrize(
    ("name", "quantity"),
    [
        ("Nut M4 (price per 100)", 100),
        ("Mutter M4, PREIS JE 1000", 1000),
        ("Гайка М4, цена за 100 шт", 100),
        ("Nut M4 100 pcs", None),
        ("Price label 100", None),
    ],
)
def test_quantity_of_a_name(name: str, quantity: int | None) -> None:
    assert quantity_of_price_in(name) == (None if quantity is None else Decimal(quantity))


@given(st.one_of(JOINED, JOINED.map(str.upper), st.text()))
def test_names_that_are_not_split_into_tokens_name_no_quantity(text: str) -> None:
    assert quantity_of_price_in(text) == quantity_in_tokens(tokenize(text))
