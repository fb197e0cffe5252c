"""Retries of migrations that wait for locks of other sessions.

Later statements on a table queue behind one that waits for its lock, reads too: each try waits
shortly.
"""

import threading
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager, suppress

import msgspec
import psycopg
from psycopg.rows import class_row

from pricebook.db.lock_holders import BLOCKING_SESSIONS, LockHolder, describe_lock_holders
from pricebook.db.server_checks import connection_error, require_supported_version
from pricebook.errors import DatabaseBusyError, DatabaseNotReadyError

LOCK_TIMEOUT_SECONDS = 1.0
RETRY_SECONDS = 2.0
POLL_SECONDS = 0.25
DEFAULT_WAIT_SECONDS = 60.0


def _report_nothing(_sentence: str) -> None:
    return None


class LockRetries(msgspec.Struct, frozen=True):
    """The seconds during which migrations are retried, and a callback for progress sentences."""

    seconds: float = DEFAULT_WAIT_SECONDS
    report: Callable[[str], None] = _report_nothing


class Attempt:
    """One try: its connection, the revision reached, and the sessions whose locks it waits for."""

    def __init__(self, database_url: str, wait_seconds: float = DEFAULT_WAIT_SECONDS) -> None:
        self.revision: str | None = None
        self.wait_seconds = wait_seconds
        self._url = database_url
        self._backend_pid: int | None = None
        self._holders: Sequence[LockHolder] = ()
        self._finished = threading.Event()

    def __str__(self) -> str:
        """Return the revision reached and the lock holder, as a part of a sentence."""
        return (
            f"after migration {self.revision or 'none'} for {describe_lock_holders(self._holders)}"
        )

    def connect(self) -> psycopg.Connection:
        """Connect with a short lock timeout.

        Raises DatabaseUnavailableError with the reason, DatabaseNotReadyError for an old server.
        """
        try:
            conn = psycopg.connect(self._url, fallback_application_name="pricebook migrate")
        except psycopg.OperationalError as error:
            raise connection_error(error) from error
        try:
            require_supported_version(conn.info.server_version)
        except DatabaseNotReadyError:
            conn.close()
            raise
        conn.execute(
            "SELECT set_config('lock_timeout', %s, false)",
            [f"{int(LOCK_TIMEOUT_SECONDS * 1000)}ms"],
        )
        conn.commit()
        self._backend_pid = conn.info.backend_pid
        return conn

    @contextmanager
    def watch_lock_holders(self) -> Generator[None]:
        """Poll the lock holders in a thread while a block runs."""
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
        with (
            suppress(psycopg.Error),
            psycopg.connect(self._url, autocommit=True) as conn,
            conn.cursor(row_factory=class_row(LockHolder)) as cursor,
        ):
            while not self._finished.wait(POLL_SECONDS):
                holders = cursor.execute(BLOCKING_SESSIONS, [self._backend_pid]).fetchall()
                self._holders = holders or self._holders


def run_with_retries(
    database_url: str, retries: LockRetries, run: Callable[[Attempt], None]
) -> None:
    """Run migrations, retried while other sessions hold locks; raises DatabaseBusyError."""
    deadline = time.monotonic() + retries.seconds
    number = 0
    while True:
        number += 1
        attempt = Attempt(database_url, max(deadline - time.monotonic(), 0))
        try:
            with attempt.watch_lock_holders():
                run(attempt)
        except DatabaseBusyError as error:
            if time.monotonic() + RETRY_SECONDS > deadline:
                raise DatabaseBusyError(
                    f"The migration was not completed: try {number} waited {attempt}, which holds a"
                    " lock. The database stays at that migration; run the command again."
                ) from error
            retries.report(f"Try {number} waited {attempt}; the next one follows.")
            time.sleep(RETRY_SECONDS)
        else:
            return
