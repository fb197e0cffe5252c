"""Child programs: start timeout, exit messages and logs."""

import os
import re
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from pricebook.embedded import server_process
from pricebook.embedded.data_folders import Account
from pricebook.embedded.server_process import ChildProcess, Program
from pricebook.errors import EmbeddedServerError
from pricebook.system import file_locks

Run = Callable[..., ChildProcess]
Eventually = Callable[[Callable[[], object]], None]


@pytest.fixture
def run(open_folder: Path) -> Iterator[Run]:
    """Run Python code as a program with a start timeout of one second."""
    account = Account(uid=os.getuid(), gid=os.getgid(), switch_user=False)
    with ExitStack() as stack:
        lock = file_locks.acquire(open_folder / "lock")
        assert lock
        stack.enter_context(lock)

        def start(code: str, *, ready_seconds: float = 1) -> ChildProcess:
            program = Program(
                name="Program",
                argv=(sys.executable, "-u", "-c", code),
                account=account,
                log=open_folder / "logs/program.log",
                stop_signal=server_process.signal.SIGTERM,
                progress=re.compile(rb"redo.*"),
                ready_seconds=ready_seconds,
            )
            return stack.enter_context(server_process.running(program, lock))

        yield start


def test_logged_recovery_extends_the_start_timeout(run: Run) -> None:
    child = run("import time\nfor n in range(600): print('redo', n); time.sleep(0.1)")
    ready_at = time.monotonic() + 3
    child.wait_until_ready(lambda: time.monotonic() > ready_at)


def test_program_without_progress_exceeds_the_start_timeout(run: Run) -> None:
    child = run("import time\nfor n in range(600): print('hello', n); time.sleep(0.1)")
    with pytest.raises(EmbeddedServerError, match="Program is not ready after 1 seconds"):
        child.wait_until_ready(lambda: False)


def test_log_of_a_running_program_is_rotated(
    run: Run, open_folder: Path, eventually: Eventually
) -> None:
    child = run("import time\nprint('x' * 5_000_000)\nwhile True: print('on'); time.sleep(0.1)")
    log = open_folder / "logs/program.log"
    eventually(lambda: log.exists() and log.stat().st_size > 5_000_000)
    server_process.rotate_log(log)
    assert log.stat().st_size < 1_000
    assert log.with_suffix(".old.log").stat().st_size >= 5_000_000
    eventually(lambda: log.read_text("utf-8").startswith("on"))
    child.stop()
    assert str(child.exit_message()).endswith(f"Last log line: on (log file {log}).")


def test_full_disk_is_reported_before_later_errors(run: Run, eventually: Eventually) -> None:
    child = run("print('ERROR:  x: No space left on device\\nPANIC:  cannot abort'); exit(1)")
    eventually(child.exit_message)
    assert "No space left on device (log file" in str(child.exit_message())
