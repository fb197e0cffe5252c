"""The tree of commands: groups print their help, and a mistyped command names what is near."""

import re
import subprocess
import sys
from collections.abc import Iterator

import pytest
from cyclopts import App, CycloptsError

from pricebook.cli.main import app
from pricebook.cli.usage_errors import describe_usage_error


def groups(group: App = app, words: str = "") -> Iterator[tuple[str, App]]:
    """Yield each command that has commands, with its words."""
    names = [name for name in group if not name.startswith("-")]
    if names:
        yield words.strip(), group
    for name in names:
        yield from groups(group[name], f"{words} {name}")


def test_no_group_is_a_command_itself() -> None:
    found = dict(groups())
    assert {"", "tasks", "matches batches", "suppliers credentials"} <= set(found)
    for words, group in found.items():
        assert group.default_command is None, words


def test_group_prints_its_help(capsys: pytest.CaptureFixture[str]) -> None:
    for words, _ in groups():
        app(words.split(), result_action="return_value")
        usage = f"Usage: pricebook {words} COMMAND".replace("  ", " ")
        assert capsys.readouterr().out.startswith(usage)


@pytest.mark.parametrize(
    ("words", "lines"),
    [
        ("", {"import": "Import a price list now", "users": "User accounts of the staff."}),
        ("products", {"change": "Preview a change of many products"}),
    ],
)
def test_help_describes_commands_that_no_one_has_called(words: str, lines: dict[str, str]) -> None:
    command = [sys.executable, "-m", "pricebook.cli", *words.split(), "--help"]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    for name, description in lines.items():
        assert re.search(rf"{name} +{re.escape(description)}", printed)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("task list", '`pricebook` has no command "task". Did you mean "tasks"? See `pricebook'),
        (
            "tasks lst",
            '`pricebook tasks` has no command "lst". Did you mean "list"? See `pricebook',
        ),
        ("matches batches shw", '`pricebook matches batches` has no command "shw". Did you mean'),
        ("rules unknowable", '`pricebook rules` has no command "unknowable". See `pricebook rules'),
        ("matches runs list", "`pricebook matches runs` takes no further words: list. See"),
        ("tasks list --limit 0", 'Invalid value "0" for --limit. Expected 1 to 200. See'),
    ],
)
def test_wrong_usage_names_the_command_and_what_is_near(words: str, sentence: str) -> None:
    with pytest.raises(CycloptsError) as refused:
        app.parse_args(words)
    described = describe_usage_error(app, refused.value)
    assert described.startswith(sentence)
    assert described.endswith(" --help`.")
