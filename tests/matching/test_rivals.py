"""Rivals: pairs about as likely as another one, which nothing exact separates from it."""

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from pricebook.matching.scoring.rivals import MARGIN, MAX_RIVALS, Contender, find_rivals, in_order

STRENGTHS = st.floats(-30, 30, allow_nan=False)
CONTENDERS = st.lists(
    st.tuples(STRENGTHS, st.booleans(), st.booleans()), min_size=1, max_size=8
).map(lambda rows: [Contender(place, *row) for place, row in enumerate(rows)])


@given(CONTENDERS)
def test_of_all_contenders_one_at_most_is_without_a_rival(contenders: list[Contender[int]]) -> None:
    order = in_order(contenders)
    free = [each for each in contenders if not each.has_objections and not find_rivals(each, order)]
    assert len(free) <= 1
    assert all(each is order[0] for each in free)


@given(CONTENDERS)
def test_a_rival_has_no_objections_and_is_about_as_likely(contenders: list[Contender[int]]) -> None:
    order = in_order(contenders)
    for own in contenders:
        rivals = [contenders[place] for place in find_rivals(own, order)]
        assert own not in rivals
        assert len(rivals) <= MAX_RIVALS
        assert not any(each.has_objections for each in rivals)
        assert all(each.is_exact >= own.is_exact for each in rivals)
        assert rivals == [each for each in order if each in rivals]
        assert all(
            each.is_exact > own.is_exact or each.strength > own.strength - MARGIN for each in rivals
        )


@given(CONTENDERS, st.randoms(use_true_random=False))
def test_the_order_of_contenders_given_is_of_no_account(
    contenders: list[Contender[int]], random: Random
) -> None:
    few = contenders[: MAX_RIVALS + 1]
    shuffled = random.sample(few, len(few))
    for own in few:
        found = find_rivals(own, in_order(few))
        assert set(found) == set(find_rivals(own, in_order(shuffled)))


@given(st.tuples(STRENGTHS, st.booleans(), st.booleans()))
def test_two_alike_are_rivals_of_each_other(facts: tuple[float, bool, bool]) -> None:
    twins = [Contender(place, *facts) for place in range(2)]
    expected = [] if twins[0].has_objections else [1]
    assert find_rivals(twins[0], in_order(twins)) == expected


def test_a_lead_of_the_margin_and_a_number_separate_pairs() -> None:
    near = Contender("near", MARGIN - 0.1, is_exact=False, has_objections=False)
    far = Contender("far", 0.0, is_exact=False, has_objections=False)
    best = Contender("best", MARGIN, is_exact=False, has_objections=False)
    assert find_rivals(best, in_order([near, far, best])) == ["near"]
    assert find_rivals(best._replace(is_exact=True), in_order([near, far])) == []
    assert find_rivals(best, in_order([near, far._replace(is_exact=True)])) == ["far", "near"]
    assert find_rivals(best, in_order([near._replace(has_objections=True)])) == []
