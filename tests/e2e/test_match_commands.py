"""The commands for matches, as a buyer runs them."""

import csv
import getpass
import io
import json
import re
from pathlib import Path

import msgspec
import psycopg
import pytest

from pricebook.cli import match_output
from pricebook.embedded import Endpoints
from pricebook.matching.examples import RUN
from pricebook.matching.run_schemas import MatchRun
from running_system import System

NAMES = ("DeWalt DW745 table saw 250 mm", "Makita MLT100 table saw 260 mm")


@pytest.fixture
def environment(database_url: str, endpoints: Endpoints) -> dict[str, str]:
    return {"DATABASE_URL": database_url, "REDIS_URL": endpoints.redis_url}


@pytest.fixture
def shelf(database_url: str) -> None:
    """Two saws as products and as unmatched items."""
    with psycopg.connect(database_url) as conn:
        conn.execute("INSERT INTO suppliers (name, source_type) VALUES ('ACME', 'csv')")
        for number, name in enumerate(NAMES):
            conn.execute(
                "INSERT INTO products (internal_sku, name, status) VALUES (%s, %s, 'active')",
                [f"SAW-{number}", name],
            )
            conn.execute(
                """
                INSERT INTO supplier_items (supplier_id, supplier_sku, name, current_price)
                SELECT id, %s, %s, 10 FROM suppliers
                """,
                [f"A{number}", name.lower()],
            )


@pytest.mark.usefixtures("shelf")
def test_items_are_matched_linked_and_unlinked(system: System, environment: dict[str, str]) -> None:
    def run(*arguments: str) -> str:
        done = system.run("matches", *arguments, **environment)
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert run("list").startswith("2 unmatched items not examined yet: `pricebook matches")
    assert run("run").startswith("2 unmatched items examined: 2 certain, 0 likely")
    shown = run("list", "--supplier", "ac")
    assert "ACME A0  dewalt dw745 table saw 250 mm  10.00\n    certain " in shown
    assert "same model number dw745" in shown.casefold()
    assert shown.endswith("2 of 2 items.\n")
    first = json.loads(run("accept", "--supplier", "ACME", "A0=SAW-0", "--json"))
    assert (first["linked"], first["refused"]) == (1, 0)
    linked, count = run("accept", "--band", "certain", "--expect", "1").splitlines()
    assert linked == f"linked  ACME A1  {NAMES[1].lower()}  =  SAW-1  {NAMES[1]}"
    assert count.startswith("1 linked. Take it back:")
    assert run("list") == ""
    assert f"the command line ({getpass.getuser()}): 1 linked" in run("batches", "list")
    assert "linked  ACME A0  dewalt" in run("batches", "show", first["batch_id"])
    assert "SAW-1  Makita" in run("log", "--supplier", "ACME", "--item", "A1")
    undone = run("undo", first["batch_id"])
    assert undone.startswith("1 link taken back, 0 rejections lifted.\n")
    assert "(undone 20" in run("log", "--supplier", "ACME", "--item", "A0")
    assert run("run").startswith("1 unmatched item examined: 1 certain")
    assert "\n1 rejected. Take it back:" in run("reject", "--supplier", "ACME", "A0=SAW-0")
    listed = run("runs")
    assert listed.endswith("3 of 3 runs.\n")  # one waits for the worker since the undo
    assert re.findall(r"succeeded[│ ]+(\d+)", listed) == ["1", "2"]
    assert "auto-link is off" in run("auto-link", "ACME")
    assert "auto-link is on since" in run("auto-link", "ACME", "on")
    assert run("clusters") == ""
    assert "with the release" in run("weights")


@pytest.mark.parametrize("certain", [0, 1])
def test_run_without_a_certain_match_says_what_that_takes(
    capsys: pytest.CaptureFixture[str], certain: int
) -> None:
    match_output.print_run(msgspec.convert(RUN | {"certain": certain}, MatchRun))
    assert ("None is certain:" in capsys.readouterr().out) == (certain == 0)


@pytest.mark.usefixtures("shelf")
def test_refused_decision_fails_the_command(system: System, environment: dict[str, str]) -> None:
    pair = ("--supplier", "ACME", "A0=SAW-0")
    assert system.run("matches", "accept", *pair, **environment).returncode == 0
    refused = system.run("matches", "reject", *pair, **environment)
    assert refused.returncode == 1
    assert "A0: The item is linked to this product" in refused.stdout


@pytest.mark.usefixtures("shelf")
def test_run_waits_for_the_one_that_goes_on(
    system: System, environment: dict[str, str], database_url: str
) -> None:
    with psycopg.connect(database_url, autocommit=True) as conn:
        conn.execute(
            """
            INSERT INTO match_runs (requested_by, state, started_at, lease_expires_at)
            VALUES ('import', 'running', now(), now() + interval '1 hour')
            """
        )
        waiting = system.start("matches", "run", **environment)
        assert waiting.stdout
        assert waiting.stdout.readline().startswith("Waiting for a run that goes on already")
        conn.execute(
            """
            UPDATE match_runs SET state = 'succeeded', completed_at = now(), lease_expires_at = NULL
            WHERE requested_by = 'import'
            """
        )
        assert waiting.stdout.readline().startswith("2 unmatched items examined: 2 certain")


@pytest.mark.usefixtures("shelf")
def test_run_counts_why_certain_items_are_not_linked(
    system: System, environment: dict[str, str]
) -> None:
    def run(*arguments: str) -> str:
        done = system.run("matches", *arguments, **environment)
        assert done.returncode == 0, done.stderr
        return done.stdout

    off = (
        "2 items with a certain suggestion are not linked:\n    2: auto-link of the supplier is off"
    )
    assert off in run("run")
    accepted = json.loads(run("accept", "--band", "certain", "--expect", "2", "--json"))
    run("undo", accepted["batch_id"])
    run("auto-link", "ACME", "on")
    undone = "2 items with a certain suggestion are not linked:\n    2: the link was undone"
    assert undone in run("run")


@pytest.mark.usefixtures("shelf")
def test_list_is_ticked_as_csv_and_read_again(
    system: System, environment: dict[str, str], tmp_path: Path
) -> None:
    def run(*arguments: str) -> str:
        done = system.run("matches", *arguments, **environment)
        assert done.returncode == 0, done.stderr
        return done.stdout

    run("run")
    assert "  ACME A0  dewalt dw745 table saw 250 mm  =  SAW-0  DeWalt" in run("list", "--short")
    lines = list(csv.DictReader(io.StringIO(run("list", "--csv", "--band", "certain"))))
    marks = {("A0", "SAW-0"): "x", ("A1", "SAW-1"): "none"}
    file = tmp_path / "ticked.csv"
    with file.open("w", encoding="utf-8-sig", newline="") as opened:
        writer = csv.DictWriter(opened, lines[0].keys(), delimiter=";")
        writer.writeheader()
        for line in lines:
            mark = marks.get((line["supplier_sku"], line["internal_sku"]), "")
            writer.writerow(line | {"decision": mark})
    decided = run("decide", str(file))
    assert "\n1 linked, 1 dismissed. Take it back:" in decided
    assert "no product fits  ACME A1  " in decided
    assert "\n1 unlinked. Take it back:" in run("unlink", "--supplier", "ACME", "A0")
    made = run("product", "ACME:A0", "--name", "Saw")
    assert ": Saw, draft, 1 item linked.\n" in made
    assert "Take it back: `pricebook matches undo" in made


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["accept"], "Give pairs such as NW-204=SAW-745 with --supplier"),
        (["accept", "A0=SAW-0"], "Pairs need --supplier"),
        (["accept", "A0", "--supplier", "ACME"], "A0 is no pair: write CODE=SKU"),
        (["accept", "A9=SAW-0", "--supplier", "ACME"], "The supplier has no item A9."),
        (["reject", "A0=X", "--supplier", "ACME"], "There is no product with the SKU X."),
        (["accept", "--expect", "5"], "0 items pass the filter, not 5: nothing was changed."),
        (["unlink", "A0", "--supplier", "ACME"], "A0 has no product."),
        (["product", "A0"], "A0 is no item: write SUPPLIER:CODE"),
        (["log", "--item", "A0"], "--item needs --supplier"),
        (["decide", "missing.csv"], "missing.csv cannot be read as CSV"),
        (["undo", "first"], "first is not an id: `pricebook matches batches list` shows them."),
        (
            ["list", "--supplier", "Nobody"],
            "There is no supplier 'Nobody'. `pricebook suppliers list`",
        ),
        (["weights", "--use", "7"], "There are no weights 7."),
    ],
)
@pytest.mark.usefixtures("shelf")
def test_wrong_use_is_one_sentence(
    system: System, environment: dict[str, str], arguments: list[str], expected: str
) -> None:
    done = system.run("matches", *arguments, **environment)
    assert done.returncode == 1
    assert done.stdout == ""
    assert expected in done.stderr
    assert len(done.stderr.splitlines()) == 1
