"""Tasks under faults: `python bench/tasks.py kills|redis|postgres|many|limits [rounds [rows]]`.

Each part exits with 1 when a price list was not applied exactly once.
"""

import asyncio
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from statistics import median
from uuid import UUID, uuid4

import httpx
import psycopg
from servers import served
from tasks_system import Soak, soaking, until

TASKS, RUNNING, WORKERS = 22, 2, 2
SUPPLIERS, TASKS_EACH = 50, 20
USERS, EACH = 10, 10
WAITS_WITH = """
    SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE %s
"""


def main() -> None:
    """Run one part."""
    part, *numbers = sys.argv[1:] or ["many"]
    rounds, rows = (*map(int, numbers), *(10, 100_000)[len(numbers) :])
    parts: dict[str, Callable[[], None]] = {
        "kills": lambda: kills(rounds, rows),
        "redis": lambda: redis(rows),
        "postgres": lambda: postgres(rounds, rows),
        "many": many,
        "limits": limits,
    }
    parts[part]()


def expect(what: str, found: object, wanted: object) -> None:
    """Exit the program unless both values are equal."""
    if found != wanted:
        raise SystemExit(f"{what}: {found}, expected {wanted}")


def kills(rounds: int, rows: int) -> None:
    """Kill the worker at each stage of a task that another program has pushed.

    A second worker is alive. After the kill Redis is flushed and the message is pushed again.
    """
    stages = {
        "reading": while_reading,
        "staged": when_staged,
        "merging": while_merging,
        "before commit": before_commit,
        "after commit": after_commit,
    }
    with soaking(worker_tasks=1) as soak:
        supplier_id = soak.supplier("ACME")
        soak.start_worker()
        soak.start_worker()
        first = soak.submit(supplier_id, rows, 1)
        until(lambda: soak.state(first) == "succeeded")
        print(f"{rows:,} rows, {rounds} rounds a stage; seconds from SIGKILL to the next attempt")
        for stage, (name, wait_for) in enumerate({"received": None, **stages}.items()):
            waits: list[float] = []
            for number in range(rounds):
                price = 2 + stage * rounds + number
                waits += kill_round(soak, (supplier_id, rows, price), wait_for)
                expect("prices recorded", soak.count_prices(), rows * price)
                expect("workers", len(soak.workers), WORKERS)
                expect("rejected messages", soak.redis.llen("parse-tasks:rejected"), 0)
            shown = (
                f"median {median(waits):.1f}, worst {max(waits):.1f}" if waits else "no takeover"
            )
            print(f"{name:14} applied once {rounds} times of {rounds}; {shown}", flush=True)


def kill_round(
    soak: Soak, price_list: tuple[UUID, int, int], wait_for: Callable[[Soak, UUID], object] | None
) -> list[float]:
    """Push a task, kill its worker, repeat the message, and wait until the task has succeeded."""
    task_id = uuid4()
    if wait_for is None:
        kill_on_receipt(soak, task_id, price_list)
        started: object = None
    else:
        soak.push(task_id, *price_list)
        started = wait_for(soak, task_id)
        flush(soak)
    while len(soak.workers) < WORKERS:
        soak.start_worker()
    soak.push(task_id, *price_list)
    return seconds_until_taken_over(soak, task_id, started)


def kill_on_receipt(soak: Soak, task_id: UUID, price_list: tuple[UUID, int, int]) -> None:
    """Kill the workers when one has the message and the task has no row: the table is locked."""
    with psycopg.connect(soak.settings.required_database_url) as holder:
        holder.execute("LOCK TABLE ingestion_tasks IN EXCLUSIVE MODE")
        soak.push(task_id, *price_list)
        until(lambda: soak.redis.llen("parse-tasks:processing") == 1)
        while soak.workers:
            kill_process(soak.workers.pop())
    expect("tasks with this id", soak.state(task_id), None)


def seconds_until_taken_over(soak: Soak, task_id: UUID, started: object) -> list[float]:
    """Wait until a task succeeds; return the seconds from the kill to its next attempt, if any."""
    killed_at = soak.one("SELECT clock_timestamp()")
    until(lambda: soak.state(task_id) == "succeeded")
    restarted = soak.one("SELECT started_at FROM ingestion_tasks WHERE id = %s", task_id)
    return [] if restarted == started else [max(0.0, (restarted - killed_at).total_seconds())]


def started_at(soak: Soak, task_id: UUID) -> object:
    """Return when the running attempt started."""
    return soak.one("SELECT started_at FROM ingestion_tasks WHERE id = %s", task_id)


def kill(soak: Soak, task_id: UUID) -> object:
    """Kill the worker of a task; return when its attempt started."""
    started = started_at(soak, task_id)
    soak.kill_worker_of(task_id)
    return started


def while_reading(soak: Soak, task_id: UUID) -> object:
    """Kill while the price list is read."""
    until(lambda: soak.state(task_id) == "running")
    time.sleep(random.uniform(0, 0.5))
    return kill(soak, task_id)


def when_staged(soak: Soak, task_id: UUID) -> object:
    """Kill when all rows are staged and none is compared: the items are locked meanwhile."""
    until(lambda: soak.state(task_id) == "running")
    with psycopg.connect(soak.settings.required_database_url) as holder:
        holder.execute("LOCK TABLE supplier_items IN ACCESS EXCLUSIVE MODE")
        until(lambda: soak.one(WAITS_WITH, "%planned_item%") == 1)
        return kill(soak, task_id)


def while_merging(soak: Soak, task_id: UUID) -> object:
    """Kill while the rows are compared and applied."""
    stage = "SELECT stage FROM ingestion_tasks WHERE id = %s"
    until(lambda: soak.one(stage, task_id) == "merging")
    time.sleep(random.uniform(0, 1))
    if soak.state(task_id) == "succeeded":
        return after_the_end(soak, task_id)
    return kill(soak, task_id)


def before_commit(soak: Soak, task_id: UUID) -> object:
    """Kill when all rows are written: the lock on the task's row delays its completion."""
    until(lambda: soak.state(task_id) == "running")
    with psycopg.connect(soak.settings.required_database_url) as holder:
        holder.execute("SELECT FROM ingestion_tasks WHERE id = %s FOR UPDATE", [task_id])
        until(lambda: soak.one(WAITS_WITH, "%SET state =%completed_at%") == 1)
        return kill(soak, task_id)


def after_commit(soak: Soak, task_id: UUID) -> object:
    """Kill as soon as the task has ended."""
    until(lambda: soak.state(task_id) == "succeeded")
    return after_the_end(soak, task_id)


def after_the_end(soak: Soak, task_id: UUID) -> object:
    """Kill a random worker."""
    kill_process(soak.workers.pop(random.randrange(len(soak.workers))))
    return started_at(soak, task_id)


def kill_process(worker: subprocess.Popen[bytes]) -> None:
    """Send SIGKILL and wait for the end."""
    worker.kill()
    worker.wait()


def redis(rows: int) -> None:
    """Flush, restart and stop Redis with 20 tasks queued and 2 running."""
    faults: dict[str, Callable[[Soak], None]] = {
        "FLUSHALL": flush,
        "restarted": lambda soak: soak.restart("redis", 0),
        "stopped for 20 s": lambda soak: soak.restart("redis", 20),
    }
    for name, fault in faults.items():
        with soaking(worker_tasks=1) as soak:
            seconds = run_tasks(soak, rows, fault)
            print(f"redis {name}: {TASKS} done, none applied twice, {seconds:.1f} s", flush=True)


def flush(soak: Soak) -> None:
    """Delete everything in Redis."""
    soak.redis.flushall()


def postgres(rounds: int, rows: int) -> None:
    """Restart PostgreSQL with two tasks running."""
    for number in range(rounds):
        with soaking(worker_tasks=1) as soak:
            seconds = run_tasks(soak, rows, lambda soak: soak.restart("postgres", 1))
            print(f"postgres restarted ({number + 1}): {TASKS} done, none twice, {seconds:.1f} s")


def run_tasks(soak: Soak, rows: int, fault: Callable[[Soak], None]) -> float:
    """Run tasks of one supplier each; inject a fault when two are running. Return seconds."""
    for number in range(TASKS):
        soak.submit(soak.supplier(f"Supplier {number}"), rows, 1)
    start = time.monotonic()
    soak.start_worker()
    soak.start_worker()
    running = "SELECT count(*) FROM ingestion_tasks WHERE state = 'running'"
    until(lambda: soak.one(running) == RUNNING)
    fault(soak)
    until(lambda: soak.count_ended() == TASKS)
    expect("prices recorded", soak.count_prices(), rows * TASKS)
    return time.monotonic() - start


def many() -> None:
    """Run a thousand small tasks for fifty suppliers through two workers."""
    with soaking() as soak:
        suppliers = [soak.supplier(f"Supplier {number}") for number in range(SUPPLIERS)]
        for price in range(1, TASKS_EACH + 1):
            for supplier_id in suppliers:
                soak.submit(supplier_id, 10, price)
        start = time.monotonic()
        soak.start_worker()
        soak.start_worker()
        until(lambda: soak.count_ended() == SUPPLIERS * TASKS_EACH)
        seconds = time.monotonic() - start
        expect("prices recorded", soak.count_prices(), SUPPLIERS * TASKS_EACH * 10)
        out_of_order = """
            SELECT count(*) FROM ingestion_tasks AS one JOIN ingestion_tasks AS later
                USING (supplier_id)
            WHERE (later.enqueued_at, later.id) > (one.enqueued_at, one.id)
                AND later.started_at < one.completed_at
        """
        expect("out of order", soak.one(out_of_order), 0)
        count = SUPPLIERS * TASKS_EACH
        print(f"{count:,} tasks of {SUPPLIERS} suppliers: in order, {count / seconds:.1f} a second")


def limits() -> None:
    """Send the syncs of ten users at once, to two API processes."""
    with soaking(workers=2, port=8123) as soak, served(soak.settings):
        supplier_id = soak.supplier("ACME")
        soak.conn.execute(
            """
            UPDATE suppliers SET metadata = '{"source_config": {"file_path": "list.csv"}}'
            """
        )
        headers = [soak.header_of(f"admin {number}") for number in range(USERS + 1)]
        asyncio.run(send_syncs(soak.settings.address, supplier_id, headers))


async def send_syncs(address: str, supplier_id: UUID, headers: list[dict[str, str]]) -> None:
    """Send twice the allowed syncs of each user at once, and check the responses."""
    body = {"supplier_id": str(supplier_id)}
    async with httpx.AsyncClient(base_url=address, timeout=60, limits=httpx.Limits()) as client:

        async def send_sync(header: dict[str, str]) -> tuple[int, float]:
            start = time.perf_counter()
            response = await client.post("/api/v1/admin/sync", json=body, headers=header)
            return response.status_code, time.perf_counter() - start

        single_header, *headers = headers
        for header in (single_header, *headers):  # open the connections before the measurement
            await client.get("/api/v1/admin/tasks", headers=header)
        single = [(await send_sync(single_header))[1] for _ in range(EACH)]
        sent = [(user, send_sync(header)) for user, header in enumerate(headers * 2 * EACH)]
        responses = await asyncio.gather(*(each for _, each in sent))
    accepted = Counter(
        user % USERS
        for (user, _), (status, _) in zip(sent, responses, strict=True)
        if status == 202  # noqa: PLR2004 (HTTP status)
    )
    expect("accepted", accepted, dict.fromkeys(range(USERS), EACH))
    seconds = sorted(second for _, second in responses)
    p95 = seconds[len(seconds) * 95 // 100]
    print(f"one sync at a time: median {median(single) * 1000:.0f} ms")
    print(f"{len(responses)} syncs at once by {USERS} users: {EACH} accepted each, p95 {p95:.3f} s")


if __name__ == "__main__":
    main()
