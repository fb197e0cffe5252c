"""Times of the pages: UTC in the page, marked so that a script adds the time of the browser."""

import re
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

from markupsafe import Markup

import builders
from console.conftest import Client, LogInAs
from console.fragments import show
from pricebook.console.issue_texts import issue_text
from pricebook.console.page_texts import load_texts
from pricebook.console.template_filters import minute_text, second_text
from pricebook.db.database import Connection

AT = datetime(2026, 3, 1, 23, 5, 9, tzinfo=UTC)
IN_ATTRIBUTE = re.compile(
    r'="[^"]*\{\{[^}]*\b(minute|second)_text|\{"[\w-]+": [^}]*(minute|second)_text'
)
TEMPLATES = Path(str(files("pricebook.console") / "templates"))


def test_times_are_marked_for_the_script() -> None:
    assert minute_text(AT) == (
        '<time datetime="2026-03-01T23:05:09+00:00" data-utc>2026-03-01 23:05</time>'
    )
    assert second_text("2026-03-01T23:05:09Z") == (
        '<time datetime="2026-03-01T23:05:09+00:00" data-utc>2026-03-01 23:05:09</time>'
    )


def test_texts_keep_a_time_and_escape_what_is_beside_it() -> None:
    t = load_texts()
    text = t("suppliers.deactivated_by", who="<b>", time=minute_text(AT))
    assert isinstance(text, Markup)
    assert text == f"It was deactivated by &lt;b&gt;, {minute_text(AT)} UTC."
    assert issue_text(text) == text
    assert isinstance(t("suppliers.settings_of", name="<b>"), str)
    assert not isinstance(t("suppliers.settings_of", name="<b>"), Markup)


def test_no_attribute_has_a_marked_time() -> None:
    for path in TEMPLATES.rglob("*.html"):
        for line in path.read_text("utf-8").splitlines():
            assert not IN_ATTRIBUTE.search(line), (path.name, line)


async def test_pages_have_marked_times_and_the_words_of_the_script(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("admin")
    await builders.import_task(conn, await builders.supplier(conn, "Acme"))
    text = await show(client, "/console/imports")
    assert re.search(r'<time datetime="[\d-]+T[\d:.+]+" data-utc>[\d-]+ \d\d:\d\d</time>', text)
    assert 'data-local-time="({time} your time)"' in text
    assert 'data-local-day="({day} {time} your time)"' in text
