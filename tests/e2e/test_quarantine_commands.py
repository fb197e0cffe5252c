"""The commands for quarantined rows and held price lists, as a clerk runs them."""

import json
import re
from pathlib import Path

import pytest

from pricebook.cli.lookups import COMMAND_LINE
from pricebook.embedded import Endpoints
from running_system import System

HEADER = "Article code,Name,Price\n"


@pytest.fixture
def environment(database_url: str, endpoints: Endpoints) -> dict[str, str]:
    return {"DATABASE_URL": database_url, "REDIS_URL": endpoints.redis_url}


def write_list(system: System, **prices: str) -> Path:
    """Write a price list of thirty articles at 10, with other prices for some."""
    codes = [f"A{number}" for number in range(1, 31)]
    path = system.folder / "list.csv"
    path.write_text(HEADER + "".join(f"{code},Nail,{prices.get(code, '10')}\n" for code in codes))
    return path


def test_rows_are_listed_accepted_and_refused(system: System, environment: dict[str, str]) -> None:
    def run(*arguments: str) -> str:
        done = system.run(*arguments, **environment)
        assert done.returncode == 0, done.stderr
        return done.stdout

    run("import", str(write_list(system)), "--supplier", "ACME", "--create-supplier")
    path = write_list(system, A1="1000", A2="0.10", A3="99")
    printed = run("import", str(path), "--supplier", "ACME")
    assert re.search(r"quarantined +│ +3 ", printed)
    assert "3 rows with prices out of line were not imported" in printed
    listing = json.loads(run("quarantine", "list", "--supplier", "acme", "--json"))
    assert listing["total_count"] == 3
    rows = {row["supplier_sku"]: row["id"] for row in listing["data"]}
    shown = run("quarantine", "list")
    assert f"{rows['A1']} open\n  ACME, A1 Nail: 10.00 → 1000.00 (× 100)\n" in shown
    assert shown.endswith("3 of 3 rows.\n")
    assert run("quarantine", "accept", rows["A1"]) == "1 rows accepted.\n"
    assert run("quarantine", "refuse", rows["A2"]) == "1 rows refused.\n"
    again = run("quarantine", "refuse", rows["A1"])
    assert again.startswith(f"0 rows refused.\nA1: The row was accepted by {COMMAND_LINE} before.")
    wrong = system.run("quarantine", "accept", "--supplier", "ACME", "--expect", "2", **environment)
    assert wrong.returncode == 1
    assert "1 rows are open, not 2" in wrong.stderr
    task = listing["data"][0]["task_id"]
    assert run("quarantine", "accept", "--task", task, "--expect", "1") == "1 rows accepted.\n"
    states = json.loads(run("quarantine", "list", "--state", "refused", "--json"))
    assert [row["id"] for row in states["data"]] == [rows["A2"]]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["accept"], "expected one of ids, task_id and supplier_id"),
        (["accept", "first"], "first is not an id"),
        (
            ["list", "--supplier", "Nobody"],
            "There is no supplier 'Nobody'. `pricebook suppliers list`",
        ),
        (
            ["refuse", "--supplier", "Nobody", "--expect", "1"],
            "There is no supplier 'Nobody'. `pricebook suppliers list`",
        ),
    ],
)
def test_error_is_one_sentence(
    system: System, environment: dict[str, str], arguments: list[str], expected: str
) -> None:
    done = system.run("quarantine", *arguments, **environment)
    assert done.returncode == 1
    assert expected in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_held_list_says_since_when_and_how_many_wait(
    system: System, environment: dict[str, str]
) -> None:
    path = write_list(system)
    assert (
        system.run(
            "import", str(path), "--supplier", "ACME", "--create-supplier", **environment
        ).returncode
        == 0
    )
    path.write_text(HEADER + "A1,Nail,10\n")
    first, second = (
        system.run("import", str(path), "--supplier", "ACME", **environment) for _ in range(2)
    )
    assert (first.returncode, second.returncode) == (1, 1)
    assert "this is number 2: applying one of them compares the later ones again" in second.stderr
    (task_id,) = set(re.findall(r"task ([0-9a-f-]{36})", first.stdout))
    shown = system.run("tasks", "show", task_id, **environment).stdout
    assert re.search(r"held since 20\d\d-\d\d-\d\d \d\d:\d\d UTC; 1 later ones wait", shown)
