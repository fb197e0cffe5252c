"""Words of trades across languages."""

from importlib.resources import files

import pytest

from pricebook.matching.scoring.candidates import ProductIndex
from pricebook.matching.scoring.folding import fold
from pricebook.matching.scoring.texts import Article, describe
from pricebook.matching.scoring.token_ids import product_tokens, search_tokens
from pricebook.matching.scoring.trade_words import meanings
from pricebook.matching.scoring.words import WordSet, cover, word_similarity

LANGUAGES = 7


@pytest.mark.parametrize(
    "words",
    [
        "hammer Hämmer marteaux martillo martello młotek молотка",
        "paint Farben peinture pintura pittura farby краской",
        "shoe Schuhe chaussures zapatos scarpe buty ботинки",
        "black schwarzer noire negra nero czarny чёрная",
    ],
)
def test_words_of_all_languages_name_one_thing(words: str) -> None:
    first, *others = (set(meanings(fold(word))) for word in words.split())
    assert all(first & other for other in others)


@pytest.mark.parametrize("word", ["xyzzy", "zanussi", "bosch", "pre"])
def test_other_words_name_nothing(word: str) -> None:
    assert meanings(word) == ()


def test_a_compound_names_what_its_parts_name() -> None:
    (rubber,) = meanings("gummi")
    assert set(meanings("gummihammer")) == {*meanings("hammer"), rubber}


def test_every_line_has_a_word_in_every_language() -> None:
    text = files("pricebook.matching.scoring").joinpath("trade_words.txt").read_text("utf-8")
    lines = [line.split(";") for line in text.splitlines() if not line.startswith("#")]
    short = [line for line in lines if len(line) != LANGUAGES or not line[0].strip()]
    assert short == []
    assert len({(line[0], line[1]) for line in lines}) == len(lines)


def test_a_word_of_another_language_covers() -> None:
    coverage = cover([("molotok", 0.5), ("kovanii", 0.5)], WordSet(["hammer", "handle"]))
    assert [(each.word, each.other) for each in coverage.same] == [("molotok", "hammer")]
    assert coverage.missing == [("kovanii", 0.5)]


def test_a_product_in_another_language_is_found() -> None:
    names = {"hammer": "Hammer", "pliers": "Pliers", "file": "File", "saw": "Saw", "axe": "Axe"}
    index = ProductIndex((key, product_tokens(Article(name))) for key, name in names.items())
    found = index.search(search_tokens(describe(Article("Kombizange"))), 5)
    assert [candidate.product_id for candidate in found] == ["pliers"]


@pytest.mark.parametrize(
    ("word", "other"), [("bosch", "бош"), ("philips", "филипс"), ("schneider", "шнейдер")]
)
def test_names_are_similar_in_another_alphabet(word: str, other: str) -> None:
    assert word_similarity(word, fold(other)) > 0.7


def test_an_abbreviation_is_a_little_similar() -> None:
    assert 0 < word_similarity("zel", "zelenii") < word_similarity("zelen", "zelenii")
