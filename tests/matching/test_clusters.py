"""Clusters of items, and the assignment of products."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricebook.matching.scoring.assignment import ScoredPair, assign
from pricebook.matching.scoring.clusters import Likeness, Unmatched, cluster, find_clusters
from pricebook.matching.scoring.model import load_shipped
from pricebook.matching.scoring.texts import Article


def likeness(first: str, second: str, score: float) -> Likeness[str]:
    """Return a pair of items whose supplier is their first letter."""
    return Likeness((first, second), (first[0], second[0]), score)


def test_items_of_different_suppliers_are_joined() -> None:
    pairs = [likeness("a1", "b1", 0.9), likeness("b1", "c1", 0.8), likeness("a1", "c1", 0.7)]
    assert [sorted(group) for group in cluster(pairs, 0.5)] == [["a1", "b1", "c1"]]


def test_a_chain_is_no_cluster() -> None:
    pairs = [likeness("a1", "b1", 0.9), likeness("b1", "c1", 0.8), likeness("a1", "c1", 0.2)]
    assert [sorted(group) for group in cluster(pairs, 0.5)] == [["a1", "b1"]]


@pytest.mark.parametrize(
    ("first", "second", "is_one"),
    [
        ("Diagonal cutter 160 mm", "Cutter, diagonal, 160 mm", True),
        ("Diagonal cutter 160 mm insulated", "Cutter, diagonal, 160 mm", False),
        ("Diagonal cutter 160 mm 1000 V", "Cutter, diagonal, 160 mm", False),
        ("Diagonal cutter 160 mm 1000 V", "Cutter, diagonal, insulated, 160 mm", True),
        ("Nitrile gloves gr. 9", "Gloves, nitrile, size 9", True),
        ("Nitrile gloves gr. 9", "Gloves, nitrile, size 10", False),
        ("Nitrile gloves size 9", "Gloves, nitrile", False),
    ],
)
def test_a_size_or_insulation_of_one_only_is_no_cluster(
    first: str, second: str, *, is_one: bool
) -> None:
    items = {
        supplier: Unmatched(supplier, Article(name, price=10.0))
        for supplier, name in (("a", first), ("b", second))
    }
    found = find_clusters(items, load_shipped())
    assert [sorted(each.items) for each in found] == ([["a", "b"]] if is_one else [])
    assert not any("target price" in reason for each in found for reason in each.reasons)


PAIRS = st.lists(
    st.tuples(st.sampled_from("ab"), st.integers(0, 3), st.integers(0, 3), st.floats(0, 1)),
    max_size=20,
).map(
    lambda rows: [
        likeness(f"{supplier}{first}", f"c{second}", score)
        for supplier, first, second, score in rows
    ]
)


@given(PAIRS)
def test_a_cluster_has_one_item_of_a_supplier(pairs: list[Likeness[str]]) -> None:
    groups = cluster(pairs, 0.5)
    for group in groups:
        suppliers = [item[0] for item in group]
        assert len(suppliers) == len(set(suppliers))
    items = [item for group in groups for item in group]
    assert len(items) == len(set(items))


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4), st.floats(0, 1)), max_size=25))
def test_assignment_is_one_to_one_for_a_supplier(rows: list[tuple[int, int, float]]) -> None:
    chosen = assign([ScoredPair(item, "s", product, score) for item, product, score in rows], 0.5)
    assert len({pair.item for pair in chosen}) == len(chosen)
    assert len({pair.product for pair in chosen}) == len(chosen)
    assert all(pair.score >= 0.5 for pair in chosen)
