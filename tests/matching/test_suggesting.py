"""Suggestions of a run: numbers before words, and contradictions."""

import pytest

from pricebook.matching.scoring.bands import LIKELY
from pricebook.matching.scoring.candidates import ProductIndex
from pricebook.matching.scoring.model import load_shipped
from pricebook.matching.scoring.prepared import Context
from pricebook.matching.scoring.ranking import Suggestion
from pricebook.matching.scoring.suggesting import CatalogProduct, Run
from pricebook.matching.scoring.texts import Article
from pricebook.matching.scoring.token_ids import product_tokens

OTHERS = {
    f"other {place}": CatalogProduct(Article(name))
    for place, name in enumerate(
        [
            "Knee Pads, Gel Cushion, Vissaro",
            "Ear Muffs SNR 27 dB, Vissaro",
            "Safety Glasses, Clear",
            "Work Gloves, Nitrile, Size 9",
            "Paint Brush 50 mm",
            "Garden Rake, Steel",
        ]
    )
}


def suggest(item: Article, products: dict[str, CatalogProduct]) -> list[Suggestion[str]]:
    """Return the suggestions for an item, best first; the catalog has some other products too."""
    catalog = products | OTHERS
    index = ProductIndex(
        (key, product_tokens(each.article, each.linked)) for key, each in catalog.items()
    )
    run = Run[str, str](index, Context(index), load_shipped())
    run.find({"item": item})
    run.compare(["item"], catalog)
    return run.suggestions()["item"]


def test_an_equal_model_number_outweighs_the_words_of_linked_items() -> None:
    helmets = {
        "white": CatalogProduct(
            Article("Safety Helmet, Vented, White, Vissaro"),
            [Article("Helmet, Vented, White", mpn="VS-HW")],
        ),
        "yellow": CatalogProduct(
            Article("Safety Helmet, Vented, Yellow, Vissaro"),
            [
                Article("Helmet, Vented, Yellow", mpn="VS-HY"),
                Article("Каска защитная с вентиляцией, с храповиком, жёлтая, Vissaro VS-HY"),
            ],
        ),
    }
    item = Article("Каска защитная с вентиляцией, с храповиком, Vissaro VS-HW")
    first, *_ = suggest(item, helmets)
    assert (first.product_id, first.band) == ("white", "certain")


@pytest.mark.parametrize(
    ("item", "product", "objection"),
    [
        ("Hex nut M10 zinc", "Hex Nut M8, Zinc", "M10, product M8"),
        ("Claw hammer 450 g fibreglass", "Claw Hammer 500 g, Fiberglass", "450 g, product 500 g"),
        ("Try square 300 mm", "Try Square 150 mm", "300 mm, product 150 mm"),
        (
            "Screwdriver PZ2 x 100 mm",
            "Screwdriver PH2 x 100 mm",
            "drive pozidriv, product phillips",
        ),
        (
            "Circlip pliers external 180 mm",
            "Circlip Pliers, Internal, 180 mm",
            "place outer, product inner",
        ),
        ("Bucket black 12 l", "Bucket, White, 12 l", "colour black, product white"),
        ("Nails 50 mm pack of 500", "Nails 50 mm, Pack of 100", "pack of 500, product pack of 100"),
    ],
)
def test_a_contradiction_is_never_likely(item: str, product: str, objection: str) -> None:
    first, *_ = suggest(Article(item), {"twin": CatalogProduct(Article(product))})
    assert (first.product_id, first.objections) == ("twin", [objection])
    assert first.score < LIKELY
    assert first.band == "possible"


@pytest.mark.parametrize(("price", "band"), [(19.0, "likely"), (50.0, "possible")])
def test_a_price_far_from_that_of_the_product_is_possible_at_most(price: float, band: str) -> None:
    hammer = CatalogProduct(Article("Claw Hammer 450 g, Fiberglass Handle, Brantholm", price=10))
    item = Article("Claw hammer 450 g fiberglass handle Brantholm", price=price)
    first, *_ = suggest(item, {"hammer": hammer})
    assert first.score >= LIKELY
    assert first.band == band


def test_a_product_without_a_contradiction_is_before_one_with_it() -> None:
    hammers = {
        "500": CatalogProduct(Article("Claw Hammer 500 g, Fiberglass Handle, Brantholm")),
        "450": CatalogProduct(Article("Schlosserhammer 450 g")),
    }
    first, *_ = suggest(Article("Claw hammer 450 g fiberglass handle"), hammers)
    assert first.product_id == "450"


def test_a_model_number_in_common_outweighs_a_size() -> None:
    cameras = {"camera": CatalogProduct(Article("PowerShot SD990IS 14.7 Megapixel"))}
    first, *_ = suggest(Article("PowerShot SD990IS 14 Megapixel"), cameras)
    assert first.score > LIKELY


@pytest.mark.parametrize(
    ("number", "colour"),
    [
        ("WRT311FZD white", "white"),
        ("WRT311FZD black", "black"),
        ("WRT311FZDWH", "white"),
        ("WRT311FZDBK", "black"),
        ("WRT311FZDW", "white"),
        ("WRT311FZDB", "black"),
    ],
)
def test_the_candidate_of_the_same_colour_is_first(number: str, colour: str) -> None:
    fridges = {
        "black": CatalogProduct(Article("Whirlpool top freezer refrigerator WRT311FZDB, Black")),
        "white": CatalogProduct(Article("Whirlpool top freezer refrigerator WRT311FZDW, White")),
        "steel": CatalogProduct(Article("Whirlpool top freezer refrigerator WRT311FZDM, Metal")),
    }
    first, *others = suggest(Article(f"Whirlpool {number} refrigerator 33 inch"), fridges)
    assert first.product_id == colour
    assert not [text for text in first.objections if "colour" in text or "model" in text]
    assert any(text.startswith("colour") for each in others for text in each.objections)
