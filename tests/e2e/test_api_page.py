"""The shell examples of docs/api.md, run against the demo data."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from running_system import ENVIRONMENT, TIMEOUT_SECONDS, System

PAGE = (Path(__file__).parents[2] / "docs/api.md").read_text()
BLOCKS = re.findall(r"```\n(.*?)```", PAGE, re.DOTALL)
FUNCTIONS = [line for line in BLOCKS[0].splitlines() if "() {" in line]
END = "-- end of a response --"
CHANGING = (
    (re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{32}"), "an id"),
    (re.compile(r'(?<="next_cursor":")[^"]+'), "a cursor"),
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z"), "a time"),
)


def steps(block: str) -> list[tuple[str, str]]:
    """Return the commands of an example with the response that the page shows for each."""
    parts = re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]
    return [(command, output) for command, _, output in (part.partition("\n") for part in parts)]


def comparable(output: str) -> Any:
    """Replace ids, times and cursors, which differ at each run; decode JSON or split into words."""
    for changing, name in CHANGING:
        output = changing.sub(name, output)
    try:
        return json.loads(output)
    except ValueError:
        return output.split()


def run(commands: list[str], **variables: str) -> list[str]:
    lines = [*FUNCTIONS, *(f"{command}\necho '{END}'" for command in commands)]
    done = subprocess.run(
        ["bash", "-c", "\n".join(lines)],
        env={**ENVIRONMENT, **variables},
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
        check=True,
    )
    assert done.stderr == ""
    return done.stdout.split(END + "\n")[:-1]


def test_examples_return_the_responses_that_the_page_shows(system: System) -> None:
    printed = "\n".join(system.up())
    passwords = {
        name.upper(): password
        for name, password in re.findall(r"^user (\w+) password (\S+)$", printed, re.MULTILINE)
    }
    examples = [example for block in BLOCKS[1:] if (example := steps(block))]
    assert len(examples) == 3
    for example in examples:
        outputs = run(
            [command for command, _ in example],
            API=f"http://127.0.0.1:{system.port}/api/v1",
            **passwords,
        )
        for (command, expected), output in zip(example, outputs, strict=True):
            assert comparable(output) == comparable(expected), command


def test_page_has_an_example_for_each_role() -> None:
    for role in ("sales", "procurement", "admin"):
        assert f"log_in {role}" in PAGE


@pytest.mark.parametrize("block", BLOCKS[1:])
def test_every_request_of_an_example_has_a_response(block: str) -> None:
    for command, output in steps(block):
        assert output.strip() or "=$(" in command, command
