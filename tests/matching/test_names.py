"""Names of different things, names in another order, and what a price says beside them."""

import pytest
from tests.matching.test_bands import suggest
from tests.matching.test_match_reasons import explain

from pricebook.matching.scoring.features import named
from pricebook.matching.scoring.suggesting import CatalogProduct
from pricebook.matching.scoring.texts import Article


@pytest.mark.parametrize(
    ("item", "product", "objection"),
    [
        ("Generator 3 kW petrol", "Trolley Jack 3 t, Low Profile", "“petrol”, product “Jack”"),
        ("Cable reel 50 m 3x2.5", "Long Tape 50 m, Open Reel", "“Cable”, product “Tape”"),
        ("Pallet truck 2.5 t", "Dead-Blow Hammer 50 mm", "no word in common"),
    ],
)
def test_another_thing_is_an_objection(item: str, product: str, objection: str) -> None:
    against = explain(Article(item), Article(product))[1]
    assert [text for text in against if text.startswith(objection)]


def test_a_number_and_a_word_of_a_linked_item_by_chance_are_an_objection() -> None:
    linked = (Article("Automatik-Schweißhelm, Stufe 9-13, Vissaro"),)
    product = Article("Auto-Darkening Welding Helmet, Shade 9-13")
    assert explain(Article("Patio Heater 13 kW"), product, linked)[1] == ["few words in common"]


@pytest.mark.parametrize(
    ("item", "product"),
    [
        ("Engineer's Hmr 1000 g hick. hdl", "Engineer's Hammer 1000 g, Hickory Handle"),
        ("Молоток слесарный 500 г", "Engineer's Hammer 500 g"),
        ("Hammer 500 g steel", "Hammer 500 g round"),
        ("Cable reel DW-745", "Long tape DW-745"),
        ("Zzyzx 40 mm", "Qwerty 40 mm"),
    ],
)
def test_the_same_thing_in_other_words_is_no_objection(item: str, product: str) -> None:
    assert explain(Article(item), Article(product))[1] == []


@pytest.mark.parametrize(
    ("price", "objections"),
    [
        (13.0, []),
        (15.7, ["“Lumastrand”, 4500 lm in the product only, price +57 % to the target price"]),
        (6.0, ["“Lumastrand”, 4500 lm in the product only, price -40 % to the target price"]),
    ],
)
def test_a_price_off_by_half_speaks_against_a_name_that_has_more(
    price: float, objections: list[str]
) -> None:
    product = Article("LED Work Light 50 W, 4500 lm, Lumastrand", price=10.0)
    assert explain(Article("LED work light 50 W", price=price), product)[1] == objections


@pytest.mark.parametrize("price", [15.7, 5.3])
def test_a_price_off_by_half_is_neither_with_the_same_name(price: float) -> None:
    item = Article("Tape 5 m, Skalinde", price=price)
    reasons, objections = explain(item, Article("Skalinde Tape 5 m", price=10.0))
    assert [text for text in (*reasons, *objections) if "price" in text] == []


def test_the_same_name_in_another_order_is_surer_than_another_size() -> None:
    names = [f"Screwdriver Bit TX{size} x 25 mm, Pack of 10, Kelvig" for size in (10, 20, 25, 27)]
    linked = Article("Бита 25 мм, 10 шт")
    products = {name: CatalogProduct(Article(name), [linked]) for name in names}
    items = {"i": Article("Kelvig, Pack of 10, Screwdriver Bit TX20 x 25 mm")}
    first, *_ = suggest(items, products)["i"]
    assert (first.product_id, first.score > 0.9) == (names[1], True)


def test_a_name_with_another_number_is_not_the_same() -> None:
    products = {
        "same": CatalogProduct(Article("Fellowes Shredder - W11C")),
        "other": CatalogProduct(Article("Fellowes Shredder - SB97CS")),
    }
    found = suggest({"i": Article("Shredder Fellowes W11C")}, products)["i"]
    same = {each.product_id for each in found if named(each.features).get("name_same")}
    assert same == {"same"}


@pytest.mark.parametrize(
    ("item", "product", "reason"),
    [
        ('Wrench 1/2", 40-200 Nm', 'Wrench 1/2" Drive, 40-200 Nm', "40 Nm in both"),
        ("Ladder", "Stepladder", "“Ladder” like “Stepladder”"),
    ],
)
def test_a_reason_has_the_unit_and_the_words_of_the_names(
    item: str, product: str, reason: str
) -> None:
    assert reason in explain(Article(item), Article(product))[0]


def test_a_word_of_a_linked_item_is_not_shown() -> None:
    linked = (Article("Stehleiter Alu"),)
    texts, _ = explain(Article("Ladder"), Article("Stepladder"), linked)
    assert [text for text in texts if "stehleiter" in text.lower()] == []


def test_the_plural_of_size_is_no_size() -> None:
    name = 'Combination Wrench 1/2", Inch Sizes, Pierhand'
    texts, _ = explain(Article(name.upper()), Article(name))
    assert [text for text in texts if text.startswith("size")] == []
    assert "size small in both" in explain(Article("Vest size: S"), Article("Vest, small"))[0]


def test_a_mark_of_linked_items_only_is_missing_in_no_item() -> None:
    item = Article("MORTAR 300 ML STYRENE-FREE")
    product = Article("Mortar 300 ml, Styrene-Free")
    linked = (Article("Mörtel 300 ml ohne Styrol"),)
    assert explain(item, product, linked)[1] == []
    assert explain(Article("Mortar 300 ml without styrene"), product, linked)[1] == []


def test_a_large_factor_is_written_in_full() -> None:
    _, against = explain(Article("Saw", price=1267.5), Article("Saw", price=10.0))
    assert against == ["price × 127 of the target price"]
