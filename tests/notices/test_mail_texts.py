"""The texts of mails, whatever suppliers and files are called."""

import re
from typing import Any, get_args
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricebook.auth.roles import PERMISSIONS
from pricebook.auth.schemas import Role
from pricebook.notices.mail_advice import Reader
from pricebook.notices.mail_texts import MAX_LISTS, clean, compose, compose_test
from pricebook.notices.schemas import Notice, NoticeKind
from pricebook.rates.schemas import ExchangeRule
from pricebook.rates.service import missing_rate_sentence

ADMIN = Reader("anna@example.com", "admin")
URL = "https://prices.example"
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
    return Notice(ID, kind, ID, "N" + draw(texts), ID, draw(st.lists(texts, max_size=8)), details)


@given(st.lists(some_notices(), min_size=1, max_size=8))
def test_names_and_reasons_stay_in_their_lines(notices: list[Notice]) -> None:
    subject, body = compose(notices, ADMIN)
    assert subject.startswith("Pricebook: ")
    assert subject == clean(subject, 300)
    lines = body.split("\n")
    assert sum(line.startswith("- ") for line in lines) == len(notices)
    headings = {
        "held": "HELD,",
        "failed": "FAILED,",
        "late": "LATE,",
        "unusual": "UNUSUAL,",
        "quarantined": "QUARANTINED ROWS,",
    }
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
    notices = [Notice(ID, "failed", ID, f"S{n}", ID, ["Down."], details) for n in range(400)]
    subject, body = compose(notices, ADMIN)
    assert subject == "Pricebook: 400 price lists: 400 failed"
    assert body.count("\n- ") == MAX_LISTS + 1
    assert f"- and {400 - MAX_LISTS} more" in body
    assert body.count("Down.") == 1


def test_commands_name_the_task_of_each_list() -> None:
    details = {"file_name": None, "requested_by": None, "at": TIME}
    kinds: list[NoticeKind] = ["held", "held", "failed"]
    notices = [Notice(ID, kind, ID, "S", UUID(int=n), [], details) for n, kind in enumerate(kinds)]
    _, body = compose(notices, ADMIN)
    for n, commands in enumerate(
        (("show", "apply", "refuse"),) * 2 + (("show", "errors", "retry"),)
    ):
        for command in commands:
            assert f"`pricebook tasks {command} {UUID(int=n)}" in body
    assert " ID" not in body


def test_compared_list_has_its_average_price_change() -> None:
    details = {"file_name": None, "requested_by": "bob", "at": TIME, "average_price_change": -4.5}
    _, body = compose([Notice(ID, "unusual", ID, "S", ID, [], details)], ADMIN)
    assert "requested 2026-11-20 08:00 UTC by bob, prices -4.5 % on average\n" in body


# The route that decides who may open a page.
ROUTES = {
    "/imports/ID": ("GET", "/tasks"),  # others than admins open those of their own uploads
    "/imports/new": ("POST", "/suppliers/{id}/upload"),
    "/suppliers/ID": ("GET", "/suppliers/{id}"),
    "/price-changes": ("GET", "/price-changes"),
    "/administration/notices": ("GET", "/notice-recipients"),
}


def one_of_each_kind() -> list[Notice]:
    details = {"file_name": None, "requested_by": None, "at": TIME}
    late = {"expected_at": TIME, "last_list_at": None}
    return [
        Notice(ID, kind, ID, "S", ID, ["Why."], late if kind == "late" else details)
        for kind in get_args(NoticeKind)
    ]


@pytest.mark.parametrize("role", get_args(Role))
def test_mail_names_pages_that_its_reader_may_open(role: Role) -> None:
    reader = Reader("anna@example.com", role, URL)
    _, body = compose(one_of_each_kind(), reader)
    pages = re.findall(rf"{URL}/console(/\S+)", body + compose_test(reader)[1])
    assert len(pages) >= 4
    for page in pages:
        path = page.partition("?")[0].replace(str(ID), "ID")
        assert role in PERMISSIONS[ROUTES[path]], page
    assert "`pricebook" not in body
    assert "/api/" not in body


@pytest.mark.parametrize("role", get_args(Role))
def test_only_admins_get_commands(role: Role) -> None:
    reader = Reader("anna@example.com", role)
    for notice in one_of_each_kind():
        _, body = compose([notice], reader)
        assert ("`pricebook" in body) == (role == "admin")
        assert "What to do: " in body
        assert "http" not in body


@pytest.mark.parametrize("role", ["sales", "procurement"])
@pytest.mark.parametrize("public_url", [URL, None])
def test_reasons_name_no_command_that_the_reader_may_not_use(
    role: Role, public_url: str | None
) -> None:
    rate = missing_rate_sentence("TRY", ExchangeRule("USD", 14))
    other = "The file is missing: see `pricebook tasks show 7` or GET /api/v1/admin/tasks/7."
    details = {"file_name": None, "requested_by": None, "at": TIME}
    notice = Notice(ID, "failed", ID, "S", ID, [rate, other], details)
    _, body = compose([notice], Reader("anna@example.com", role, public_url))
    assert (
        "There is no exchange rate from TRY to USD of the last 14 days: an admin sets one, then"
        " import the price list again." in body
    )
    assert "The file is missing: see a command for admins." in body
    assert "`" not in body
    assert "/api/" not in body
    _, body = compose([notice], ADMIN)
    assert rate in body
    assert other in body
