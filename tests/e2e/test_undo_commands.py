"""The command `tasks undo`: what it would do is counted, paged, and written to a file."""

import csv
import json
from collections.abc import Callable
from subprocess import CompletedProcess

import psycopg
import pytest

from pricebook.embedded import Endpoints
from running_system import System

Run = Callable[..., CompletedProcess[str]]
COUNT = 130


@pytest.fixture
def run(system: System, database_url: str, endpoints: Endpoints) -> Run:
    urls = {"DATABASE_URL": database_url, "REDIS_URL": endpoints.redis_url}
    return lambda *words: system.run(*words, **urls)


@pytest.fixture
def task_id(run: Run, system: System, database_url: str) -> str:
    """The import of COUNT items, of which two were changed since."""
    rows = "".join(f"A-{n:03},Hammer {n},{n}.50\n" for n in range(COUNT))
    (system.folder / "list.csv").write_text(f"Article code,Name,Price\n{rows}")
    imported = run("import", "list.csv", "--supplier", "ACME", "--create-supplier", "--json")
    assert imported.returncode == 0, imported.stderr
    with psycopg.connect(database_url) as conn:
        conn.execute("UPDATE supplier_items SET name = 'Saw' WHERE supplier_sku < 'A-002'")
    return json.loads(imported.stdout)["task_id"]


def written(system: System) -> list[dict[str, str]]:
    with (system.folder / "undo.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def test_preview_counts_what_it_does_not_show(run: Run, system: System, task_id: str) -> None:
    shown = run("tasks", "undo", task_id, "--dry-run").stdout
    assert "100 of 128 that would change." in shown
    assert "The others: --page and --limit; --csv FILE writes all." in shown
    shown = run("tasks", "undo", task_id, "--dry-run", "--limit", "1", "--page", "2").stdout
    assert "A-003" in shown
    assert "A-002" not in shown
    page = json.loads(run("tasks", "undo", task_id, "--dry-run", "--limit", "5", "--json").stdout)
    assert len(page["changes"]["data"]) == 5

    preview = run("tasks", "undo", task_id, "--dry-run", "--csv", "undo.csv")
    assert preview.stderr == (
        "Dry run, nothing was undone: undo.csv has 128 items and products that would change, and 2"
        " items and products that would be left.\n"
    )
    rows = written(system)
    assert [row["action"] for row in rows] == ["deleted"] * 128 + ["left"] * 2
    assert {row["state"] for row in rows} == {"planned"}
    assert (rows[0]["code"], rows[0]["price"], rows[0]["reason"]) == ("A-002", "2.50", "")
    assert (rows[-1]["code"], rows[-1]["reason"]) == (
        "A-001",
        "The item was changed after the import.",
    )


def test_all_that_an_undo_left_is_printed(run: Run, system: System, task_id: str) -> None:
    undone = run("tasks", "undo", task_id, "--limit", "1", "--csv", "undo.csv")
    assert undone.returncode == 0, undone.stderr
    assert undone.stderr == "undo.csv has 2 items and products that the undo left.\n"
    *_, count, way, last = undone.stdout.splitlines()
    undo_id = last.split()[-1].rstrip(".")
    assert count == "1 of 2 that are left."
    assert way == f"All that is left, as CSV: `pricebook tasks left {undo_id}`."
    assert [(row["code"], row["state"]) for row in written(system)] == [
        ("A-000", "done"),
        ("A-001", "done"),
    ]
    left = run("tasks", "left", undo_id)
    assert left.stdout.splitlines() == (system.folder / "undo.csv").read_text().splitlines()


def test_file_that_cannot_be_written_is_named(run: Run, system: System, task_id: str) -> None:
    refused = run("tasks", "undo", task_id, "--dry-run", "--csv", "none/undo.csv")
    assert refused.returncode == 1
    assert refused.stderr == (
        "pricebook: none/undo.csv cannot be written: No such file or directory.\n"
    )
    assert refused.stdout
    other_id = task_id[:-1] + ("1" if task_id.endswith("0") else "0")
    unknown = run("tasks", "undo", other_id, "--dry-run", "--csv", "undo.csv")
    assert unknown.returncode == 1
    assert not (system.folder / "undo.csv").exists()
