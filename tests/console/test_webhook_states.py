"""The state of webhooks in words: on their pages, on Today and in System; deliveries that renew."""

import re
from typing import LiteralString
from uuid import UUID

import pytest

import builders
from console.conftest import HTML, Client, LogInAs
from console.fragments import show, show_text
from pricebook.db.database import Connection
from pricebook.events.schemas import EVENT_TYPES

PATH = "/console/administration/webhooks"
FAILING = """
    UPDATE webhooks SET failures = 3, failing_since = '2026-03-01 10:00Z',
        next_attempt_at = now() + interval '5 minutes', last_error = 'The receiver timed out.'
"""
DISABLED = """
    UPDATE webhooks SET failures = 30, failing_since = '2026-03-01 10:00Z', is_active = false,
        disabled_at = '2026-03-02 10:00Z', last_error = 'The receiver timed out.'
"""
WORDS: dict[LiteralString, str] = {
    "UPDATE webhooks SET position = 0": "working",
    FAILING: "failing since 2026-03-01 10:00 UTC: The receiver timed out.",
    DISABLED: "disabled since 2026-03-02 10:00 UTC, after 30 failed attempts:"
    " The receiver timed out.",
    "UPDATE webhooks SET is_active = false": "paused",
}


def words_of(text: str) -> str:
    return " ".join(re.sub("<[^>]*>", "", text).split())


@pytest.fixture
async def webhook_id(conn: Connection) -> UUID:
    return await builders.webhook(conn, "ERP")


async def test_state_is_in_words(
    client: Client, log_in_as: LogInAs, conn: Connection, webhook_id: UUID
) -> None:
    await log_in_as("admin")
    for change, words in WORDS.items():
        await conn.execute("UPDATE webhooks SET is_active = true, disabled_at = NULL, failures = 0")
        await conn.execute(change)
        for path in (PATH, f"{PATH}/{webhook_id}"):
            assert words in words_of(await show_text(client, path)), path


async def test_each_event_is_explained_on_the_page(
    client: Client, log_in_as: LogInAs, conn: Connection, webhook_id: UUID
) -> None:
    await log_in_as("admin")
    text = await show_text(client, f"{PATH}/{webhook_id}")
    assert all(f'<span class="code">{each}</span>' in text for each in EVENT_TYPES)
    await conn.execute("UPDATE webhooks SET types = '{import.held}'")
    text = words_of(await show_text(client, f"{PATH}/{webhook_id}"))
    assert "import.held A price list is held: it would change more than" in text
    assert "import.failed" not in text


async def test_deliveries_renew_themselves_once_something_has_changed(
    client: Client, log_in_as: LogInAs, conn: Connection, webhook_id: UUID
) -> None:
    await log_in_as("admin")
    path = f"{PATH}/{webhook_id}"
    text = await show_text(client, path)
    found = re.search(r'<div id="delivery-list" hx-get="([^"]+)" hx-trigger="every 5s"', text)
    assert found
    headers = {**HTML, "HX-Request": "true"}
    assert (await client.get(found[1], headers=headers)).status_code == 204
    await builders.webhook_delivery(conn, webhook_id)
    renewed = await client.get(found[1], headers=headers)
    assert renewed.status_code == 200
    assert "import.held</span>" in renewed.text
    assert found[1] not in renewed.text
    found = re.search(r'<div id="delivery-list" hx-get="([^"]+)"', renewed.text)
    assert found
    assert (await client.get(found[1], headers=headers)).status_code == 204
    await conn.execute(FAILING)
    assert "failing since" in (await client.get(found[1], headers=headers)).text


async def test_today_shows_admins_the_webhooks_that_fail(
    client: Client, log_in_as: LogInAs, conn: Connection, webhook_id: UUID
) -> None:
    await log_in_as("admin")
    text = await show(client, "/console")
    section = text[text.index('id="section-webhooks"') :].partition("</section>")[0]
    assert "Nothing to do here." in section
    await conn.execute(FAILING)
    text = await show(client, "/console")
    section = text[text.index('id="section-webhooks"') :].partition("</section>")[0]
    assert f'href="{PATH}/{webhook_id}"' in section
    assert "failing since 2026-03-01 10:00 UTC: The receiver timed out." in words_of(section)
    await log_in_as("procurement")
    assert "section-webhooks" not in await show(client, "/console")


@pytest.mark.parametrize("change", [FAILING, DISABLED])
async def test_system_names_webhooks_that_fail(
    client: Client, log_in_as: LogInAs, conn: Connection, webhook_id: UUID, change: LiteralString
) -> None:
    await log_in_as("admin")
    await conn.execute(change)
    text = await show_text(client, "/console/administration/system")
    found = re.search(r'id="verdict"><strong><[^>]*>([^<]+)', text)
    assert found
    assert "webhooks" in found[1]
    assert f'<a href="{PATH}">Webhooks</a>' in text
    assert str(webhook_id) in await show(client, PATH)
