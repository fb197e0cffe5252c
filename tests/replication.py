"""A primary and streaming standbys of it, as processes that can be stopped, killed and frozen."""

import os
import signal
import subprocess
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, LiteralString

import msgspec
import psycopg
from psycopg.conninfo import make_conninfo

from databases import SUPERUSER
from pricebook.embedded import binaries, places, postgres, process
from running_system import eventually

# The servers that come with the package are replicated by nobody; the last word counts.
OPTIONS = {"wal_level": "replica", "max_wal_senders": "5", "wal_receiver_status_interval": "1s"}


class Server:
    """A PostgreSQL in a folder of its own."""

    def __init__(self, home: Path) -> None:
        self._places = places.prepare(home)
        self._running = ExitStack()

    @property
    def url(self) -> str:
        return postgres.url(self._places)

    def start(self) -> None:
        self._running.enter_context(places.socket_folder(self._places))
        lock = self._running.enter_context((self._places.locks / "owner").open("w"))
        program = postgres.server(self._places, lock, durable=False)
        options = [word for each in OPTIONS.items() for word in ("-c", "=".join(each))]
        argv = (*program.argv, *options)
        child = process.running(msgspec.structs.replace(program, argv=argv), lock)
        self._running.enter_context(child).await_ready(lambda: postgres.answers(self.url))

    def stop(self) -> None:
        self._running.close()

    def kill(self) -> None:
        """End it as a crash does, and wait until its processes are gone."""
        self._signal(signal.SIGKILL)
        process.await_vacant(self._places.postgres, "PostgreSQL")
        self.stop()

    @contextmanager
    def frozen(self) -> Generator[None]:
        """Let it neither answer nor end."""
        self._signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._signal(signal.SIGCONT)

    def copy_to(self, home: Path) -> "Server":
        """Make a streaming standby, which is not started yet."""
        copy = Server(home)
        account = self._places.account
        folder = binaries.postgres_folder(account)
        made = home / "made"
        url = make_conninfo(self.url, dbname="postgres", user=SUPERUSER)
        places.make_private(made, account)
        subprocess.run(
            [
                *(folder / "pg_basebackup", "--pgdata", made, "--dbname", url),
                *("--write-recovery-conf", "--checkpoint=fast", "--no-sync"),
            ],
            user=account.uid if account.switch else None,
            group=account.gid if account.switch else None,
            extra_groups=[] if account.switch else None,
            cwd="/",
            check=True,
        )
        made.rename(copy._places.postgres)
        return copy

    def run(self, statement: LiteralString, database: str = "postgres") -> list[tuple[Any, ...]]:
        """Run a statement as the administrator."""
        url = make_conninfo(self.url, dbname=database, user=SUPERUSER)
        with psycopg.connect(url, autocommit=True) as conn:
            cursor = conn.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def pause(self, primary: "Server") -> None:
        """Show nothing that is committed from here on, but all that was."""
        ((position,),) = primary.run("SELECT pg_current_wal_insert_lsn()::text")
        asked = f"SELECT pg_last_wal_replay_lsn() >= '{position}'"
        eventually(lambda: self.run(asked) == [(True,)])  # pyright: ignore[reportArgumentType]
        self.run("SELECT pg_wal_replay_pause()")
        paused = [("paused",)]
        eventually(lambda: self.run("SELECT pg_get_wal_replay_pause_state()") == paused)

    def _signal(self, number: signal.Signals) -> None:
        for pid in process.processes_in(self._places.postgres):
            os.kill(pid, number)
