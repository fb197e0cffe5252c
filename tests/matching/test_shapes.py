"""Words for shapes: a round file is no half-round one, in any language."""

import pytest
from tests.matching.test_bands import suggest
from tests.matching.test_match_reasons import explain

from pricebook.matching.scoring.folding import fold
from pricebook.matching.scoring.ranking import Suggestion
from pricebook.matching.scoring.suggesting import CatalogProduct
from pricebook.matching.scoring.texts import Article
from pricebook.matching.scoring.variants import SHAPE, find_variants

HALF_ROUND = "File 200 mm, Half-Round, Second Cut, Zahnrik"


def shapes(name: str) -> set[str]:
    return {variant for kind, variant in find_variants(fold(name)) if kind == SHAPE}


@pytest.mark.parametrize(
    ("shape", "names"),
    [
        ("half-round", "Half-Round file|half round file|Feile halbrund|Halbrundfeile"),
        ("half-round", "lime demi-ronde|lima media caña|pilnik półokrągły|напильник полукруглый"),
        ("round", "round file|Feile, rund|Rundfeile|lime ronde|pilnik okrągły|напильник круглый"),
        ("square", "square file|Vierkantfeile|lime carrée|lima cuadrada|напильник квадратный"),
        ("triangular", "triangular file|Dreikantfeile|lime triangulaire|напильник трёхгранный"),
        ("flat", "flat file|Flachfeile|pilnik płaski|напильник плоский"),
    ],
)
def test_shape_is_one_in_all_languages(shape: str, names: str) -> None:
    for name in names.split("|"):
        assert shapes(name) == {shape}, name


@pytest.mark.parametrize(
    "name",
    [
        *("All-round cleaner", "Year-round tyre", "Carpet 30 square feet", "Flat-screen TV 40 in"),
        "Винт с полукруглой головкой М4х20",
    ],
)
def test_words_of_another_meaning_are_no_shape(name: str) -> None:
    assert shapes(name) == set()


def suggestion(item: str, *products: str) -> Suggestion[str] | None:
    """Return the suggestion of the first product for an item."""
    catalog = {name: CatalogProduct(Article(name), ()) for name in products}
    found = suggest({item: Article(item)}, catalog)[item]
    return next((each for each in found if each.product_id == products[0]), None)


OTHERS = ("Claw hammer 450 g, Kelvig", "Hacksaw 300 mm, Zahnrik", "Snips 250 mm, Zahnrik")


def test_other_shape_speaks_against_a_match() -> None:
    same = suggestion("Werkstattfeile 200 mm, halbrund, Hieb 2, Zahnrik", HALF_ROUND, *OTHERS)
    other = suggestion("Werkstattfeile 200 mm, rund, Hieb 2, Zahnrik", HALF_ROUND, *OTHERS)
    assert same
    assert same.band != "possible"
    assert "shape half-round in both" in same.reasons
    assert other is None or (other.band, other.score < same.score / 2) == ("possible", True)
    item = Article("Werkstattfeile 200 mm, rund, Hieb 2, Zahnrik")
    assert "shape round, product half-round" in explain(item, Article(HALF_ROUND))[1]
