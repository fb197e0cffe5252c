"""Reasons and objections as a person reads them."""

import pytest

from pricebook.matching.scoring.evidence import compare
from pricebook.matching.scoring.match_reasons import objections, reasons
from pricebook.matching.scoring.prepared import Context, prepare_item, prepare_product
from pricebook.matching.scoring.texts import Article, describe


class AllRare:
    """A corpus in which no other product has a word or a code."""

    def word_weight(self, word: str) -> float:  # noqa: ARG002
        return 0.5

    def code_frequency(self, code: str) -> int:  # noqa: ARG002
        return 1


def explain(
    item: Article, product: Article, linked: tuple[Article, ...] = (), **meanings: str
) -> tuple[list[str], list[str]]:
    """Return the reasons and the objections of a pair; `meanings` are learnt and unlikely."""
    translations = {word: {meaning: 0.3} for word, meaning in meanings.items()}
    context = Context(AllRare(), translations)
    pair = (
        prepare_item(describe(item), context),
        prepare_product(describe(product), [*map(describe, linked)], context),
    )
    evidence = compare(*pair, context)
    return reasons(evidence, item, product), objections(evidence, item, product)


@pytest.mark.parametrize(
    ("item", "product", "expected"),
    [
        ("Rohr 50СМ", "Pipe 50 см", "50СМ in both"),
        ("Penne Nr. 500", "Penne 500 g", "number 500 in both"),
        ("Samsung L200 camera", "SlingShot 200 camera", "number 200 in both"),
        ("Reader 17-in-1", "17-In-1 reader", "numbers 17, 1 in both"),
        ("Grill Q 320", "Grill S320", "number 320 in both"),
        ("Samsung L200 camera", "Samsung L200", "L200 in both"),
        ("LG 25 CF fridge", "LG fridge 25 CF", "25 CF in both"),
        ("Zoom lens 18-70mm", "Lens 18-70 mm", "18 mm in both"),
        ("Schraube 4,0x30", "Screw 4,0 x 30", "numbers 4,0, 30 in both"),
        ("Sennheiser RS 140", "Sennheiser RS140", "same number RS 140"),
        ("Молоток", "Hammer", "“Молоток” means “Hammer”"),
        ("Eimer weiß", "White bucket", "colour white in both"),
        ("Hammers steel", "Hammer", "“Hammers” like “Hammer”"),
        ("Saw 8 in", 'Saw 8"', "8 inch in both"),
        ('Bolt 1/2"', "Bolt 1/2 in", "1/2 inch in both"),
        ("Pipe 8 inch", "Pipe 8 inch", "8 inch in both"),
    ],
)
def test_a_reason_shows_what_the_texts_say(item: str, product: str, expected: str) -> None:
    assert expected in explain(Article(item), Article(product))[0]


@pytest.mark.parametrize(
    ("item", "product"),
    [
        ("Coach Bolt DIN 603 pack of 50", "Bolt DIN 603 pack of 50"),
        ("Screws DIN 7981 Pack 100", "Screw DIN 7981 Pack 100"),
        ("Washer DIN 125 box", "Washers DIN 125 box"),
    ],
)
def test_the_number_of_a_standard_is_no_pack(item: str, product: str) -> None:
    texts, _ = explain(Article(item), Article(product))
    packs = {text for text in texts if text.startswith("pack of")}
    assert packs <= {"pack of 50 in both", "pack of 100 in both"}
    assert any(text.startswith("DIN ") for text in texts)


@pytest.mark.parametrize("cable", ["Cable Drum 50m 3G1.5", "Cable drum 5x1.5 50m"])
def test_the_section_of_a_cable_is_no_length(cable: str) -> None:
    texts, _ = explain(Article(cable), Article("Aluminum Screed Rule 1.5 m"))
    assert not [text for text in texts if "1.5" in text]


def test_a_measure_is_shown_with_its_unit_and_no_other_word() -> None:
    product = Article("Bolt 50 Carriage")
    texts, _ = explain(Article("Bolt 50 mm"), product, (Article("Bolt 50mm"),))
    assert "50 mm in both" in texts
    texts, _ = explain(Article("Bolt 50 Carriage"), product, (Article("Bolt 50mm"),))
    assert not [text for text in texts if text.startswith("50 Carriage")]


def test_a_measure_is_no_number_with_the_word_before_it() -> None:
    texts, _ = explain(Article("LG 25.0 Cu.Ft. capacity"), Article("LG 25.0 Cu. Ft. fridge"))
    assert texts == ["25.0 cu.ft in both", "same words: LG"]
    texts, _ = explain(Article("Saw 260 mm"), Article("Saw 260 mm steel"))
    assert texts == ["260 mm in both", "same words: Saw"]


def test_a_colour_is_no_reason_twice() -> None:
    texts, _ = explain(Article("rot"), Article("red"))
    assert texts == ["colour red in both"]


def test_an_unlikely_meaning_is_no_reason() -> None:
    assert explain(Article("style"), Article("spannwick"), style="spannwick")[0] == []


@pytest.mark.parametrize(("field", "title"), [("mpn", "part number"), ("brand", "brand")])
def test_a_field_of_linked_items_is_not_shown_as_none(field: str, title: str) -> None:
    item, linked = (Article("Saw")._replace(**{field: each}) for each in ("ABC123", "XYZ789"))
    against = explain(item, Article("Saw"), (linked,))[1]
    assert f"{title} ABC123, another in the linked items" in against
    assert f"{title} ABC123, product XYZ789" in explain(item, linked)[1]


@pytest.mark.parametrize(
    ("price", "reason", "objection"),
    [
        (10.0, ["same price as the target price"], []),
        (11.0, ["price +10 % to the target price"], []),
        (8.0, ["price -20 % to the target price"], []),
        (6.0, [], []),
        (1.0, [], ["price × 0.1 of the target price"]),
        (30.0, [], ["price × 3 of the target price"]),
    ],
)
def test_a_price_far_off_is_an_objection(
    price: float, reason: list[str], objection: list[str]
) -> None:
    texts, against = explain(Article("Saw", price=price), Article("Saw", price=10.0))
    assert (texts[1:], against) == (reason, objection)


def test_a_price_is_compared_with_those_of_the_suppliers() -> None:
    linked = (Article("Saw", price=8.0), Article("Saw", price=12.0))
    texts, _ = explain(Article("Saw", price=10.0), Article("Saw", price=99.0), linked)
    assert "same price as the product's suppliers" in texts


def test_the_same_reason_is_shown_once() -> None:
    texts, _ = explain(Article("Cable 10 m / 10 m"), Article("Cable 10 m - 10 m"))
    assert texts.count("10 m in both") == 1
    texts, _ = explain(Article("Nut 8 8"), Article("Bolt 8 8"))
    assert texts == ["number 8 in both"]


@pytest.mark.parametrize(
    ("item", "product"),
    [
        ("RED BULL", "Red bull can"),
        ("Work light", "Light for work"),
        ("Windows scraper", "Scraper for windows"),
    ],
)
def test_the_same_word_is_no_variant(item: str, product: str) -> None:
    texts, _ = explain(Article(item), Article(product))
    assert [text for text in texts if text.endswith("in both")] == []


@pytest.mark.parametrize(
    ("item", "product", "expected"),
    [
        ("Bohrer ohne Koffer", "Drill", "“ohne” in the item only"),
        ("Drill", "Drill without case", "“without” in the product only"),
    ],
)
def test_a_mark_of_one_is_shown_as_it_is_written(item: str, product: str, expected: str) -> None:
    assert expected in explain(Article(item), Article(product))[1]


@pytest.mark.parametrize(
    ("item", "product"),
    [
        ("LG 25 CF fridge", "LG 25.0 Cu. Ft. fridge"),
        ("Security manager 2100 CF", "Security manager"),
        ("Blu-ray player", "Black player"),
        ("Camera with red-eye correction", "Black camera"),
        ("Wine cooler 27 bottle", "Cooler 60 Cans"),
        ("Fridge with glass shelves", "Fridge, stainless steel"),
        ("Washer front load", "Washer, rear"),
    ],
)
def test_what_is_no_pack_and_no_colour_is_no_objection(item: str, product: str) -> None:
    assert explain(Article(item), Article(product))[1] == []


def test_numbers_in_conflict_are_named() -> None:
    assert explain(Article("Spaghetti 5"), Article("Spaghetti 7"))[1] == ["number 5, product 7"]


def test_packs_of_bottles_and_cans_are_compared() -> None:
    assert explain(Article("Beer 6 bottles"), Article("Beer 24 cans"))[1] == [
        "pack of 6, product pack of 24"
    ]
    fridges = (Article("Wine cooler 27 bottles"), Article("Wine cooler 30 bottles"))
    assert explain(*fridges)[1] == ["27 bottles, product 30 bottles"]


@pytest.mark.parametrize(
    ("item", "product", "expected"),
    [
        ("Ink PG-40 - PG-40-BK-TWIN", "Ink PG-40", ["pack of 2, product is single"]),
        ("Ink PG40BK", "Ink PG40BK twin pack", ["single, product is a pack of 2"]),
        ("Ink twin-pack", "Ink 2-pack", []),
        ("Ink triple pack", "Ink double pack", ["pack of 3, product pack of 2"]),
        ("Twin speaker", "Speaker", []),
        ("Bed sheet - twin white", "Bed sheet white", []),
    ],
)
def test_a_pack_in_words_is_a_number_of_pieces(
    item: str, product: str, expected: list[str]
) -> None:
    assert explain(Article(item), Article(product))[1] == expected


@pytest.mark.parametrize(
    ("item", "product", "expected"),
    [
        ("DV cassette - DSL-190-B", "DV camcorder - HDRHC9", ["number DSL-190-B, product HDRHC9"]),
        ("Sony cassette - 97076", "Sony camcorder - HDRHC9", []),
        ("Sony kit HDR HC9", "Sony kit - HDRHC9", []),
    ],
)
def test_short_numbers_with_nothing_in_common_are_named(
    item: str, product: str, expected: list[str]
) -> None:
    assert explain(Article(item), Article(product))[1] == expected


def test_the_same_gtin_says_more_than_short_numbers() -> None:
    pair = (Article("Tape - DSL-190-B", gtin="4006381333931"), Article("Tape - HDRHC9"))
    assert explain(pair[0], pair[1]._replace(gtin=pair[0].gtin))[1] == []


@pytest.mark.parametrize(
    ("item", "product", "expected"),
    [
        ("WRT311FZDWH", "WRT311FZDB black", "colour white, product black"),
        ("WRT311FZDB", "WRT311FZDW, White", "colour black, product white"),
        ("YSP4000 BK white", "YSP4000SI silver", "colour white, product silver"),
    ],
)
def test_the_end_of_a_model_number_names_another_colour(
    item: str, product: str, expected: str
) -> None:
    texts, against = explain(Article(item), Article(product))
    assert expected in against
    assert [text for text in texts if text.startswith("model number but for its end")]


@pytest.mark.parametrize(
    ("item", "product"),
    [
        ("C6656GB", "C6656AN, black"),
        ("WRT311FZDE", "WRT311FZDB black"),
        ("WRT311FZD", "WRT311FZDB black"),
        ("WRT311FZDBK", "WRT311FZDB black"),
    ],
)
def test_other_ends_of_model_numbers_are_no_colours(item: str, product: str) -> None:
    assert explain(Article(item), Article(product))[1] == []
