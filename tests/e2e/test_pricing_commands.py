"""The commands for pricing rules and bulk changes of products."""

import csv
import json
from typing import Any

import psycopg
import pytest

from pricebook.cli.lookups import COMMAND_LINE
from pricebook.embedded import Endpoints
from running_system import System

SECRET = "0123456789abcdef0123456789abcdef"
LIST = "sku,name,price\nN-1,Hammer,10.00\nN-2,Saw,20.00\n"


@pytest.fixture
def environment(database_url: str, endpoints: Endpoints) -> dict[str, str]:
    return {
        "DATABASE_URL": database_url,
        "REDIS_URL": endpoints.redis_url,
        "JWT_SECRET": SECRET,
    }


def target_prices(database_url: str) -> list[tuple[str, str | None]]:
    with psycopg.connect(database_url) as conn:
        return conn.execute(
            "SELECT name, round(target_price, 2)::text FROM products ORDER BY 1"
        ).fetchall()


def check_undone(shown: str, listed: str) -> None:
    """Check that the oldest batch is shown with who applied and undid it."""
    assert f"\nApplied by {COMMAND_LINE} at 20" in shown
    assert f"\nUndone by {COMMAND_LINE} at 20" in shown
    newest, _, oldest = listed.splitlines()
    assert newest.endswith(f"by {COMMAND_LINE}: bulk change, target price; applied")
    assert f"by {COMMAND_LINE}: pricing rules, target price; undone 20" in oldest
    assert oldest.endswith(f" by {COMMAND_LINE}")


def test_prices_are_proposed_applied_and_undone(
    system: System, environment: dict[str, str], database_url: str
) -> None:
    def run(*arguments: str) -> str:
        done = system.run(*arguments, **environment)
        assert (done.returncode, done.stderr) == (0, ""), done.stderr
        return done.stdout

    (system.folder / "list.csv").write_text(LIST)
    run("import", "list.csv", "--supplier", "Nordwerk", "--create-supplier", "--create-products")
    added = run("rules", "add", "Tools", "--margin", "25", "--step", "1", "--ending", "0.99")
    assert added.startswith(
        'Rule "Tools" at position 10: margin 25 % of the target price, up to multiples of 1 plus'
        " 0.99."
    )
    assert "Tools" in run("rules", "list")
    first, *_, last = run("rules", "preview").splitlines()
    assert first.endswith("previewed: 2 products change, 2 first priced.")
    batch_id = first.split()[1].rstrip(",")
    assert last == f"Nothing is changed yet: `pricebook batches apply {batch_id}`."
    assert target_prices(database_url) == [("Hammer", None), ("Saw", None)]
    assert "2 applied" in run("batches", "apply", batch_id)
    assert target_prices(database_url) == [("Hammer", "13.99"), ("Saw", "26.99")]

    margin = run("products", "change", "--margin", "50", "--step", "1", "--search", "saw")
    assert "Mean margin 25.9 % → 50.0 %." in margin

    raised: dict[str, Any] = json.loads(
        run("products", "change", "--target-price", "+10%", "--search", "saw", "--json")
    )
    run("batches", "apply", raised["id"])
    assert target_prices(database_url) == [("Hammer", "13.99"), ("Saw", "29.69")]
    undone = run("batches", "undo", batch_id)
    assert "1 undone, 1 left." in undone
    assert "left: The target price was changed after the batch." in undone
    assert target_prices(database_url) == [("Hammer", None), ("Saw", "29.69")]
    assert "Saw: target price none → 26.99" in run("batches", "show", batch_id)
    check_undone(run("batches", "show", batch_id), run("batches", "list"))
    run("rules", "set", "tools", "--markup", "50", "--no-active")
    run("rules", "remove", "tools")


def test_all_changes_of_a_batch_are_written_to_a_file(
    system: System, environment: dict[str, str], database_url: str
) -> None:
    with psycopg.connect(database_url) as conn:
        conn.execute(
            """
            INSERT INTO products (internal_sku, name, status)
            SELECT 'P-' || n, 'Hammer', 'draft' FROM generate_series(1, 250) AS n
            """
        )
    preview = system.run("products", "change", "--target-price", "5", **environment).stdout
    batch_id = preview.split()[1].rstrip(",")
    assert (
        f"20 of 250 changes; all of them: `pricebook batches show {batch_id} --csv FILE`."
        in preview
    )
    show = ("batches", "show", batch_id)
    *lines, _, way = system.run(*show, "--limit", "1", **environment).stdout.splitlines()
    assert way.startswith("More follow: --cursor=")
    *next_lines, _, _ = system.run(
        *show, "--limit", "1", way.split()[-1], **environment
    ).stdout.splitlines()
    assert lines[-1] != next_lines[-1]
    written = system.run(*show, "--csv", "all.csv", **environment)
    assert written.stderr == f"Nothing of batch {batch_id} is applied: all.csv has the preview.\n"
    with (system.folder / "all.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len({row["sku"] for row in rows}) == 250
    assert {(row["new_target_price"], row["batch_state"]) for row in rows} == {
        ("5.00", "previewed")
    }


def test_products_that_a_batch_leaves_out_are_listed(
    system: System, environment: dict[str, str], database_url: str
) -> None:
    with psycopg.connect(database_url) as conn:
        conn.execute(
            """
            INSERT INTO products (internal_sku, name, target_price)
            SELECT 'P-' || n, 'Hammer', CASE WHEN n > 1 THEN 5 END FROM generate_series(1, 4) AS n
            """
        )
    preview = system.run("products", "change", "--target-price", "5", **environment).stdout
    batch_id = preview.split()[1].rstrip(",")
    way = f"`pricebook batches left-out {batch_id}` lists them."
    assert f"Left out: 3 that have the new values; {way}\n" in preview
    left_out = ("batches", "left-out", batch_id)
    first, last = system.run(*left_out, "--limit", "1", **environment).stdout.splitlines()
    assert first.startswith("P-2 Hammer: It has the new values already")
    assert last.startswith("1 of 3 products; ")
    page = json.loads(
        system.run(*left_out, "--page", "2", "--limit", "2", "--json", **environment).stdout
    )
    assert [each["internal_sku"] for each in page["data"]] == ["P-4"]
    assert system.run(*left_out, "--csv", "left.csv", **environment).stdout == ""
    with (system.folder / "left.csv").open(newline="") as file:
        assert {row["reason"] for row in csv.DictReader(file)} == {"unchanged"}
    none = system.run(*left_out, "--reason", "archived", **environment)
    assert none.stderr == "No product that is left out was found.\n"


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (("rules", "add", "x"), "A rule needs --markup or --margin."),
        (
            ("rules", "add", "x", "--markup", "1", "--margin", "1"),
            "A rule has --markup or --margin, not both.",
        ),
        (
            ("rules", "add", "x", "--margin", "100"),
            "--margin: expected 0 to less than 100 with at most four decimals.",
        ),
        (
            ("rules", "remove", "x"),
            "There is no pricing rule x: `pricebook rules list` shows all.",
        ),
        (("rules", "preview"), "There is no active pricing rule: create one first."),
        (
            ("products", "change"),
            "Nothing to change is given: --status, --category, --target-price, --margin, --markup.",
        ),
        (
            ("products", "change", "--margin", "25", "--markup", "30"),
            "Give one of --target-price, --margin and --markup.",
        ),
        (
            ("products", "change", "--target-price", "x"),
            "x is no target price: expected 24.90, +3%, -5% or none.",
        ),
        (
            ("products", "change", "--status", "draft", "--expect", "3"),
            "0 products pass the filter, not 3: nothing was done; look again.",
        ),
        (("batches", "apply", "x"), "x is not an id: `pricebook batches list` shows them."),
    ],
)
def test_error_is_one_sentence(
    system: System, environment: dict[str, str], arguments: tuple[str, ...], error: str
) -> None:
    done = system.run(*arguments, **environment)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", f"pricebook: {error}\n")
