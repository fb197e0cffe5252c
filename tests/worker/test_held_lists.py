"""A held price list holds the later ones; the worker compares these again when it is applied."""

import asyncio
from typing import Any
from uuid import UUID

from litestar import Litestar
from litestar.testing import AsyncTestClient

import builders
from import_fixtures import rows
from pricebook.db.database import Connection
from worker_fixtures import WAIT_TIMEOUT_SECONDS, RunningWorker, SubmitTask, WaitForEnd

Client = AsyncTestClient[Litestar]
TASKS = "/api/v1/admin/tasks"


def price_list(first: int, last: int, price: str = "10") -> str:
    lines = (f"A-{number},Nail {number},{price}\n" for number in range(first, last + 1))
    return "Article code,Name,Price\n" + "".join(lines)


async def test_hold_shows_since_when_and_applying_it_frees_the_later_ones(
    admin: Client,
    conn: Connection,
    submit_task: SubmitTask,
    running_worker: RunningWorker,
    wait_for_end: WaitForEnd,
) -> None:
    supplier_id = await builders.supplier(conn)
    lists = [
        price_list(1, 20),
        price_list(1, 10),  # the season is over: half of the articles are missing
        price_list(1, 10, "11"),
        price_list(1, 3, "11"),  # truncated
        price_list(1, 10, "12"),
    ]
    async with running_worker():
        ids = [await submit_task(supplier_id, text) for text in lists]
        await wait_for_end(ids[0], "succeeded")
        held = [await wait_for_end(task_id, "held") for task_id in ids[1:]]
        since = held[0].completed_at
        tasks: list[dict[str, Any]] = [
            (await admin.get(f"{TASKS}/{task_id}")).json() for task_id in ids[1:]
        ]
        assert [task["later_held"] for task in tasks] == [3, 2, 1, 0]
        assert len({task["held_since"] for task in tasks}) == 1
        assert since is not None
        assert tasks[0]["held_since"].startswith(f"{since:%Y-%m-%dT%H:%M:%S}")
        assert len(tasks[0]["errors"]) == 1
        sentence = f"are held since {since:%Y-%m-%d %H:%M} UTC, this is number 3"
        assert sentence in tasks[2]["errors"][-1]

        assert (await admin.post(f"{TASKS}/{ids[1]}/apply")).status_code == 202
        await wait_for_end(ids[1], "succeeded")
        await wait_for_end(ids[2], "succeeded")
        await wait_for_end(ids[4], "succeeded")
    truncated = (await admin.get(f"{TASKS}/{ids[3]}")).json()
    assert (truncated["state"], truncated["later_held"]) == ("refused", 0)
    assert truncated["errors"] == [f"A later price list was imported by task {ids[4]}."]
    assert truncated["held_reasons"][0].startswith("7 of the supplier's 10 items are missing")
    prices = "SELECT DISTINCT current_price::text FROM supplier_items WHERE absent_since IS NULL"
    assert await rows(conn, prices) == [("12",)]
    rest = "SELECT count(*) FROM supplier_items WHERE absent_since IS NOT NULL"
    assert await rows(conn, rest) == [(10,)]


async def test_undo_has_held_lists_compared_with_the_restored_prices(
    admin: Client,
    conn: Connection,
    submit_task: SubmitTask,
    running_worker: RunningWorker,
    wait_for_end: WaitForEnd,
) -> None:
    supplier_id = await builders.supplier(conn)
    async with running_worker():
        ids = [
            await submit_task(supplier_id, price_list(1, 20, price))
            for price in ("10", "14", "4", "9")
        ]
        await wait_for_end(ids[1], "succeeded")
        held = [await wait_for_end(task_id, "held") for task_id in ids[2:]]
        assert "changes from 14.00 to 4.00" in held[0].errors[0]
        undo = (await admin.post(f"{TASKS}/{ids[1]}/undo")).json()
        await wait_for_end(UUID(undo["task_id"]), "succeeded")
        await wait_for_end(ids[3], "succeeded")
    replaced = (await admin.get(f"{TASKS}/{ids[2]}")).json()
    assert replaced["state"] == "refused"
    assert "changes from 10.00 to 4.00" in replaced["held_reasons"][0]


async def test_worker_applies_upcoming_prices_by_itself(
    conn: Connection, running_worker: RunningWorker
) -> None:
    await builders.item(conn, await builders.supplier(conn), "10")
    await conn.execute("UPDATE supplier_items SET next_cost = 11, next_from = '2026-01-01'")
    upcoming = "SELECT FROM supplier_items WHERE next_from IS NOT NULL"
    async with running_worker(), asyncio.timeout(WAIT_TIMEOUT_SECONDS):
        while True:
            if not await rows(conn, upcoming):
                break
            await asyncio.sleep(0.05)
    assert await rows(conn, "SELECT current_price::text FROM supplier_items") == [("11",)]
