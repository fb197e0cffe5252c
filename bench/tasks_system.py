"""Workers and servers that can be killed, and price lists that show what was applied."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self, cast
from uuid import UUID, uuid4

import msgspec
import psycopg
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb
from redis import Redis
from servers import migrated_servers, settings_for

from pricebook.auth import tokens
from pricebook.auth.schemas import User
from pricebook.auth.tokens import TokenKey
from pricebook.embedded import data_folders, valkey
from pricebook.embedded.server_process import processes_in
from pricebook.settings import Settings

WAIT_TIMEOUT_SECONDS = 240


class Soak:
    """A system in which servers and workers are killed: its settings, its database, its workers."""

    def __init__(self, settings: Settings, home: Path) -> None:
        self.settings = settings
        self.home = home
        self._url = settings.required_database_url
        self.redis: Any = cast("Any", Redis).from_url(settings.required_redis_url)
        self.conn = psycopg.connect(self._url, autocommit=True)
        self.workers: list[subprocess.Popen[bytes]] = []
        self.restarted: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.conn.close()
        self.redis.close()
        for processes, number in ((self.workers, signal.SIGTERM), (self.restarted, signal.SIGINT)):
            for process in processes:
                process.send_signal(number)
            for process in processes:
                process.wait()

    def one(self, statement: Any, *values: object) -> Any:
        """Return the first value of a query, None without a row; reconnect when necessary."""
        while True:
            try:
                row = self.conn.execute(statement, values).fetchone()
            except psycopg.OperationalError:
                time.sleep(0.1)
                self._reconnect()
            else:
                return row[0] if row else None

    def _reconnect(self) -> None:
        try:
            self.conn = psycopg.connect(self._url, autocommit=True)
        except psycopg.OperationalError:
            return

    def start_worker(self) -> subprocess.Popen[bytes]:
        """Start a worker process."""
        environment = {
            **os.environ,
            **self.settings.as_environment(),
            "LOG_LEVEL": os.environ.get("LOG_LEVEL", "error"),
        }
        command = [sys.executable, "-m", "pricebook.cli", "worker"]
        self.workers.append(subprocess.Popen(command, env=environment))
        return self.workers[-1]

    def kill_worker_of(self, task_id: UUID) -> None:
        """Send SIGKILL to the worker that has the lease of a task."""
        owner = self.one("SELECT lease_owner FROM ingestion_tasks WHERE id = %s", task_id)
        pid = int(owner.split("/")[1])
        (worker,) = [each for each in self.workers if each.pid == pid]
        worker.kill()
        worker.wait()
        self.workers.remove(worker)

    def supplier(self, name: str) -> UUID:
        """Create a supplier."""
        return self.one(
            "INSERT INTO suppliers (name, source_type) VALUES (%s, 'csv') RETURNING id", name
        )

    def header_of(self, username: str) -> dict[str, str]:
        """Create an admin and return the Authorization header of its requests."""
        settings = self.settings
        user_id = self.one(
            "INSERT INTO users (username, role, password_hash) VALUES (%s, 'admin', '-')"
            " RETURNING id",
            username,
        )
        key = TokenKey(
            settings.required_jwt_secret, settings.jwt_issuer, settings.jwt_expiration_hours
        )
        token, _ = tokens.issue(key, User(user_id, username, "admin"), datetime.now(UTC), uuid4())
        return {"Authorization": f"Bearer {token}"}

    def write_list(self, supplier_id: UUID, rows: int, price: int) -> str:
        """Write a price list of which all rows cost 100.50 + price; return its path in UPLOADS_DIR.

        The next price is so near that no list is held.
        """
        path = self.settings.uploads / f"{supplier_id}-{price}.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = (f"A-{number},Nail {number},{100 + price}.50" for number in range(rows))
        path.write_text("\n".join(["Article code,Name,Price", *lines]))
        return path.name

    def submit(self, supplier_id: UUID, rows: int, price: int) -> UUID:
        """Insert a task for a price list with so many rows; send no message."""
        return self.one(
            """
            INSERT INTO ingestion_tasks (supplier_id, supplier_name, parser_type, source_config)
            SELECT id, name, 'csv', %s FROM suppliers WHERE id = %s RETURNING id
            """,
            Jsonb({"file_path": self.write_list(supplier_id, rows, price)}),
            supplier_id,
        )

    def push(self, task_id: UUID, supplier_id: UUID, rows: int, price: int) -> None:
        """Push the message of a task, as another program does; no row of the task is written."""
        message = {
            "task_id": task_id,
            "parser_type": "csv",
            "supplier_name": self.one("SELECT name FROM suppliers WHERE id = %s", supplier_id),
            "source_config": {"file_path": self.write_list(supplier_id, rows, price)},
            "retry_count": 0,
            "max_retries": 3,
            "enqueued_at": datetime.now(UTC),
        }
        self.redis.lpush(self.settings.redis_queue_name, msgspec.json.encode(message))

    def state(self, task_id: UUID) -> str:
        """Return the state of a task."""
        return self.one("SELECT state FROM ingestion_tasks WHERE id = %s", task_id)

    def describe(self, task_id: UUID) -> str:
        """Return a task, how many tasks are in each state, and what PostgreSQL executes."""
        statements = (
            "SELECT * FROM ingestion_tasks WHERE id = %(id)s",
            "SELECT state, count(*), min(created_at) FROM ingestion_tasks GROUP BY state",
            """
            SELECT pid, state, wait_event_type, wait_event, now() - xact_start AS runs,
                left(query, 120) AS query
            FROM pg_stat_activity WHERE state <> 'idle' AND pid <> pg_backend_pid()
            ORDER BY xact_start
            """,
        )
        with psycopg.connect(self._url) as conn, conn.cursor(row_factory=dict_row) as cursor:
            found = [cursor.execute(each, {"id": task_id}).fetchall() for each in statements]
        return "\n".join(str(row) for rows in found for row in rows)

    def count_ended(self) -> int:
        """Return how many tasks have succeeded."""
        return self.one("SELECT count(*) FROM ingestion_tasks WHERE state = 'succeeded'")

    def count_prices(self) -> int:
        """Return the number of recorded prices: too many show a price list applied twice."""
        return self.one("SELECT count(*) FROM price_history")

    def folder_of(self, server: str) -> Path:
        """Return the folder in which a server (`postgres` or `redis`) runs."""
        return next(
            path
            for path in (self.home / server, *Path("/var/lib/pricebook").glob(f"*/{server}"))
            if path.exists() and processes_in(path)
        )

    def freeze(self, server: str, pause: float) -> None:
        """Stop a server with SIGSTOP for `pause` seconds."""
        frozen = processes_in(self.folder_of(server))
        for pid in frozen:
            os.kill(pid, signal.SIGSTOP)
        time.sleep(pause)
        for pid in frozen:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)

    def restart(self, server: str, pause: float) -> None:
        """Stop a server (`postgres` or `redis`) and start it again after `pause` seconds."""
        folder = self.folder_of(server)
        pid = main_process(processes_in(folder))
        argv = [*Path(f"/proc/{pid}/cmdline").read_text().split("\0")[:-1]]
        if server == "redis":  # its process title differs from its command line
            argv = [*valkey.server(data_folders.prepare_home(self.home), durable=True).argv]
        account = Path(f"/proc/{pid}").stat()
        os.kill(pid, signal.SIGINT if server == "postgres" else signal.SIGKILL)
        while processes_in(folder):
            time.sleep(0.02)
        time.sleep(pause)
        self.restarted.append(
            subprocess.Popen(
                argv,
                user=account.st_uid,
                group=account.st_gid,
                cwd=folder,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        )


def main_process(pids: list[int]) -> int:
    """Return the process whose parent is not among them; ids may wrap around."""
    return next(pid for pid in pids if parent_of(pid) not in pids)


def parent_of(pid: int) -> int:
    """Return the id of the parent of a process."""
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def until(condition: Callable[[], bool]) -> None:
    """Wait until a condition holds; exit the program after WAIT_TIMEOUT_SECONDS."""
    deadline = time.monotonic() + WAIT_TIMEOUT_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            raise SystemExit(f"A condition did not hold within {WAIT_TIMEOUT_SECONDS} s.")
        time.sleep(0.02)


@contextmanager
def soaking(**more: Any) -> Generator[Soak]:
    """Run servers with an empty database, and stop everything afterwards."""
    with migrated_servers() as endpoints:
        home = Path(endpoints.redis_url.removeprefix("unix://")).parents[1]
        settings = msgspec.structs.replace(
            settings_for(endpoints, 8000), uploads_dir=str(home / "uploads"), **more
        )
        with Soak(settings, home) as soak:
            yield soak
