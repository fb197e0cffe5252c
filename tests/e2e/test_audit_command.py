"""The command `pricebook audit`, and commands as authors."""

import json

import psycopg
import pytest

from pricebook.embedded import Endpoints
from running_system import System


@pytest.fixture
def environment(database_url: str, endpoints: Endpoints) -> dict[str, str]:
    return {
        "DATABASE_URL": database_url,
        "REDIS_URL": endpoints.redis_url,
        "SUDO_USER": "berta",
    }


def test_commands_are_logged_with_who_runs_them(
    system: System, environment: dict[str, str], database_url: str
) -> None:
    done = system.run("suppliers", "add", "ACME", "--type", "csv", **environment)
    assert (done.returncode, done.stderr) == (0, "")
    with psycopg.connect(database_url) as session:
        session.execute("UPDATE suppliers SET is_active = false")
    shown = system.run("audit", "--actor", "berta", **environment)
    assert (shown.returncode, shown.stderr) == (0, "")
    line, total = shown.stdout.splitlines()
    assert " berta (command) supplier.created ACME: " in line
    assert "name – → ACME" in line
    assert total == "1 of 1 changes."
    first = system.run("audit", "--limit", "1", **environment).stdout.splitlines()
    assert first[0].endswith("pricebook (database) supplier.updated ACME: is_active True → False")
    # A cursor may begin with a hyphen, so that it is part of the option.
    cursor = first[-1].removeprefix("Next page: ")
    assert cursor.startswith("--cursor=")
    second = json.loads(system.run("audit", cursor, "--json", **environment).stdout)
    assert [entry["actor"]["name"] for entry in second["data"]] == ["berta"]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--task", "1"), "1 is not an id: `pricebook tasks list` shows them."),
        (("--cursor", "x"), "cursor"),
        (("--since", "2026-02-01", "--until", "2026-01-01"), "since: is after until"),
    ],
)
def test_bad_filters_are_one_sentence(
    system: System, environment: dict[str, str], arguments: tuple[str, ...], sentence: str
) -> None:
    done = system.run("audit", *arguments, **environment)
    assert done.returncode == 1
    assert sentence in done.stderr
    assert len(done.stderr.splitlines()) == 1
