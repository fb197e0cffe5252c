"""The index of products."""

from hypothesis import given
from hypothesis import strategies as st

from pricebook.matching.scoring.candidates import ProductIndex
from pricebook.matching.scoring.texts import Article, describe
from pricebook.matching.scoring.token_ids import index_tokens, search_tokens, token_id

NAMES = {
    "a": "Claw Hammer 450 g, Hickory Handle",
    "b": "Claw Hammer 570 g, Hickory Handle",
    "c": "Cordless Drill DW-745 18 V",
    "d": "Circular Saw Blade 190 x 30 mm",
}


def rows(names: dict[str, str]) -> list[tuple[str, set[int]]]:
    return [(key, index_tokens(describe(Article(name)))) for key, name in names.items()]


def search(index: ProductIndex[str], name: str) -> list[str]:
    found = index.search(search_tokens(describe(Article(name))), 10)
    return [candidate.product_id for candidate in found]


def test_most_similar_products_come_first() -> None:
    index = ProductIndex(rows(NAMES))
    assert search(index, "Hammer, claw, 570g")[:2] == ["b", "a"]
    assert search(index, "DW745")[0] == "c"
    assert search(index, "Sägeblatt 190x30")[0] == "d"


def test_an_article_with_unknown_tokens_has_no_candidates() -> None:
    assert search(ProductIndex(rows(NAMES)), "йцукен") == []
    assert search(ProductIndex[str](), "hammer") == []


def test_weights_are_higher_for_rare_words() -> None:
    index = ProductIndex(rows(NAMES))
    assert 0 < index.word_weight("claw") < index.word_weight("cordless") <= 1
    assert index.word_weight("unknown") == 0
    assert index.code_frequency("dw745") == 1


def test_a_word_and_what_it_names_count_once() -> None:
    index = ProductIndex(rows({"known": "Hammer Alfa", "unknown": "Xyzzy Beta"}))
    known, unknown = index.search(search_tokens(describe(Article("Hammer Xyzzy"))), 2)
    assert known.similarity < 1.1 * unknown.similarity


def test_a_code_of_one_product_names_it() -> None:
    index = ProductIndex(rows(NAMES))
    assert index.product_with("dw745") == "c"
    assert index.product_with("dw746") is None


@given(st.integers(0, 3), st.text(max_size=20))
def test_token_ids_fit_into_a_postgresql_integer(kind: int, token: str) -> None:
    number = token_id(kind, token)
    assert -(2**31) <= number < 2**31
    assert number & 3 == kind
