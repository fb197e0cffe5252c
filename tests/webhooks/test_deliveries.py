"""Events that arrive at receivers over https: in order, signed, whatever the receivers do."""

import base64
import hashlib
import hmac
import time
from pathlib import Path

from structlog.testing import capture_logs

from pricebook.db.database import Connection, Database
from pricebook.webhooks import delivering, service
from pricebook.webhooks.schemas import WebhookChange, WebhookWithSecret
from pricelists.fake_web_server import write_certificate
from webhooks.conftest import Hooks, Sending
from webhooks.receiver import Received, Receiver, listening


def is_signed(request: Received, webhook: WebhookWithSecret) -> bool:
    key = base64.b64decode(webhook.secret.removeprefix("whsec_"))
    signed = f"{request.headers['webhook-id']}.{request.headers['webhook-timestamp']}.".encode()
    digest = hmac.new(key, signed + request.body, hashlib.sha256).digest()
    signatures = request.headers["webhook-signature"].split(" ")
    return "v1," + base64.b64encode(digest).decode() in signatures


async def test_events_arrive_in_order_and_signed(
    hooks: Hooks, sending: Sending, receiver: Receiver, conn: Connection
) -> None:
    await hooks.happen(0)
    webhook = await hooks.add(receiver.url("/in?key=1"))
    await hooks.happen(*range(1, 31))
    async with sending():
        await hooks.wait(webhook, lambda found: found.waiting == 0)
    assert receiver.numbers == [*range(1, 31)]
    rows = await (await conn.execute("SELECT id, at FROM events ORDER BY position")).fetchall()
    for request, (event_id, at) in zip(receiver.requests, rows[1:], strict=True):
        assert is_signed(request, webhook)
        assert request.path == "/in?key=1"
        assert request.headers["host"] == f"127.0.0.1:{receiver.port}"
        assert request.headers["content-type"] == "application/json"
        assert request.headers["webhook-id"] == str(event_id)
        assert abs(int(request.headers["webhook-timestamp"]) - time.time()) < 60
        assert request.message.keys() == {"type", "timestamp", "data"}
        assert request.message["type"] == "import.finished"
        assert request.message["timestamp"] == at.isoformat().replace("+00:00", "Z")
    states = [(each.state, each.status, each.attempts) for each in await hooks.deliveries(webhook)]
    assert states == [("delivered", 204, 1)] * 30


async def test_both_secrets_sign_for_a_day_after_a_change(
    hooks: Hooks, sending: Sending, receiver: Receiver, database: Database, conn: Connection
) -> None:
    before = await hooks.add(receiver.url())
    after = await service.replace_secret(database, before.id)
    await hooks.happen(1)
    async with sending():
        await hooks.wait(before, lambda found: found.waiting == 0)
        await conn.execute("UPDATE webhooks SET former_secret_expires_at = now()")
        await hooks.happen(2)
        await hooks.wait(before, lambda found: found.position == 2 and found.waiting == 0)
    during, later = receiver.requests
    assert (is_signed(during, before), is_signed(during, after)) == (True, True)
    assert (is_signed(later, before), is_signed(later, after)) == (False, True)


async def test_only_events_of_the_types_are_sent(
    hooks: Hooks, sending: Sending, receiver: Receiver
) -> None:
    webhook = await hooks.add(receiver.url(), types=["import.held"])
    await hooks.happen(1, 2, 3)
    await hooks.happen(4, event_type="import.held")
    await hooks.happen(5)
    async with sending():
        found = await hooks.wait(webhook, lambda found: found.position == 5)
    assert receiver.numbers == [4]
    assert (found.state, found.waiting) == ("active", 0)


async def test_receiver_that_was_down_gets_everything_in_order(
    hooks: Hooks, sending: Sending, certificate: Path
) -> None:
    with listening(Receiver(), certificate) as receiver:
        webhook = await hooks.add(receiver.url())
    await hooks.happen(1, 2, 3)
    async with sending():
        failing = await hooks.wait(webhook, lambda found: found.failures == 1)
        assert failing.state == "failing"
        assert failing.last_error == "The receiver cannot be reached."
        await hooks.make_due(failing_since="1 hour")
        failing = await hooks.wait(webhook, lambda found: found.failures == 2)
        assert failing.next_attempt_at
        assert failing.failing_since
        waits = (failing.next_attempt_at - failing.failing_since).total_seconds() - 3600
        assert 25 < waits < 40
        with listening(receiver, certificate):
            await hooks.make_due()
            active = await hooks.wait(webhook, lambda found: found.waiting == 0)
    assert receiver.numbers == [1, 2, 3]
    assert (active.failures, active.failing_since, active.last_error) == (0, None, None)
    assert [each.attempts for each in await hooks.deliveries(webhook)] == [3, 1, 1]


async def test_only_events_that_will_be_sent_wait(hooks: Hooks, conn: Connection) -> None:
    everything = await hooks.add("https://all.example", "all", after=0)
    held = await hooks.add("https://held.example", "held", types=["import.held"], after=0)
    await hooks.happen(1, 2, 3)
    await hooks.happen(4, 5, event_type="import.held")
    assert [(await hooks.get(each)).waiting for each in (everything, held)] == [5, 2]
    await conn.execute("DELETE FROM events WHERE position < 5")
    assert [(await hooks.get(each)).waiting for each in (everything, held)] == [1, 1]
    await conn.execute("DELETE FROM events")
    assert [(await hooks.get(each)).waiting for each in (everything, held)] == [0, 0]


async def test_begin_and_end_of_failures_are_logged_once(
    hooks: Hooks, sending: Sending, receiver: Receiver
) -> None:
    receiver.status = 500
    webhook = await hooks.add(receiver.url())
    await hooks.happen(1, 2)
    with capture_logs() as lines:
        async with sending():
            await hooks.wait(webhook, lambda found: found.failures == 1)
            await hooks.make_due()
            await hooks.wait(webhook, lambda found: found.failures == 2)
            receiver.status = 204
            await hooks.make_due()
            await hooks.wait(webhook, lambda found: found.waiting == 0)
    logged = [(line["event"], line["webhook"]) for line in lines if "webhook" in line]
    assert logged == [("webhook fails", "ERP"), ("webhook recovered", "ERP")]


async def test_slow_receiver_holds_up_no_other(
    hooks: Hooks, sending: Sending, receiver: Receiver, second: Receiver
) -> None:
    receiver.released.clear()
    slow = await hooks.add(receiver.url(), "slow")
    fast = await hooks.add(second.url(), "fast")
    await hooks.happen(1, 2)
    async with sending():
        await receiver.wait_for(1)
        await hooks.happen(*range(3, 21))
        await hooks.wait(fast, lambda found: found.waiting == 0)
        assert len(receiver.requests) == 1
        receiver.released.set()
        await hooks.wait(slow, lambda found: found.waiting == 0)
    assert second.numbers == receiver.numbers == [*range(1, 21)]


async def test_wrong_certificate_is_refused(hooks: Hooks, sending: Sending, tmp_path: Path) -> None:
    write_certificate(tmp_path / "other.pem")
    with listening(Receiver(), tmp_path / "other.pem") as receiver:
        webhook = await hooks.add(receiver.url())
        await hooks.happen(1)
        async with sending():
            failing = await hooks.wait(webhook, lambda found: found.failures > 0)
        assert receiver.requests == []
    assert failing.last_error == (
        "The certificate of the receiver is not valid: self-signed certificate."
    )


async def test_redirect_is_not_followed(
    hooks: Hooks, sending: Sending, receiver: Receiver, second: Receiver
) -> None:
    receiver.status, receiver.headers = 307, {"Location": second.url("/inner")}
    webhook = await hooks.add(receiver.url())
    await hooks.happen(1)
    async with sending():
        failing = await hooks.wait(webhook, lambda found: found.failures > 0)
    assert failing.last_error == (
        "The receiver responds with status 307; redirects are not followed."
    )
    assert (len(receiver.requests), second.requests) == (1, [])


async def test_private_address_is_refused(
    hooks: Hooks, sending: Sending, receiver: Receiver
) -> None:
    webhook = await hooks.add(receiver.url())
    await hooks.happen(1)
    async with sending(allow_private=False):
        failing = await hooks.wait(webhook, lambda found: found.failures > 0)
    assert failing.last_error == (
        'The host "127.0.0.1" is in a private network, which is not allowed unless'
        " ALLOW_PRIVATE_URLS is set."
    )
    assert receiver.requests == []


async def test_receiver_that_is_gone_disables_the_webhook_until_it_is_activated(
    hooks: Hooks, sending: Sending, receiver: Receiver, conn: Connection, database: Database
) -> None:
    receiver.status = 410
    webhook = await hooks.add(receiver.url("/gone?key=1"), types=["import.finished"])
    await hooks.happen(1, 2)
    async with sending():
        disabled = await hooks.wait(webhook, lambda found: found.state == "disabled")
        assert disabled.disabled_at
        assert disabled.last_error == "The receiver responds with status 410."
        (event,) = await (
            await conn.execute("SELECT data FROM events WHERE type = 'webhook.disabled'")
        ).fetchall()
        assert event[0]["url"] == receiver.url("/gone")
        assert event[0]["last_error"] == disabled.last_error
        entry = await conn.execute("SELECT action, actor_type FROM audit_log ORDER BY id DESC")
        assert await entry.fetchone() == ("webhook.disabled", "system")
        receiver.status = 200
        change = WebhookChange(is_active=True)
        await service.change_webhook(database, webhook.id, change, allows_private=False)
        await hooks.wait(webhook, lambda found: found.waiting == 0)
    assert receiver.numbers == [1, 1, 2]
    assert len({request.headers["webhook-id"] for request in receiver.requests}) == 2


async def test_day_of_failures_disables_the_webhook(
    hooks: Hooks, sending: Sending, receiver: Receiver
) -> None:
    receiver.status = 500
    webhook = await hooks.add(receiver.url())
    await hooks.happen(1)
    async with sending():
        await hooks.wait(webhook, lambda found: found.failures == 1)
        await hooks.make_due(failing_since="23 hours 59 minutes")
        assert (await hooks.wait(webhook, lambda found: found.failures == 2)).state == "failing"
        await hooks.make_due(failing_since="24 hours")
        disabled = await hooks.wait(webhook, lambda found: found.failures == 3)
    assert (disabled.state, disabled.next_attempt_at) == ("disabled", None)
    assert receiver.numbers == [1, 1, 1]


async def test_test_and_resend_are_sent_once_also_while_paused(
    hooks: Hooks, sending: Sending, receiver: Receiver, database: Database
) -> None:
    webhook = await hooks.add(receiver.url())
    await hooks.happen(1)
    async with sending():
        await receiver.wait_for(1)
        (first,) = await hooks.deliveries(webhook)
        change = WebhookChange(is_active=False)
        await service.change_webhook(database, webhook.id, change, allows_private=False)
        await hooks.happen(2)
        test = await service.request_test(database, webhook.id)
        assert (await hooks.ended(test.id)).state == "delivered"
        assert receiver.requests[1].message["type"] == "webhook.test"
        assert is_signed(receiver.requests[1], webhook)
        receiver.status = 503
        again = await service.request_resend(database, first.id)
        failed = await hooks.ended(again.id)
        assert (failed.state, failed.attempts, failed.status) == ("failed", 1, 503)
        assert failed.error == "The receiver responds with status 503."
    assert receiver.requests[2].headers["webhook-id"] == receiver.requests[0].headers["webhook-id"]
    assert receiver.requests[2].body == receiver.requests[0].body
    paused = await hooks.get(webhook)
    assert (paused.state, paused.waiting, paused.failures) == ("paused", 1, 0)


async def test_two_workers_send_each_event_once_in_order(
    hooks: Hooks, sending: Sending, receiver: Receiver
) -> None:
    webhook = await hooks.add(receiver.url())
    async with sending(), sending():
        for number in range(1, 21):
            await hooks.happen(number)
        await hooks.wait(webhook, lambda found: found.waiting == 0)
    assert receiver.numbers == [*range(1, 21)]


async def test_webhook_is_leased_by_one_worker_at_a_time(
    hooks: Hooks, receiver: Receiver, worker_database: Database, conn: Connection
) -> None:
    webhook = await hooks.add(receiver.url())
    first = await delivering.lease_webhook(worker_database, webhook.id)
    assert first
    assert await delivering.lease_webhook(worker_database, webhook.id) is None
    await conn.execute("UPDATE webhooks SET lease_expires_at = now()")
    assert await delivering.lease_webhook(worker_database, webhook.id)
    await hooks.happen(1)
    assert await delivering.take_attempt(worker_database, first) is None
