"""Similarity of words, and meanings learnt from links."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricebook.matching.scoring.dictionary import learn_pairs, translations, without_brands
from pricebook.matching.scoring.texts import Article, describe
from pricebook.matching.scoring.words import WordSet, cover, word_similarity


@pytest.mark.parametrize(
    ("word", "other"),
    [
        ("hammer", "hammers"),
        ("molotok", "molotki"),
        ("schlosserhammer", "hammer"),
        ("hammer", "hamer"),
        ("hammer", "hamemr"),
        ("klempner", "klemptner"),
    ],
)
def test_forms_compounds_and_typing_errors_are_similar(word: str, other: str) -> None:
    assert 0 < word_similarity(word, other) < 1
    assert word_similarity(word, other) == word_similarity(other, word)


@pytest.mark.parametrize(("word", "other"), [("bolt", "belt"), ("hammer", "saw"), ("nut", "net")])
def test_other_words_are_not_similar(word: str, other: str) -> None:
    assert word_similarity(word, other) == 0


def test_coverage_is_weighted_by_rarity() -> None:
    coverage = cover([("dewalt", 0.2), ("hammers", 0.5), ("hickory", 0.3)], WordSet(["hammer"]))
    assert 0 < coverage.share < 0.5
    assert coverage.missing == [("dewalt", 0.2), ("hickory", 0.3)]
    assert [(each.word, each.other) for each in coverage.same] == [("hammers", "hammer")]


WORDS = st.lists(st.text("abcde", min_size=2, max_size=6), max_size=6)


@given(WORDS, WORDS)
def test_coverage_is_a_share_and_accounts_for_every_word(
    words: list[str], others: list[str]
) -> None:
    coverage = cover([(word, 0.5) for word in words], WordSet(others))
    assert 0 <= coverage.share <= 1
    assert len(coverage.same) + len(coverage.missing) == len(words)


LINKS = [
    (["molotok", "rukoyatka"], ["hammer", "handle"]),
    (["molotok", "kovanii"], ["hammer", "forged"]),
    (["kuvalda", "rukoyatka"], ["sledge", "handle"]),
    (["molotok"], ["hammer"]),
    (["rukoyatka"], ["handle"]),
    (["kuvalda"], ["sledge"]),
]


def test_meanings_are_learnt_from_links() -> None:
    learnt = translations(learn_pairs(LINKS))
    assert max(learnt["molotok"], key=learnt["molotok"].__getitem__) == "hammer"
    assert max(learnt["rukoyatka"], key=learnt["rukoyatka"].__getitem__) == "handle"
    assert all(0 < likelihood <= 1 for each in learnt.values() for likelihood in each.values())


def test_one_link_teaches_nothing() -> None:
    assert learn_pairs(LINKS[:1]) == []


def test_words_that_resemble_each_other_are_not_learnt() -> None:
    assert learn_pairs([(["hammer", "rot"], ["hammers", "red"])] * 3) == learn_pairs(
        [(["rot"], ["red"])] * 3
    )


def test_brands_and_standards_are_no_meanings() -> None:
    clamps = [
        (Article(f"F-style clamp {size}", brand="Spannwick"), Article(f"Clamp {size} Spannwick"))
        for size in ("wide", "deep", "long")
    ]
    bolts = [
        (Article(f"Hex bolt full thread {kind}"), Article(f"Hex bolt DIN 933 {kind}"))
        for kind in ("zinc", "steel", "brass", "plain")
    ]
    links = [(describe(item), describe(product)) for item, product in clamps + bolts]
    assert translations(learn_pairs(without_brands(links))) == {}
    unlike = [(describe(Article("Style")), describe(Article("Form")))] * 3
    assert "form" in translations(learn_pairs(without_brands(unlike)))["style"]
