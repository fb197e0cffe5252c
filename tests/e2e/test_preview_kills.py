"""SIGKILL of a worker or of the API around a preview: nothing is half done, lost or done twice.

After each kill the tables are those from before it; what its page shows is the truth throughout.
"""

import os
import re
import signal
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from html import unescape
from typing import Any

import bcrypt
import httpx
import psycopg
import pytest
from psycopg.conninfo import make_conninfo
from redis import Redis

from pricebook.db.migrations import rights
from running_system import TIMEOUT_SECONDS, Serve, System, children, eventually

PASSWORD = "kmq7-v3xt-h8ra"
ITEMS = 2_000
# So many that the kill comes while the parser process still sends rows.
LONG_LIST = 300_000
APPLIED = "The price list was imported."
READY = "What would happen"
APPLY = re.compile(r'action="([^"]+/apply)"><input [^>]*name="compared_at" value="([^"]+)"')
CATALOG = """
    WITH supplier AS (
        INSERT INTO suppliers (name, source_type) VALUES ('ACME', 'csv') RETURNING id
    ), product AS (
        INSERT INTO products (internal_sku, name, status)
        SELECT 'P-' || n, 'Nail ' || n, 'active' FROM generate_series(1, %s) AS n
        RETURNING id, internal_sku, name
    ), item AS (
        INSERT INTO supplier_items (supplier_id, product_id, supplier_sku, name, current_price)
        SELECT supplier.id, product.id, replace(internal_sku, 'P-', 'A-'), product.name, 5
        FROM supplier, product
    )
    SELECT id FROM supplier
"""
COPY = """
    SELECT
        (SELECT md5(string_agg(item::text, ' ' ORDER BY id)) FROM supplier_items AS item),
        (SELECT md5(string_agg(row::text, ' ' ORDER BY row::text)) FROM price_history AS row),
        (SELECT md5(string_agg(product::text, ' ' ORDER BY id)) FROM products AS product),
        (SELECT count(*) FROM parsing_logs), (SELECT count(*) FROM undo_left)
"""
OFFERS = """
    SELECT md5(string_agg(concat_ws(' ', sku, name, price, absent, low, high, suppliers), ';'))
    FROM (
        SELECT supplier_sku, item.name, current_price, absent_since IS NOT NULL, min_price,
            max_price, supplier_count
        FROM supplier_items AS item LEFT JOIN products ON products.id = product_id
        ORDER BY supplier_sku
    ) AS offer (sku, name, price, absent, low, high, suppliers)
"""
HISTORY = "SELECT price::float, count(*) FROM price_history GROUP BY 1 ORDER BY 1"
BLOCKED = """
    SELECT pid FROM pg_stat_activity
    WHERE datname = current_database() AND %s = ANY (pg_blocking_pids(pid))
        AND (usename = 'pricebook_worker') = %s
"""
HAS_WRITTEN = """
    SELECT count(*) FROM pg_locks
    WHERE pid = %s AND relation = 'supplier_items'::regclass AND mode = 'RowExclusiveLock'
"""
UNDONE = "SELECT count(*) FROM ingestion_tasks WHERE undone_by IS NOT NULL"
PREVIEWS = "SELECT state, attempts FROM import_previews"
ROWS_READ = "SELECT rows_read FROM import_previews"
TASKS = "SELECT count(*) FROM ingestion_tasks"
SESSIONS = "SELECT count(*) FROM pg_stat_activity WHERE pid = ANY (%s)"

Apply = Callable[[], httpx.Response]


class Running:
    """The API and a worker as processes, a logged-in session, and the tables."""

    def __init__(self, system: System, serve: Serve, database_url: str, redis_url: str) -> None:
        self._system, self._serve = system, serve
        self._environment = {
            "DATABASE_URL": make_conninfo(database_url, user=rights.WORKER_ROLE),
            "REDIS_URL": redis_url,
            "UPLOADS_DIR": str(system.folder),
            "WORKER_LEASE_SECONDS": "5",  # a starved worker renews it late
            "LOG_LEVEL": "warning",
        }
        self.database_url, self.redis_url = database_url, redis_url
        self.client = httpx.Client(
            base_url=f"http://127.0.0.1:{system.port}",
            headers={"Accept": "text/html", "Sec-Fetch-Site": "same-origin"},
            timeout=TIMEOUT_SECONDS,
        )
        self.worker = self.start_worker()
        self.api = self.start_api()
        self.supplier_id = self.one(CATALOG, ITEMS)

    def start_worker(self) -> subprocess.Popen[str]:
        self.worker = self._system.start("worker", **self._environment)
        return self.worker

    def start_api(self) -> subprocess.Popen[str]:
        self.api = self._serve(UPLOADS_DIR=str(self._system.folder), WORKERS="1")
        return self.api

    def kill_worker(self) -> None:
        self.worker.kill()
        self.worker.wait()

    def kill_api(self) -> None:
        """Kill the processes of the API, none of which may start or warn another one."""
        self.api.send_signal(signal.SIGSTOP)
        for pid in children(self.api.pid):
            os.kill(pid, signal.SIGKILL)
        self.api.kill()
        self.api.wait()

    def one(self, statement: str, *values: Any) -> Any:
        rows = self.rows(statement, *values)
        return rows[0][0] if rows else None

    def rows(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.database_url, autocommit=True) as conn:
            return conn.execute(statement.encode(), values).fetchall()

    def copy(self) -> list[tuple[Any, ...]]:
        """Return the items, their history, the products, rejected rows and left-out undos."""
        return self.rows(COPY)

    def log_in(self) -> None:
        hashed = bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(4)).decode()
        statement = "INSERT INTO users (username, role, password_hash) VALUES ('buyer', %s, %s)"
        self.rows(statement + " RETURNING id", "admin", hashed)
        sent = {"username": "buyer", "password": PASSWORD, "next": "/console"}
        assert self.client.post("/login", data=sent).status_code == 303

    def upload(self, count: int, price: float, *, extra: str = "") -> str:
        """Send a price list of the supplier; return the address of its preview."""
        lines = (f"A-{number},Nail {number},{price}" for number in range(1, count + 1))
        text = "\n".join(["Code,Name,Price", *lines, extra])
        fields = {"supplier_id": str(self.supplier_id), "new_supplier": "", "address": ""}
        sent = {"file": ("list.csv", text.encode())}
        response = self.client.post("/console/imports/new", data=fields, files=sent)
        assert response.status_code == 303, response.text
        return response.headers["location"]

    def page(self, address: str) -> str:
        response = self.client.get(address)
        assert response.status_code == 200, response.text
        return unescape(response.text)

    def wait_for_page(self, address: str, sentence: str) -> str:
        """Wait until a page has a sentence; return the page."""
        pages = [""]

        def is_shown() -> bool:
            pages.append(self.page(address))
            return sentence in pages[-1]

        try:
            eventually(is_shown)
        except AssertionError:
            pytest.fail(f"{sentence!r} is not on the page: {pages[-1]}")
        return pages[-1]

    def apply_form(self, address: str) -> tuple[str, dict[str, str]]:
        """Return where the form of a preview that is ready is sent, and its fields."""
        found = APPLY.search(self.wait_for_page(address, READY))
        assert found
        return found[1], {"compared_at": found[2]}

    def wait_for_blocked(self, pid: int, *, is_worker: bool) -> int:
        """Wait until a session waits for a lock of another one; return its process id."""
        eventually(lambda: self.rows(BLOCKED, pid, is_worker) != [])
        return self.one(BLOCKED, pid, is_worker)

    def wait_for_end(self, *pids: int) -> None:
        """Wait until PostgreSQL has ended sessions of killed processes."""
        eventually(lambda: self.one(SESSIONS, list(pids)) == 0)


@pytest.fixture
def running(system: System, serve: Serve, database_url: str, redis_url: str) -> Iterator[Running]:
    created = Running(system, serve, database_url, redis_url)
    with created.client:
        created.log_in()
        yield created
        created.worker.send_signal(signal.SIGTERM)
        created.worker.communicate(timeout=TIMEOUT_SECONDS)


def test_preview_whose_worker_is_killed_is_read_again(running: Running) -> None:
    before = running.copy()
    with closing(psycopg.connect(running.database_url)) as conn:
        conn.execute("LOCK TABLE preview_rows")  # no preview can end
        address = running.upload(LONG_LIST, 6.25)
        eventually(lambda: running.one(ROWS_READ) > 0)
        running.kill_worker()
        page = running.page(address)
        assert "Reading the price list" in page
        assert " rows</span>" in page
        running.start_worker()
        running.wait_for_page(address, "Comparing it with the articles")
        running.wait_for_blocked(conn.info.backend_pid, is_worker=True)
        running.kill_worker()
        assert "Comparing it with the articles" in running.page(address)
        assert running.rows(PREVIEWS) == [("reading", 2)]
    assert running.copy() == before
    assert running.one("SELECT count(*) FROM preview_rows") == 0
    running.start_worker()
    running.apply_form(address)
    assert running.rows(PREVIEWS) == [("ready", 3)]
    assert running.one("SELECT count(*) FROM preview_rows") == LONG_LIST
    assert running.copy() == before
    assert running.one(TASKS) == 0


def kill_worker_in_work(
    running: Running, lock: str, begin: Callable[[], str], sentence: str, *, has_written: bool
) -> None:
    """Kill a worker that waits for a lock in its transaction; its page and the tables stay.

    `begin` returns the address of the page.
    """
    before = running.copy()
    with closing(psycopg.connect(running.database_url)) as conn:
        conn.execute(lock.encode())
        address = begin()
        session = running.wait_for_blocked(conn.info.backend_pid, is_worker=True)
        assert (running.one(HAS_WRITTEN, session) > 0) == has_written
        running.wait_for_page(address, sentence)
        running.kill_worker()
        assert sentence in running.page(address)
    running.wait_for_end(session)
    assert running.copy() == before
    assert sentence in running.page(address)


def test_import_and_undo_of_a_preview_whose_worker_is_killed_are_done_once(
    running: Running,
) -> None:
    offers = running.one(OFFERS)
    address = running.upload(ITEMS - 1, 6.25, extra="B-1,Saw,9.75\nB-2,Axe,\n")
    path, fields = running.apply_form(address)

    def apply() -> str:
        assert running.client.post(path, data=fields).status_code == 303
        return address

    def go_on() -> str:
        running.start_worker()
        return address

    def undo() -> str:
        return running.client.post(f"{imported}/undo").headers["location"]

    importing = "Importing the price list"
    lock = "SELECT FROM suppliers FOR NO KEY UPDATE"
    kill_worker_in_work(running, lock, apply, importing, has_written=False)
    lock = "LOCK price_history IN EXCLUSIVE MODE"
    kill_worker_in_work(running, lock, go_on, importing, has_written=True)
    running.start_worker()
    page = running.wait_for_page(address, APPLIED)
    assert running.rows("SELECT state::text FROM ingestion_tasks") == [("partially_succeeded",)]
    assert running.rows(HISTORY) == [(5, ITEMS), (6.25, ITEMS - 1), (9.75, 1)]
    assert running.one("SELECT count(*) FROM products WHERE min_price = 6.25") == ITEMS - 1
    assert running.one("SELECT count(*) FROM preview_rows") == 0

    (imported,) = set(re.findall(r"/console/imports/[0-9a-f-]{36}(?=\")", page))
    lock = "LOCK quarantined_rows IN EXCLUSIVE MODE"
    kill_worker_in_work(running, lock, undo, "The import is being undone.", has_written=True)
    assert APPLIED in running.page(address)
    running.start_worker()
    eventually(lambda: running.one(UNDONE) == 1)
    undone = running.one("SELECT undone_by FROM ingestion_tasks WHERE undone_by IS NOT NULL")
    assert "Everything of the import was undone." in running.page(f"/console/imports/{undone}")
    assert running.one(OFFERS) == offers


def kill_while_it_waits(running: Running, apply: Apply) -> None:
    """Kill the API while the request waits for the row of the preview."""
    with ThreadPoolExecutor(1) as pool, closing(psycopg.connect(running.database_url)) as conn:
        conn.execute("SELECT FROM import_previews FOR UPDATE")
        response = pool.submit(apply)
        session = running.wait_for_blocked(conn.info.backend_pid, is_worker=False)
        running.kill_api()
        assert isinstance(response.exception(), httpx.TransportError)
    running.wait_for_end(session)


def kill_after_commit(running: Running, apply: Apply) -> None:
    """Kill the API when the task is stored, but neither queued in Valkey nor answered."""
    client: Any = Redis
    before = running.one(TASKS)
    with ThreadPoolExecutor(1) as pool, client.from_url(running.redis_url) as redis:
        redis.execute_command("CLIENT", "PAUSE", TIMEOUT_SECONDS * 1000, "WRITE")
        try:
            response = pool.submit(apply)
            eventually(lambda: running.one(TASKS) == before + 1)
            running.kill_api()
            assert isinstance(response.exception(), httpx.TransportError)
        finally:
            redis.execute_command("CLIENT", "UNPAUSE")


def kill_after_answer(running: Running, apply: Apply) -> None:
    """Kill the API as soon as it has answered."""
    response = apply()
    running.kill_api()
    assert response.status_code == 303


def test_preview_whose_api_is_killed_is_applied_whole_or_not_and_once(running: Running) -> None:
    kills = [kill_while_it_waits, kill_after_commit, kill_after_answer]
    for done, kill in enumerate(kills):
        before = running.copy()
        address = running.upload(ITEMS, 6.25 + done)
        path, fields = running.apply_form(address)
        apply = partial(running.client.post, path, data=fields)
        kill(running, apply)
        if kill is kill_while_it_waits:
            assert running.copy() == before
            assert running.one(TASKS) == done
        running.start_api()
        assert (READY in running.page(address)) == (kill is kill_while_it_waits)
        assert apply().status_code == 303  # once more
        running.wait_for_page(address, APPLIED)
        assert running.one(TASKS) == done + 1
        changed = [(6.25 + each, ITEMS) for each in range(done + 1)]
        assert running.rows(HISTORY) == [(5, ITEMS), *changed]
