"""Messages that another program pushed: imported once, or rejected with the reason."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID, uuid4

import pytest
from redis import Redis

import builders
from pricebook.db.database import Connection
from pricebook.settings import Settings
from pricebook.tasks.queue import QueueClient
from worker_fixtures import LIST, RunningWorker, SubmitTask, WaitForEnd, eventually

QUEUE, PROCESSING, REJECTED = "parse-tasks", "parse-tasks:processing", "parse-tasks:rejected"
FOREIGN_ID = UUID("0d3c1e52-7a4b-4a43-b1cf-0c5fbd6a8e90")

Message = dict[str, Any]
Push = Callable[[Any], None]


@pytest.fixture
def redis(redis_url: str) -> Iterator[Any]:
    client: Any = Redis
    with client.from_url(redis_url, decode_responses=True) as opened:
        yield opened


class Harness(NamedTuple):
    """The dependencies with which the tests push, receive and inspect messages."""

    conn: Connection
    redis: Any
    running_worker: RunningWorker
    wait_for_end: WaitForEnd

    def is_received(self) -> bool:
        """Return whether every message has become a task or was rejected."""
        return self.redis.llen(QUEUE) == 0 and self.redis.llen(PROCESSING) == 0


@pytest.fixture
def harness(
    conn: Connection, redis: Any, running_worker: RunningWorker, wait_for_end: WaitForEnd
) -> Harness:
    return Harness(conn, redis, running_worker, wait_for_end)


@pytest.fixture
def price_list(tmp_path: Path) -> Path:
    path = tmp_path / "list.csv"
    path.write_text(LIST)
    return path


@pytest.fixture
async def message(conn: Connection, price_list: Path) -> Message:
    """A message in the form of the design, for a price list of ACME."""
    await builders.supplier(conn, "ACME")
    return {
        "task_id": str(FOREIGN_ID),
        "parser_type": "csv",
        "supplier_name": "ACME",
        "source_config": {"file_path": price_list.name},
        "retry_count": 0,
        "max_retries": 3,
        "enqueued_at": "2026-03-01T06:14:52.120Z",
    }


async def count(conn: Connection, table: str) -> int:
    row = await (await conn.execute(f"SELECT count(*) FROM {table}".encode())).fetchone()  # noqa: S608 (ours)
    assert row
    return row[0]


async def test_a_pushed_message_imports_the_price_list(harness: Harness, message: Message) -> None:
    async with harness.running_worker():
        harness.redis.lpush(QUEUE, json.dumps(message))
        await eventually(harness.is_received)
        task = await harness.wait_for_end(FOREIGN_ID)
    assert (task.state, task.counts.new, task.requested_by) == (
        "succeeded",
        2,
        "a queued message",
    )
    assert task.enqueued_at.isoformat() == "2026-03-01T06:14:52.120000+00:00"
    assert await count(harness.conn, "price_history") == 2


async def test_a_supplier_may_be_given_by_id_and_fields_by_their_earlier_names(
    harness: Harness, message: Message
) -> None:
    acme = await builders.supplier(harness.conn, "Renamed")
    source = {"sheet_url": "https://sheets.invalid/d/1"}
    message |= {
        "supplier_id": str(acme),
        "supplier_name": "Its earlier name",
        "parser_type": "google_sheets",
        "source_config": source,
        "max_retries": 0,
        "enqueued_at": "2026-03-01T06:14:52",
    }
    async with harness.running_worker():
        harness.redis.lpush(QUEUE, json.dumps(message))
        await eventually(harness.is_received)
        task = await harness.wait_for_end(FOREIGN_ID)
    assert (task.supplier_id, task.supplier_name) == (acme, "Renamed")
    assert task.source_config == {"spreadsheet_url": "https://sheets.invalid/d/1"}
    assert task.enqueued_at.isoformat() == "2026-03-01T06:14:52+00:00"
    assert task.state in {"failed", "dead"}  # no such sheet, and no attempt more


async def test_a_duplicate_message_is_applied_once(harness: Harness, message: Message) -> None:
    text = json.dumps(message)
    harness.redis.lpush(QUEUE, text, text)
    async with harness.running_worker(), harness.running_worker():
        await harness.wait_for_end(FOREIGN_ID)
        harness.redis.lpush(QUEUE, text)
        await eventually(harness.is_received)
    assert await count(harness.conn, "ingestion_tasks") == 1
    assert await count(harness.conn, "price_history") == 2
    assert harness.redis.llen(REJECTED) == 0


async def test_a_message_of_an_own_task_is_no_second_task(
    harness: Harness, submit_task: SubmitTask
) -> None:
    supplier_id = await builders.supplier(harness.conn, "ACME")
    task_id = await submit_task(supplier_id)
    (text,) = harness.redis.lrange(QUEUE, 0, -1)
    sent = json.loads(text)
    assert sent.pop("enqueued_at").endswith("Z")
    assert sent.pop("source_config")["file_path"].endswith(".csv")
    assert sent == {
        "task_id": str(task_id),
        "parser_type": "csv",
        "supplier_name": "ACME",
        "supplier_id": str(supplier_id),
        "retry_count": 0,
        "max_retries": 3,
    }
    async with harness.running_worker():
        await harness.wait_for_end(task_id, "succeeded")
    assert await count(harness.conn, "ingestion_tasks") == 1


def replaced_by(value: object) -> Callable[[Message], object]:
    return lambda _message: value


def without(field: str) -> Callable[[Message], Message]:
    return lambda message: {name: value for name, value in message.items() if name != field}


def with_fields(**fields: Any) -> Callable[[Message], Message]:
    return lambda message: message | fields


def with_source(**source: Any) -> Callable[[Message], Message]:
    return lambda message: message | {"source_config": source}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (replaced_by("not JSON"), "not a JSON object"),
        (replaced_by([1]), "expected object"),
        (without("task_id"), "task_id"),
        (without("supplier_name"), "supplier_name"),
        (without("enqueued_at"), "enqueued_at"),
        (with_fields(task_id="7"), "task_id"),
        (with_fields(parser_type="pdf"), "parser_type"),
        (with_fields(enqueued_at="yesterday"), "enqueued_at"),
        (with_fields(retry_count=-1), "retry_count"),
        (with_fields(max_retries="3"), "max_retries"),
        (with_fields(colour="red"), "colour"),
        (with_fields(supplier_name="Nobody"), "no supplier Nobody"),
        (with_fields(supplier_name="AC\0ME"), "NUL"),
        (with_fields(supplier_id=str(uuid4())), "no supplier"),
        (with_fields(supplier_name="Best"), "inactive"),
        (with_fields(parser_type="google_sheets"), "parser_type google_sheets does not fit"),
        (with_source(), "has no source"),
        (with_source(file_path="../../etc/passwd"), "in the uploads folder"),
        (with_source(file_path="/etc/passwd"), "in the uploads folder"),
        (with_source(file_path="absent.csv"), "in the uploads folder"),
        (with_source(url="http://list.invalid/a.csv"), "url"),
        (with_source(url="https://a.invalid/a.csv", file_path="list.csv"), "2 sources"),
        (with_source(file_path="list.csv", encoding="klingon"), "encoding"),
        (with_source(file_path="list.csv", colour="red"), "colour"),
        (with_source(file_path="x" * 300_000), "bytes"),
    ],
)
async def test_a_malformed_message_is_rejected_with_its_reason_and_stops_no_other(
    harness: Harness, message: Message, change: Callable[[Message], object], reason: str
) -> None:
    await harness.conn.execute(
        "INSERT INTO suppliers (name, source_type, is_active) VALUES ('Best', 'csv', false)"
    )
    changed = change(message)
    text = changed if isinstance(changed, str) else json.dumps(changed)
    good = message | {"task_id": str(uuid4())}
    harness.redis.lpush(QUEUE, text, json.dumps(good))
    async with harness.running_worker():
        assert (await harness.wait_for_end(UUID(good["task_id"]))).state == "succeeded"
        await eventually(lambda: harness.redis.llen(REJECTED) == 1)
    entry = json.loads(harness.redis.lindex(REJECTED, 0))
    assert entry["message"] == text[:10_000]
    assert reason in entry["reason"], entry["reason"]
    assert entry["rejected_at"].endswith("Z")
    assert harness.redis.llen(PROCESSING) == harness.redis.llen(QUEUE) == 0
    assert await count(harness.conn, "ingestion_tasks") == 1


async def test_a_supplier_id_and_the_name_of_another_supplier_are_rejected(
    harness: Harness, message: Message
) -> None:
    message["supplier_id"] = str(await builders.supplier(harness.conn, "Best"))
    harness.redis.lpush(QUEUE, json.dumps(message))
    async with harness.running_worker():
        await eventually(lambda: harness.redis.llen(REJECTED) == 1)
    assert "supplier_id" in harness.redis.lindex(REJECTED, 0)
    assert await count(harness.conn, "ingestion_tasks") == 0


async def test_the_rejected_list_keeps_the_last_thousand(harness: Harness) -> None:
    harness.redis.lpush(REJECTED, *range(1500))
    harness.redis.lpush(QUEUE, "x", "y")
    async with harness.running_worker():
        await eventually(harness.is_received)
    assert harness.redis.llen(REJECTED) == 1000
    assert [json.loads(each)["message"] for each in harness.redis.lrange(REJECTED, 0, 1)] == [
        "y",
        "x",
    ]


async def test_messages_of_a_killed_worker_are_received_again(
    harness: Harness, message: Message
) -> None:
    harness.redis.lpush(PROCESSING, json.dumps(message), "not JSON")
    async with harness.running_worker():
        assert (await harness.wait_for_end(FOREIGN_ID)).state == "succeeded"
        await eventually(lambda: harness.redis.llen(REJECTED) == 1)
    assert harness.redis.llen(PROCESSING) == 0
    assert await count(harness.conn, "price_history") == 2


async def test_the_sorted_set_of_an_earlier_release_is_replaced(
    harness: Harness, settings: Settings, queue: QueueClient, submit_task: SubmitTask
) -> None:
    harness.redis.zadd(QUEUE, {str(uuid4()): 1})
    assert await queue.count() == 0
    harness.redis.delete(QUEUE)
    harness.redis.zadd(settings.redis_queue_name, {str(uuid4()): 1})
    task_id = await submit_task(await builders.supplier(harness.conn))
    assert harness.redis.lrange(QUEUE, 0, -1)
    harness.redis.delete(QUEUE)
    harness.redis.zadd(QUEUE, {str(uuid4()): 1})
    async with harness.running_worker():
        await eventually(lambda: not harness.redis.exists(QUEUE))
        assert (await harness.wait_for_end(task_id)).state == "succeeded"


async def test_a_key_of_another_type_is_left_alone(
    harness: Harness, submit_task: SubmitTask
) -> None:
    harness.redis.hset(QUEUE, "of", "another program")
    task_id = await submit_task(await builders.supplier(harness.conn))
    async with harness.running_worker():
        assert (await harness.wait_for_end(task_id)).state == "succeeded"
    assert harness.redis.hgetall(QUEUE) == {"of": "another program"}


async def test_a_message_is_imported_after_redis_lost_everything(
    harness: Harness, message: Message, submit_task: SubmitTask
) -> None:
    own = await submit_task(await builders.supplier(harness.conn))
    harness.redis.flushall()
    async with harness.running_worker():
        assert (await harness.wait_for_end(own)).state == "succeeded"
        harness.redis.flushall()
        harness.redis.lpush(QUEUE, json.dumps(message))
        assert (await harness.wait_for_end(FOREIGN_ID)).state == "succeeded"
