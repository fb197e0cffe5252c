"""Which suggestions are certain: rules and vetoes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricebook.matching.scoring.bands import vetoes
from pricebook.matching.scoring.candidates import ProductIndex
from pricebook.matching.scoring.evidence import compare
from pricebook.matching.scoring.folding import word_set
from pricebook.matching.scoring.model import Model, load_shipped
from pricebook.matching.scoring.prepared import Context, prepare_item, prepare_product
from pricebook.matching.scoring.ranking import Pair, Suggestion, rank_pairs
from pricebook.matching.scoring.suggesting import CatalogProduct, Run
from pricebook.matching.scoring.texts import Article, describe
from pricebook.matching.scoring.token_ids import product_tokens

WORDS = word_set(
    "DeWalt drill DW-745 DW-746 18V 12V black red pack-of-10 10x 450g 500g M8 M10 left right pro "
    "refurbished upgrade 4th-6th 49ers XL L винт М8 черный шт"
)
NAMES = st.lists(st.sampled_from(sorted(WORDS)), min_size=1, max_size=6).map(" ".join)
PRICES = st.none() | st.floats(1, 100)
ARTICLES = st.builds(Article, NAMES, price=PRICES)
GTIN = "4006381333931"


def context() -> Context:
    index = ProductIndex[str]((each, product_tokens(Article(each))) for each in WORDS)
    return Context(index)


def names_of_vetoes(item: Article, product: Article) -> set[str]:
    known = context()
    pair = prepare_item(describe(item), known), prepare_product(describe(product), (), known)
    return set(vetoes(compare(*pair, known)))


def suggest(
    items: dict[str, Article], products: dict[str, CatalogProduct]
) -> dict[str, list[Suggestion[str]]]:
    index = ProductIndex(
        (key, product_tokens(each.article, each.linked)) for key, each in products.items()
    )
    run = Run[str, str](index, Context(index), load_shipped())
    run.find(items)
    run.compare(list(items), products)
    return run.suggestions()


def certain(items: dict[str, Article], products: dict[str, CatalogProduct]) -> set[tuple[str, str]]:
    return {
        (item, each.product_id)
        for item, suggestions in suggest(items, products).items()
        for each in suggestions
        if each.band == "certain"
    }


@given(ARTICLES, ARTICLES)
def test_vetoes_are_the_same_both_ways(first: Article, second: Article) -> None:
    assert names_of_vetoes(first, second) == names_of_vetoes(second, first)


@given(ARTICLES)
def test_nothing_speaks_against_an_article_being_itself(article: Article) -> None:
    assert names_of_vetoes(article, article) == set()


@pytest.mark.parametrize(
    ("item", "product", "veto"),
    [
        ("Hammer 450 g", "Hammer 500 g", "size"),
        ("Молоток 450 г", "Hammer 500 g", "size"),
        ("Bolt M8x40", "Bolt M10x40", "size"),
        ("Saw DW-745", "Saw DW-746", "model number"),
        ("Drill DW-745 black", "Drill DW-745 red", "variant"),
        ("Дрель DW-745 чёрная", "Drill DW-745 red", "variant"),
        ("Office Professional 2007", "Office Home 2007", "variant"),
        ("Brake pads TX-1102 front", "Колодки тормозные TX-1102 задние", "variant"),
        ("Toner TN-423 magenta", "Toner TN-423 cyan", "variant"),
        ("Breaker DX3-16 curve C", "Disjoncteur DX3-16 courbe D", "variant"),
        ("Patch cable Cat.6 KX-200", "Patch cable Cat6A KX-200", "variant"),
        ("Screws pack of 10", "Screws", "pack"),
        ("Office 2007 upgrade", "Office 2007", "mark"),
        ("Cartridge for DW-745", "Saw DW-745", "made for another"),
    ],
)
def test_a_conflict_is_a_veto(item: str, product: str, veto: str) -> None:
    assert veto in names_of_vetoes(Article(item), Article(product))
    assert names_of_vetoes(Article(product), Article(item)) == names_of_vetoes(
        Article(item), Article(product)
    )


@pytest.mark.parametrize(("price", "is_veto"), [(19.0, False), (21.0, True), (4.9, True)])
def test_a_price_beyond_a_factor_of_two_is_a_veto(price: float, *, is_veto: bool) -> None:
    found = names_of_vetoes(Article("Saw", price=price), Article("Saw", price=10.0))
    assert ("price" in found) == is_veto


def test_a_price_beyond_a_factor_of_two_is_possible_whatever_the_number() -> None:
    products = {"p": CatalogProduct(Article("DeWalt saw DW-745", price=100))}
    (first,) = suggest({"i": Article("DeWalt saw DW-745", price=500)}, products)["i"]
    assert (first.score > 0.5, first.band) == (True, "possible")


def test_a_shared_rare_model_number_is_certain() -> None:
    products = {
        "p": CatalogProduct(Article("DeWalt saw DW-745", price=100)),
        "q": CatalogProduct(Article("DeWalt saw DW-750", price=100)),
    }
    assert certain({"i": Article("Table saw DW745 by DeWalt", price=90)}, products) == {("i", "p")}


def test_a_model_number_of_a_linked_item_is_certain() -> None:
    linked = Article("Table saw DeWalt DW745")
    products = {"p": CatalogProduct(Article("DeWalt table saw 250 mm"), [linked])}
    assert certain({"i": Article("DeWalt table saw DW-745")}, products) == {("i", "p")}


def test_a_gtin_with_another_pack_is_not_certain() -> None:
    products = {"p": CatalogProduct(Article("Nitrile gloves blue", gtin=GTIN))}
    items = {"i": Article("Nitrile gloves blue, pack of 100", gtin=GTIN)}
    assert certain(items, products) == set()
    assert certain({"i": Article("Nitrile gloves blue", gtin=GTIN)}, products) == {("i", "p")}


@pytest.mark.parametrize("word", ["49ers", "2-part", "4th-6th", "1080p"])
def test_ordinals_are_no_model_numbers(word: str) -> None:
    products = {"p": CatalogProduct(Article(f"Zenith {word} set"))}
    assert certain({"i": Article(f"Zenith {word} set")}, products) == set()


def test_two_items_with_one_number_are_not_certain() -> None:
    products = {"p": CatalogProduct(Article("DeWalt saw DW-745"))}
    items = {"i": Article("DeWalt saw DW-745"), "j": Article("DeWalt saw DW745")}
    assert certain(items, products) == set()


def test_a_product_with_an_item_of_the_supplier_is_not_certain() -> None:
    article = Article("DeWalt saw DW-745")
    products = {"p": CatalogProduct(article, has_item_of_supplier=True)}
    assert certain({"i": article}, products) == set()


@given(st.lists(ARTICLES, min_size=1, max_size=4), st.lists(ARTICLES, min_size=1, max_size=4))
def test_what_is_certain_is_unique_both_ways(items: list[Article], products: list[Article]) -> None:
    found = certain(
        {f"i{place}": each for place, each in enumerate(items)},
        {f"p{place}": CatalogProduct(each) for place, each in enumerate(products)},
    )
    assert len({item for item, _ in found}) == len({product for _, product in found}) == len(found)


@given(st.dictionaries(st.sampled_from("abc"), st.sets(st.sampled_from("xyz"), min_size=1)))
def test_proven_pairs_that_compete_are_not_certain(proven: dict[str, set[str]]) -> None:
    shipped: Model = load_shipped()
    features = [0.0] * len(shipped.weights)
    pairs = {
        item: [Pair(product, features, is_proven=True) for product in products]
        for item, products in proven.items()
    }
    for item, suggestions in rank_pairs(pairs, shipped).items():
        for each in suggestions:
            rivals = sum(each.product_id in products for products in proven.values())
            assert each.band != "certain" or (len(proven[item]) == 1 and rivals == 1)
