"""Log lines: formats, levels, and a reader that does not read."""

import json
import subprocess
import sys

from pricebook.observability.line_writer import MAX_BUFFERED_BYTES

LOGGING_SCRIPT = """
import logging, structlog
from pricebook.observability.logs import configure_logging
configure_logging("{level}", "{form}")
structlog.get_logger().info("own event", price=1)
structlog.get_logger().debug("below the level")
logging.getLogger("library").warning("from a %s", "library")
logging.getLogger("library").info("with an address")
try:
    password = "hunter2"
    1 / 0
except ZeroDivisionError as error:
    structlog.get_logger().error("failed", exc_info=error)
"""


def logged_lines(level: str, form: str) -> list[str]:
    code = LOGGING_SCRIPT.format(level=level, form=form)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == ""
    assert "hunter2" not in done.stderr.replace('password = "hunter2"', "")
    return done.stderr.splitlines()


def test_all_loggers_write_json() -> None:
    own, library, failed = [json.loads(line) for line in logged_lines("info", "json")]
    assert own.items() >= {"level": "info", "event": "own event", "price": 1}.items()
    assert (
        library.items()
        >= {"level": "warning", "event": "from a library", "logger": "library"}.items()
    )
    assert failed["exception"].endswith("ZeroDivisionError: division by zero")


def test_text_format_has_no_braces() -> None:
    first, second, *_ = logged_lines("info", "text")
    assert "own event" in first
    assert "price=1" in first
    assert "from a library" in second


def test_lower_levels_are_omitted() -> None:
    assert [json.loads(line)["event"] for line in logged_lines("error", "json")] == ["failed"]


FLOODING_SCRIPT = """
from pricebook.observability.line_writer import MAX_BUFFERED_BYTES
from pricebook.observability.logs import configure_logging
writer = configure_logging("info")
for _ in range(2 * MAX_BUFFERED_BYTES // 1000):
    writer.write(b"x" * 999 + b"\\n")
print("done", flush=True)
input()
"""


def test_full_pipe_does_not_block_and_dropped_lines_are_counted() -> None:
    pipe = subprocess.PIPE
    command = [sys.executable, "-c", FLOODING_SCRIPT]
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe) as flooding:
        assert flooding.stdin
        assert flooding.stdout
        assert flooding.stderr
        assert flooding.stdout.readline() == b"done\n"  # before any line is read
        lines = 0
        while (line := flooding.stderr.readline()).startswith(b"x"):
            lines += 1
        dropped = json.loads(line)
        assert dropped["event"] == "log lines were dropped, stderr is not read fast enough"
        assert lines + dropped["lines"] == 2 * MAX_BUFFERED_BYTES // 1000
        flooding.stdin.close()
