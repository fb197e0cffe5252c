"""`XL` and `M` are two sizes, however they are written: named among the objections."""

from itertools import product as pairs

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.matching.test_match_reasons import explain

from pricebook.matching.scoring.texts import Article

SIZES = {"S": "small", "M": "medium", "L": "large", "XS": "xs", "XL": "xl", "XXL": "xxl"}
STYLES = ("Work gloves {}", "Gloves {} work", "Work gloves, {}", "Work gloves size {}", "{} gloves")


def objections(item: str, product: str) -> list[str]:
    return explain(Article(item), Article(product))[1]


@pytest.mark.parametrize(
    ("item", "product", "expected"),
    [
        ("Work gloves XL", "Work gloves M", "size xl, product medium"),
        ("Work gloves M leather", "Work gloves XXL leather", "size medium, product xxl"),
        ("Arbeitshandschuhe Gr. XL", "Arbeitshandschuhe L", "size xl, product large"),
        ("Jacket 3XL", "Jacket 4XL", "size xxxl, product 4xl"),
    ],
)
def test_another_size_is_an_objection(item: str, product: str, expected: str) -> None:
    assert expected in objections(item, product)


@pytest.mark.parametrize(
    ("item", "product"),
    [
        ("Work gloves L/XL", "Work gloves L"),
        ("Work gloves XL", "Work gloves 10-XL"),
        # A metre, a litre and an article of a language are no sizes.
        ("Tarpaulin XL 5 m", "Tarpaulin XL 5 m"),
        ("Bag XL", "Bag 5 l"),
        ("Cable 10-m XL", "Cable XL"),
        ("Eau de l'ete XL", "Eau de l'ete"),
        # Without a size of several letters, one letter is too little.
        ("Hose M", "Hose L"),
    ],
)
def test_other_letters_are_no_sizes(item: str, product: str) -> None:
    assert [each for each in objections(item, product) if each.startswith("size")] == []


@given(st.sampled_from(sorted(pairs(SIZES, SIZES))), st.sampled_from(sorted(pairs(STYLES, STYLES))))
def test_size_of_several_letters_differs_from_each_other_one(
    sizes: tuple[str, str], styles: tuple[str, str]
) -> None:
    item, product = (style.format(size) for style, size in zip(styles, sizes, strict=True))
    named = [each for each in objections(item, product) if each.startswith("size")]
    if sizes[0] == sizes[1]:
        assert named == []
    elif "X" in "".join(sizes):
        assert named == [f"size {SIZES[sizes[0]]}, product {SIZES[sizes[1]]}"]
