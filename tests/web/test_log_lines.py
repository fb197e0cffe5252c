"""Lines reach who reads them, and nobody waits for who does not."""

import json
import subprocess
import sys

from pricebook.line_writer import MAX_WAITING_BYTES

SPEAKING = """
import logging, structlog
from pricebook.logs import write_logs
write_logs("{level}", "{form}")
structlog.get_logger().info("ours", price=1)
structlog.get_logger().debug("too small")
logging.getLogger("theirs").warning("said %s", "so")
logging.getLogger("theirs").info("with an address")
try:
    password = "hunter2"
    1 / 0
except ZeroDivisionError as error:
    structlog.get_logger().error("failed", exc_info=error)
"""


def said(level: str, form: str) -> list[str]:
    code = SPEAKING.format(level=level, form=form)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == ""
    assert "hunter2" not in done.stderr.replace('password = "hunter2"', "")
    return done.stderr.splitlines()


def test_all_speak_json() -> None:
    ours, theirs, failed = [json.loads(line) for line in said("info", "json")]
    assert ours.items() >= {"level": "info", "event": "ours", "price": 1}.items()
    assert theirs.items() >= {"level": "warning", "event": "said so", "logger": "theirs"}.items()
    assert failed["exception"].endswith("ZeroDivisionError: division by zero")


def test_text_is_told_without_braces() -> None:
    first, second, *_ = said("info", "text")
    assert "ours" in first
    assert "price=1" in first
    assert "said so" in second


def test_what_is_less_important_is_left_out() -> None:
    assert [json.loads(line)["event"] for line in said("error", "json")] == ["failed"]


FLOODING = """
from pricebook.line_writer import MAX_WAITING_BYTES
from pricebook.logs import write_logs
writer = write_logs("info")
for _ in range(2 * MAX_WAITING_BYTES // 1000):
    writer.write(b"x" * 999 + b"\\n")
print("done", flush=True)
input()
"""


def test_nobody_waits_for_a_pipe_that_is_full_and_the_loss_is_told() -> None:
    pipe = subprocess.PIPE
    command = [sys.executable, "-c", FLOODING]
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe) as flooding:
        assert flooding.stdin
        assert flooding.stdout
        assert flooding.stderr
        assert flooding.stdout.readline() == b"done\n"  # nobody has read a line
        lines = 0
        while (line := flooding.stderr.readline()).startswith(b"x"):
            lines += 1
        lost = json.loads(line)
        assert lost["event"] == "log lines were lost, nobody read them"
        assert lines + lost["lines"] == 2 * MAX_WAITING_BYTES // 1000
        flooding.stdin.close()
