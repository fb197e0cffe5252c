"""Webhooks: create and change them, the secret that is shown once, tests, repetitions, failures."""

import json
import re
from html import unescape
from uuid import uuid4

import pytest

import builders
from console.conftest import Client, LogInAs, send
from console.fragments import follow, post_fragment, show, show_text
from pricebook.db.database import Connection
from pricebook.db.row_types import fetch_value
from pricebook.events.schemas import EVENT_TYPES

PATH = "/console/administration/webhooks"
FORM = {"name": "ERP", "url": "https://erp.example/events", "which": "all"}
TYPES = "SELECT types FROM webhooks"


async def test_webhook_is_created_and_its_secret_is_shown_once(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    name = await log_in_as("admin")
    assert "There is no webhook yet" in await show_text(client, PATH)
    response = await send(client, f"{PATH}/new", **FORM)
    assert response.status_code == 200, response.text
    assert re.search(r'id="secret">whsec_[A-Za-z0-9+/=]{32,}<', response.text)
    assert response.headers["cache-control"] == "no-store"
    webhook_id = await fetch_value(conn, "SELECT id FROM webhooks")
    text = await show_text(client, f"{PATH}/{webhook_id}")
    assert "All events" in text
    assert name in text
    assert "whsec_" not in text + await show_text(client, PATH)
    renewed = await send(client, f"{PATH}/{webhook_id}/secret")
    assert "The secret was replaced" in renewed.text
    assert "whsec_" in renewed.text


async def test_only_chosen_events_are_sent(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("admin")
    types = ["import.held", "import.failed"]
    await send(client, f"{PATH}/new", **{**FORM, "which": "chosen", "types": types})
    assert sorted(await fetch_value(conn, TYPES)) == sorted(types)
    webhook_id = await fetch_value(conn, "SELECT id FROM webhooks")
    form = await show(client, f"{PATH}/{webhook_id}/change")
    checked = re.findall(r'type="checkbox" name="types" value="([^"]+)" checked', form)
    assert sorted(checked) == sorted(types)
    before = re.findall(r'name="before" value="([^"]+)"', form)[0]
    response = await send(client, f"{PATH}/{webhook_id}/change", **FORM, before=before)
    assert "The webhook was changed" in await follow(client, response)
    assert await fetch_value(conn, TYPES) == []


@pytest.mark.parametrize(
    ("wrong", "refusal"),
    [
        ({"name": " "}, ("name", "1 to 100")),
        ({"name": "TAKEN"}, ("name", "There is a webhook of this name")),
        ({"url": "http://erp.example"}, ("url", "does not begin with https://")),
        ({"url": "https://10.0.0.1/x"}, ("url", "is in a private network")),
        ({"url": "https://localhost:8443/x"}, ("url", "is in a private network")),
        ({"url": "https://me:secret@erp.example"}, ("url", "user name or a password")),
        ({"which": "chosen"}, ("types", "choose at least one event")),
        ({"which": "chosen", "types": "import.moved"}, ("types", "choose at least one event")),
        ({"types": "import.held"}, ("types", "select “Only these”, or untick them")),
    ],
)
async def test_refused_field_is_named_and_what_was_typed_is_kept(
    client: Client,
    log_in_as: LogInAs,
    conn: Connection,
    wrong: dict[str, str],
    refusal: tuple[str, str],
) -> None:
    field, issue = refusal
    await log_in_as("admin")
    await builders.webhook(conn, "Taken")
    webhook_id = await builders.webhook(conn, "Other")
    form = await show(client, f"{PATH}/{webhook_id}/change")
    before = re.findall(r'name="before" value="([^"]+)"', form)[0]
    for path in (f"{PATH}/new", f"{PATH}/{webhook_id}/change"):
        typed = {**FORM, "name": "Typed", "before": before, **wrong}
        response = await send(client, path, **typed)
        assert response.status_code == 400, path
        note = re.search(rf'id="{field}-note">([^<]+)', response.text)
        assert note
        assert issue in note[1]
        assert f'value="{typed["url"]}"' in response.text
        ticked = re.findall(r'name="types" value="([^"]+)" checked', response.text)
        assert ticked == [each for each in EVENT_TYPES if each == wrong.get("types")]
    assert await fetch_value(conn, "SELECT count(*) FROM webhooks") == 2


async def test_second_of_two_people_sees_what_the_first_has_changed(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("admin")
    webhook_id = await builders.webhook(conn, "ERP")
    path = f"{PATH}/{webhook_id}/change"
    before = re.findall(r'name="before" value="([^"]+)"', await show(client, path))[0]
    first = {**FORM, "name": "Theirs", "before": before}
    assert (await send(client, path, **first)).status_code == 303
    late = await send(client, path, **{**first, "name": "Mine"})
    assert late.status_code == 400
    assert "Somebody else changed this webhook meanwhile" in late.text
    assert "Theirs" in late.text
    assert 'value="Mine"' in late.text
    again = re.findall(r'name="before" value="([^"]+)"', late.text)[0]
    text = await follow(client, await send(client, path, **{**first, "before": again}))
    assert "The webhook was changed" in text


async def test_disabled_webhook_says_why_and_is_enabled_again(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("admin")
    webhook_id = await builders.webhook(conn, "ERP")
    await conn.execute("UPDATE webhooks SET disabled_at = now(), last_error = 'It is gone.'")
    for path in (PATH, f"{PATH}/{webhook_id}"):
        text = await show_text(client, path)
        assert "disabled" in text
        assert "It is gone." in text
    path = f"{PATH}/{webhook_id}"
    text = await follow(client, await send(client, f"{path}/active", is_active="true"))
    assert "The webhook is enabled" in text
    assert await fetch_value(conn, "SELECT disabled_at IS NULL FROM webhooks")
    text = await follow(client, await send(client, f"{path}/active", is_active="false"))
    assert "Events wait until it is enabled again" in text
    assert not await fetch_value(conn, "SELECT is_active FROM webhooks")


async def test_change_of_the_name_does_not_end_the_wait_after_failures(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("admin")
    webhook_id = await builders.webhook(conn, "ERP", "https://erp.example")
    await conn.execute("UPDATE webhooks SET failures = 3, failing_since = now()")
    path = f"{PATH}/{webhook_id}/change"
    before = re.findall(r'name="before" value="([^"]+)"', await show(client, path))[0]
    await send(client, path, name="New", url="https://erp.example", which="all", before=before)
    assert await fetch_value(conn, "SELECT (name, failures)::text FROM webhooks") == "(New,3)"


async def test_result_of_a_test_appears_on_the_page(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("admin")
    path = f"{PATH}/{await builders.webhook(conn, 'ERP')}"
    response = await post_fragment(client, f"{path}/test")
    (poll,) = re.findall(r'hx-get="([^"]+)" hx-trigger="every 1s"', response.text)
    waiting = await client.get(poll, headers={"HX-Request": "true"})
    assert "sent by a worker now" in waiting.text
    assert "hx-trigger" not in waiting.headers
    await conn.execute("UPDATE webhook_deliveries SET created_at = now() - interval '1 minute'")
    assert "Is a worker running?" in (await client.get(poll, headers={"HX-Request": "true"})).text
    await conn.execute(
        "UPDATE webhook_deliveries SET state = 'failed', attempts = 1, status = 500,"
        " milliseconds = 3, error = 'The receiver responds with status 500.'"
    )
    ended = await client.get(poll, headers={"HX-Request": "true"})
    assert "It was not delivered" in ended.text
    assert "The receiver responds with status 500." in ended.text
    assert "hx-get" not in ended.text
    assert ended.headers["hx-trigger"] == "delivery-ended"
    text = await follow(client, await send(client, f"{path}/test"))
    assert "sent by a worker now" in text


async def test_failed_deliveries_are_listed_and_sent_again(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("admin")
    webhook_id = await builders.webhook(conn, "ERP")
    path = f"{PATH}/{webhook_id}"
    await builders.webhook_delivery(conn, webhook_id)
    failed = await builders.webhook_delivery(
        conn, webhook_id, state="failed", status=500, error="Broken."
    )
    page = await show_text(client, path)
    assert page.count("/resend") == 4
    filtered = await show_text(client, f"{path}?state=failed")
    assert filtered.count("/resend") == 2
    assert "Broken." in filtered
    text = await follow(client, await send(client, f"{path}/deliveries/{failed}/resend"))
    assert "sent again" in text
    assert await fetch_value(conn, "SELECT count(*) FROM webhook_deliveries") == 3
    other = await builders.webhook(conn, "Other")
    for method in ("resend", ""):
        wrong = f"{PATH}/{other}/deliveries/{failed}/{method}".rstrip("/")
        response = (
            await send(client, wrong)
            if method
            else await client.get(wrong, headers={"HX-Request": "true"})
        )
        assert response.status_code == 404


async def test_content_of_deliveries_is_shown_and_tests_are_sent_again(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("admin")
    webhook_id = await builders.webhook(conn, "ERP")
    path = f"{PATH}/{webhook_id}"
    await builders.webhook_delivery(conn, webhook_id, ago=60)
    await conn.execute('UPDATE events SET data = \'{"supplier": "A <b>", "rows": 3}\'')
    page = await show(client, path)
    contents = [unescape(each) for each in re.findall(r"<pre[^>]*>(.*?)</pre>", page, re.DOTALL)]
    (sent,) = [json.loads(each) for each in contents]
    assert (sent["type"], sent["data"]) == ("import.held", {"supplier": "A <b>", "rows": 3})
    assert "<b>" not in page
    queued = await post_fragment(client, f"{path}/test")
    assert "It was queued" in queued.text
    assert queued.headers["hx-trigger"] == "delivery-queued"
    (refresh,) = re.findall(r'id="deliveries"[^>]*hx-get="([^"]+)" hx-trigger="([^"]+)"', page)
    assert "delivery-queued from:body" in refresh[1]
    page = await show(client, refresh[0])
    rows = re.findall(r"<tr class=\"stacked\">\s*<td class=\"price\">.*?</tr>", page, re.DOTALL)
    assert len(rows) == 2
    assert "webhook.test" in rows[0]
    assert "waits" in rows[0]
    again = re.findall(r'<form[^>]*hx-post="([^"]+)"', rows[0])
    assert again == [f"{path}/test"]
    assert (
        json.loads(unescape(re.findall(r"<pre[^>]*>(.*?)</pre>", rows[0], re.DOTALL)[0]))["data"]
        == {}
    )
    await conn.execute("DELETE FROM events")
    assert "Its event is no longer kept." in await show(client, path)


async def test_deliveries_have_pages(client: Client, log_in_as: LogInAs, conn: Connection) -> None:
    await log_in_as("admin")
    webhook_id = await builders.webhook(conn, "ERP")
    for number in range(30):
        await builders.webhook_delivery(conn, webhook_id, status=200 + number, ago=number)
    path = f"{PATH}/{webhook_id}"
    first = await show_text(client, path)
    (following,) = re.findall(r'rel="next" href="([^"]+)"', first)
    second = await show_text(client, following)
    assert "status 224" in first
    assert "status 225" not in first
    assert [n for n in range(200, 230) if f"status {n}" in second] == list(range(225, 230))


async def test_deleting_says_what_is_lost(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("admin")
    path = f"{PATH}/{await builders.webhook(conn, 'ERP')}"
    assert "Nothing is sent any more, 0 events that wait are dropped" in await show_text(
        client, path
    )
    assert "The webhook was deleted" in await follow(client, await send(client, f"{path}/delete"))
    assert (await send(client, f"{path}/delete")).status_code == 404
    assert (await client.get(f"{PATH}/{uuid4()}")).status_code == 404
