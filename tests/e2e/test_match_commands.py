"""The commands for matches, as a buyer runs them."""

import json

import psycopg
import pytest

from pricebook.embedded import Endpoints
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

    assert run("run").startswith("2 unmatched items examined: 2 certain, 0 likely")
    shown = run("list", "--supplier", "acme")
    assert "ACME A0  dewalt dw745 table saw 250 mm  10.00\n    certain " in shown
    assert "same model number dw745" in shown.casefold()
    assert shown.endswith("2 of 2 items.\n")
    first = json.loads(run("accept", "--supplier", "ACME", "A0=SAW-0", "--json"))
    assert (first["linked"], first["refused"]) == (1, 0)
    assert run("accept", "--band", "certain", "--expect", "1").startswith("1 linked, 0 rejected")
    assert run("list") == "0 of 0 items.\n"
    assert "the command line" in run("batches")
    undone = run("undo", first["batch_id"])
    assert undone == "1 links taken back, 0 rejected pairs restored.\n"
    assert run("run").startswith("1 unmatched items examined: 1 certain")
    assert run("reject", "--supplier", "ACME", "A0=SAW-0").startswith("0 linked, 1 rejected")
    assert "auto-link is off" in run("auto-link", "ACME")
    assert "auto-link is on since" in run("auto-link", "ACME", "on")
    assert run("clusters") == "0 of 0 clusters.\n"
    assert "with the release" in run("weights")


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["accept"], "Give pairs such as NW-204=SAW-745 with --supplier"),
        (["accept", "A0=SAW-0"], "Pairs need --supplier"),
        (["accept", "A0", "--supplier", "ACME"], "A0 is no pair: write CODE=SKU"),
        (["accept", "A9=SAW-0", "--supplier", "ACME"], "The supplier has no item A9."),
        (["reject", "A0=X", "--supplier", "ACME"], "There is no product with the SKU X."),
        (["accept", "--expect", "5"], "0 items pass the filter, not 5: nothing was changed."),
        (["undo", "first"], "first is not an id: `pricebook matches batches` shows them."),
        (["list", "--supplier", "Nobody"], "There is no supplier Nobody:"),
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
