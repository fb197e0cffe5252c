"""Exits that Python ignores, in a process of their own."""

import subprocess
import sys

import pytest

TIMEOUT_SECONDS = 60

PROGRAM = """
import os, signal, sys, time
from pricebook.cli import main, up

class StopsInFinalizer:
    def __del__(self):
        os.kill(os.getpid(), signal.SIGTERM)

def wait():
    {prepare}
    StopsInFinalizer()
    time.sleep(3600)

main.app.command(wait)
sys.argv = ["pricebook", "wait"]
main.main()
"""


@pytest.mark.parametrize(
    ("prepare", "code"),
    [
        pytest.param("pass", 143, id="exit"),
        pytest.param("up.raise_interrupt_on_signals()", 130, id="interrupt"),
    ],
)
def test_sigterm_during_a_finalizer_ends_the_command(prepare: str, code: int) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(prepare=prepare)],
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
        check=False,
    )
    assert (ended.returncode, ended.stderr) == (code, "")


def test_other_ignored_errors_are_printed() -> None:
    program = PROGRAM.format(prepare="pass").replace(
        "os.kill(os.getpid(), signal.SIGTERM)", "print(1 / 0)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program.replace("time.sleep(3600)", "pass")],
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
        check=False,
    )
    assert ended.returncode == 0
    assert "ZeroDivisionError" in ended.stderr
