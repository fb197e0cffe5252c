"""The texts of mails, whatever suppliers and files are called."""

from typing import Any, get_args
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from pricebook.notices.mail_texts import MAX_LISTS, clean, compose
from pricebook.notices.schemas import Notice, NoticeKind

ID = UUID("6f7c1a5e-2b3d-4c4e-8f90-a1b2c3d4e5f6")
TIME = "2026-11-20T08:00:00+00:00"
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=300)


@st.composite
def some_notices(draw: st.DrawFn) -> Notice:
    kind: NoticeKind = draw(st.sampled_from(get_args(NoticeKind)))
    details: dict[str, Any] = {
        "file_name": draw(st.none() | texts),
        "requested_by": draw(st.none() | texts),
        "at": TIME,
    }
    if kind == "late":
        details = {"expected_at": TIME, "last_list_at": draw(st.sampled_from([None, TIME]))}
    return Notice(ID, kind, "N" + draw(texts), ID, draw(st.lists(texts, max_size=8)), details)


@given(st.lists(some_notices(), min_size=1, max_size=8))
def test_names_and_reasons_stay_in_their_lines(notices: list[Notice]) -> None:
    subject, body = compose(notices, "anna@example.com")
    assert subject.startswith("Pricebook: ")
    assert subject == clean(subject, 300)
    lines = body.split("\n")
    assert sum(line.startswith("- ") for line in lines) == len(notices)
    headings = {"held": "HELD,", "failed": "FAILED,", "late": "LATE,", "unusual": "UNUSUAL,"}
    for kind, heading in headings.items():
        found = sum(line.startswith(heading) for line in lines)
        assert found == any(notice.kind == kind for notice in notices)
    assert all(line == "--" or not line or clean(line, 2_000) == line.strip() for line in lines)


@given(texts, st.integers(2, 50))
def test_cleaned_text_is_one_short_line(text: str, limit: int) -> None:
    cleaned = clean(text, limit)
    assert len(cleaned) <= limit
    assert cleaned.isprintable() or not cleaned
    assert clean(cleaned, limit) == cleaned


def test_many_lists_of_one_cause_are_counted() -> None:
    details = {"file_name": None, "requested_by": None, "at": TIME}
    notices = [Notice(ID, "failed", f"S{n}", ID, ["Down."], details) for n in range(400)]
    subject, body = compose(notices, "anna@example.com")
    assert subject == "Pricebook: 400 price lists: 400 failed"
    assert body.count("\n- ") == MAX_LISTS + 1
    assert f"- and {400 - MAX_LISTS} more" in body
    assert body.count("Down.") == 1


def test_commands_name_the_task_of_each_list() -> None:
    details = {"file_name": None, "requested_by": None, "at": TIME}
    kinds: list[NoticeKind] = ["held", "held", "failed"]
    notices = [Notice(ID, kind, "S", UUID(int=n), [], details) for n, kind in enumerate(kinds)]
    _, body = compose(notices, "anna@example.com")
    for n, commands in enumerate(
        (("show", "apply", "refuse"),) * 2 + (("show", "errors", "retry"),)
    ):
        for command in commands:
            assert f"`pricebook tasks {command} {UUID(int=n)}" in body
    assert " ID" not in body


def test_compared_list_has_its_average_price_change() -> None:
    details = {"file_name": None, "requested_by": "bob", "at": TIME, "average_price_change": -4.5}
    _, body = compose([Notice(ID, "unusual", "S", ID, [], details)], "anna@example.com")
    assert "requested 2026-11-20 08:00 UTC by bob, prices -4.5 % on average\n" in body
