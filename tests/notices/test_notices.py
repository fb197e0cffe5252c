"""Notices of held, failed, late and unusual price lists: for whom, in which mail, how sent."""

import asyncio
from typing import LiteralString

import msgspec
import pytest

import builders
from notices.mail_server import MailServer
from notices.notice_fixtures import REASON, end_task, make_due, recipient, rows
from pricebook.db.database import Connection, Database
from pricebook.notices import outbox_repository, sending
from pricebook.notices.sending import MailSettings, send_notices
from pricebook.settings import Settings
from worker_fixtures import RunningWorker, eventually


@pytest.mark.parametrize(
    ("state", "kinds", "expected"),
    [
        ("held", ["held"], ["held"]),
        ("held", ["failed", "late"], []),
        ("failed", ["failed"], ["failed"]),
        ("dead", ["failed"], ["failed"]),
        ("refused", ["held", "failed", "late"], []),
        ("succeeded", ["held", "failed", "late"], []),
    ],
)
async def test_chosen_kinds_only(
    conn: Connection, state: str, kinds: list[str], expected: list[str]
) -> None:
    await recipient(conn, *kinds)
    await end_task(conn, state)
    assert await rows(conn, "SELECT kind FROM notices") == [(kind,) for kind in expected]


async def test_cancelled_and_undone_lists_and_inactive_users_have_none(conn: Connection) -> None:
    await recipient(conn)
    await conn.execute(
        "UPDATE users SET is_active = false WHERE id = %s", [await recipient(conn, name="bob")]
    )
    earlier = await end_task(conn, "succeeded", name="A")
    await end_task(conn, "failed", name="B", cancelled_by="anna")
    await end_task(conn, "failed", name="C", undo_of=earlier)
    assert await rows(conn, "SELECT kind FROM notices") == []
    await end_task(conn, "failed", name="D")
    assert await rows(conn, "SELECT username FROM notices JOIN users ON users.id = user_id") == [
        ("anna",)
    ]


async def test_notice_is_written_with_the_end_of_the_task_or_not_at_all(
    conn: Connection, database: Database
) -> None:
    await recipient(conn)
    async with database.transaction(force_rollback=True) as own:
        await end_task(own, "held")
        assert await rows(own, "SELECT kind FROM notices") == [("held",)]
    assert await rows(conn, "SELECT kind FROM notices") == []


async def test_same_reason_is_sent_once_a_day(conn: Connection) -> None:
    await recipient(conn)
    task_id = await end_task(conn, "dead", "The server did not respond.")
    again: LiteralString = """
        UPDATE ingestion_tasks SET state = 'running';
        UPDATE ingestion_tasks SET state = 'dead'
    """
    await conn.execute(again)
    assert len(await rows(conn, "SELECT FROM notices")) == 1
    await conn.execute("UPDATE ingestion_tasks SET errors = '[\"404\"]' WHERE id = %s", [task_id])
    await conn.execute(again)
    assert len(await rows(conn, "SELECT FROM notices")) == 2
    await conn.execute("UPDATE notices SET created_at = now() - interval '25 hours'")
    await conn.execute(again)
    assert len(await rows(conn, "SELECT FROM notices")) == 3


async def test_lists_of_some_minutes_are_one_mail(
    conn: Connection, worker_database: Database, mail_server: MailServer, mails: MailSettings
) -> None:
    await recipient(conn)
    held = [await end_task(conn, "held", name=name) for name in ("Nordwerk", "Süd\nBcc: x@y.org")]
    failed = await end_task(conn, "failed", "No price column.", name="Fjordtool")
    await send_notices(worker_database, msgspec.structs.replace(mails, gather_seconds=60))
    assert mail_server.mails == []
    await send_notices(worker_database, mails)
    (mail,) = mail_server.mails
    assert mail_server.recipients == [["anna@example.com"]]
    assert mail["Subject"] == "Pricebook: 3 price lists: 2 are held, 1 failed"
    text = mail.get_content()
    assert text.count(REASON) == 1
    for each in (*map(str, held), "Nordwerk: ", "Süd Bcc: x@y.org: ", str(failed), "Fjordtool"):
        assert each in text
    commands = (f"tasks apply {held[1]}", f"tasks refuse {held[0]}", f"tasks retry {failed}")
    for each in (*commands, "No price column."):
        assert each in text
    await end_task(conn, "held", name="Later")
    await send_notices(worker_database, mails)
    assert len(mail_server.mails) == 1  # ten minutes after the last mail at the earliest
    await make_due(conn)
    await send_notices(worker_database, mails)
    assert mail_server.mails[1]["Subject"] == "Pricebook: the price list of Later is held"


async def test_mail_is_for_the_role_of_its_reader(
    conn: Connection, worker_database: Database, mail_server: MailServer, mails: MailSettings
) -> None:
    await recipient(conn, name="anna")
    bob = await recipient(conn, name="bob")
    await conn.execute("UPDATE users SET role = 'procurement' WHERE id = %s", [bob])
    task_id = await end_task(conn, "held", name="Nordwerk")
    await end_task(conn, "held", name="Decided")
    settings = msgspec.structs.replace(mails, public_url="https://prices.example")
    await sending.make_mails(worker_database, settings)
    await conn.execute("UPDATE ingestion_tasks SET state = 'refused' WHERE id <> %s", [task_id])
    await send_notices(worker_database, settings)
    sent = zip(mail_server.recipients, mail_server.mails, strict=True)
    texts = {to: mail.get_content() for (to,), mail in sent}
    page = f"https://prices.example/console/imports/{task_id}"
    assert page in texts["anna@example.com"]
    assert page not in texts["bob@example.com"]
    assert "an admin applies or refuses it" in texts["bob@example.com"]


async def test_late_list_is_a_notice_once(
    conn: Connection, worker_database: Database, mail_server: MailServer, mails: MailSettings
) -> None:
    await recipient(conn, "late")
    supplier_id = await builders.supplier(conn, "Nordwerk & Co")
    await conn.execute(
        """
        INSERT INTO expected_lists (supplier_id, expected_by, expected_at, late_at, late_since)
        VALUES (%s, 'rhythm', '2026-11-20T08:00Z', '2026-11-23T08:00Z', '2026-11-23T08:00Z')
        """,
        [supplier_id],
    )
    await conn.execute("UPDATE expected_lists SET rule = 'rhythm', late_since = late_at")
    await send_notices(worker_database, mails)
    (mail,) = mail_server.mails
    assert mail["Subject"] == "Pricebook: the price list of Nordwerk & Co is late"
    assert "'Nordwerk & Co': no list, expected 2026-11-20 08:00 UTC" in mail.get_content()
    assert "late_after_days" in mail.get_content()
    await conn.execute("UPDATE expected_lists SET late_since = NULL")
    await conn.execute("UPDATE expected_lists SET late_since = late_at")
    assert len(await rows(conn, "SELECT FROM notices")) == 1
    await conn.execute("UPDATE expected_lists SET late_since = NULL")
    await conn.execute(
        "UPDATE expected_lists SET expected_at = now(), late_at = now(), late_since = now()"
    )
    assert len(await rows(conn, "SELECT FROM notices")) == 2


async def test_mail_is_tried_again_until_it_is_accepted(
    conn: Connection, worker_database: Database, mail_server: MailServer, mails: MailSettings
) -> None:
    await recipient(conn)
    await end_task(conn, "held")
    mail_server.stop()
    await send_notices(worker_database, mails)
    mail_server.start()
    mail_server.recipient_replies.append("450 4.2.1 Mailbox busy")
    await send_notices(worker_database, mails)  # not due
    assert (await rows(conn, "SELECT state, attempts FROM notice_mails")) == [("queued", 1)]
    await make_due(conn)
    await send_notices(worker_database, mails)
    ((error,),) = await rows(conn, "SELECT error FROM notice_mails")
    assert "450 4.2.1 Mailbox busy" in error
    await make_due(conn)
    await send_notices(worker_database, mails)
    assert len(mail_server.mails) == 1
    assert (await rows(conn, "SELECT state, attempts, error FROM notice_mails")) == [
        ("sent", 3, None)
    ]
    await make_due(conn)
    await send_notices(worker_database, mails)
    assert len(mail_server.mails) == 1


async def test_refused_recipient_stops_nobody_else(
    conn: Connection, worker_database: Database, mail_server: MailServer, mails: MailSettings
) -> None:
    await recipient(conn, name="anna")
    await recipient(conn, name="bob")
    await end_task(conn, "held")
    mail_server.recipient_replies.append("550 5.1.1 No such user")
    await send_notices(worker_database, mails)
    assert len(mail_server.mails) == 1
    states = await rows(conn, "SELECT state, error FROM notice_mails ORDER BY state")
    assert [state for state, _ in states] == ["failed", "sent"]
    assert "550 5.1.1 No such user" in states[0][1]


async def test_mail_is_given_up_after_three_days(
    conn: Connection, worker_database: Database, mail_server: MailServer, mails: MailSettings
) -> None:
    await recipient(conn)
    await end_task(conn, "held")
    await sending.make_mails(worker_database, mails)
    await conn.execute("UPDATE notice_mails SET created_at = now() - interval '73 hours'")
    mail_server.stop()
    await send_notices(worker_database, mails)
    assert await rows(conn, "SELECT state, attempts FROM notice_mails") == [("failed", 1)]


async def test_mail_of_a_killed_worker_is_sent_with_the_same_id(
    conn: Connection, worker_database: Database, mail_server: MailServer, mails: MailSettings
) -> None:
    await recipient(conn)
    await end_task(conn, "held")
    await sending.make_mails(worker_database, mails)
    claimed = await outbox_repository.claim_mail(conn, sending.LEASE_SECONDS)
    assert claimed
    await send_notices(worker_database, mails)
    assert mail_server.mails == []  # another worker may be sending it
    await make_due(conn)
    await send_notices(worker_database, mails)
    (mail,) = mail_server.mails
    assert mail["Message-ID"] == f"<{claimed.id}@example.com>"


async def test_many_workers_send_a_mail_once(
    conn: Connection, worker_database: Database, mail_server: MailServer, mails: MailSettings
) -> None:
    for number in range(3):
        await recipient(conn, name=f"user{number}")
    await end_task(conn, "held")
    await asyncio.gather(*(send_notices(worker_database, mails) for _ in range(6)))
    await send_notices(worker_database, mails)
    assert sorted(to for (to,) in mail_server.recipients) == [
        f"user{number}@example.com" for number in range(3)
    ]


async def test_worker_sends_and_deletes(
    conn: Connection,
    mails: MailSettings,
    mail_server: MailServer,
    running_worker: RunningWorker,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def quick_settings(_: Settings) -> MailSettings:
        return mails

    monkeypatch.setattr("pricebook.worker.periodic_work.mail_settings", quick_settings)
    await recipient(conn)
    async with running_worker():
        await end_task(conn, "held")
        await eventually(lambda: len(mail_server.mails) == 1)


async def test_old_notices_and_mails_are_deleted(
    conn: Connection, worker_database: Database, mails: MailSettings
) -> None:
    await recipient(conn)
    await end_task(conn, "held")
    await send_notices(worker_database, mails)
    await conn.execute("UPDATE notice_mails SET created_at = now() - interval '31 days'")
    await sending.purge_notices(worker_database)
    assert len(await rows(conn, "SELECT FROM notice_mails")) == 1
    await conn.execute("UPDATE notices SET created_at = now() - interval '31 days'")
    await sending.purge_notices(worker_database)
    assert await rows(conn, "SELECT FROM notice_mails") == []


async def test_nothing_is_sent_without_a_server(
    conn: Connection, worker_database: Database, settings: Settings
) -> None:
    await recipient(conn)
    await end_task(conn, "held")
    await send_notices(worker_database, sending.mail_settings(settings))
    assert await rows(conn, "SELECT mail_id FROM notices") == [(None,)]
