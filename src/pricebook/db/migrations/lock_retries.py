"""How migrations wait for the locks of other sessions: a moment at a time, again and again.

A statement that waits for a lock on a table makes everybody wait who comes after it, readers too.
"""

import threading
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager, suppress

import msgspec
import psycopg

from pricebook.db.lock_holders import BLOCKING_SESSIONS, LockHolder, describe_lock_holders
from pricebook.errors import DatabaseBusyError

LOCK_TIMEOUT_SECONDS = 1.0
RETRY_SECONDS = 2.0
POLL_SECONDS = 0.25


def _report_nothing(_sentence: str) -> None:
    return None


class LockRetries(msgspec.Struct, frozen=True):
    """For how many seconds migrations are tried again, and who shows how that goes."""

    seconds: float = 60
    report: Callable[[str], None] = _report_nothing


class Attempt:
    """One try: the connection, the revision it has reached, and whom it waits for."""

    def __init__(self, database_url: str) -> None:
        self.revision: str | None = None
        self._url = database_url
        self._backend_pid: int | None = None
        self._holders: Sequence[LockHolder] = ()
        self._finished = threading.Event()

    def __str__(self) -> str:
        """Say where the try is and whom it waits for."""
        return (
            f"after migration {self.revision or 'none'} for {describe_lock_holders(self._holders)}"
        )

    def connect(self) -> psycopg.Connection:
        """Connect with a limit on how long a statement waits for a lock."""
        conn = psycopg.connect(self._url, fallback_application_name="pricebook migrate")
        conn.execute(
            "SELECT set_config('lock_timeout', %s, false)",
            [f"{int(LOCK_TIMEOUT_SECONDS * 1000)}ms"],
        )
        conn.commit()
        self._backend_pid = conn.info.backend_pid
        return conn

    @contextmanager
    def watch_lock_holders(self) -> Generator[None]:
        """Look for those who hold what the connection waits for while a block runs."""
        thread = threading.Thread(target=self._poll_lock_holders, daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._finished.set()
            thread.join()

    def _poll_lock_holders(self) -> None:
        if self._finished.wait(POLL_SECONDS):
            return
        with suppress(psycopg.Error), psycopg.connect(self._url, autocommit=True) as conn:
            while not self._finished.wait(POLL_SECONDS):
                rows = conn.execute(BLOCKING_SESSIONS, [self._backend_pid]).fetchall()
                self._holders = [LockHolder(*row) for row in rows] or self._holders


def run_with_retries(
    database_url: str, retries: LockRetries, run: Callable[[Attempt], None]
) -> None:
    """Run migrations, again while others hold locks; raises DatabaseBusyError in the end."""
    deadline = time.monotonic() + retries.seconds
    number = 0
    while True:
        number += 1
        attempt = Attempt(database_url)
        try:
            with attempt.watch_lock_holders():
                run(attempt)
        except DatabaseBusyError as error:
            if time.monotonic() + RETRY_SECONDS > deadline:
                raise DatabaseBusyError(
                    f"The database was not migrated: try {number} waited {attempt}, which holds a"
                    " lock. Nothing was changed."
                ) from error
            retries.report(f"Try {number} waited {attempt}; the next one follows.")
            time.sleep(RETRY_SECONDS)
        else:
            return
