"""Lists by commands: their filters, held price lists, items of a supplier, an entity's audit."""

import csv
import json
from collections.abc import Callable

import pytest

from pricebook.embedded import Endpoints
from running_system import System

Run = Callable[..., str]


@pytest.fixture
def run(system: System, database_url: str, endpoints: Endpoints) -> Run:
    """Run a command that succeeds; return its output."""
    environment = {"DATABASE_URL": database_url, "REDIS_URL": endpoints.redis_url}

    def run(*words: str, succeeds: bool = True) -> str:
        done = system.run(*words, **environment)
        assert (done.returncode == 0) == succeeds, done.stderr
        return done.stdout if succeeds else done.stderr

    return run


def import_list(system: System, run: Run, *prices: str, succeeds: bool = True) -> None:
    lines = [f"A-{number},Nail {number},{price}\n" for number, price in enumerate(prices)]
    (system.folder / "list.csv").write_text("Article code,Name,Price\n" + "".join(lines))
    words = ("--supplier", "ACME", "--create-supplier", "--create-products")
    run("import", "list.csv", *words, succeeds=succeeds)


def test_lists_have_the_filters_of_their_routes(system: System, run: Run) -> None:
    import_list(system, run, "10", "10", "10")
    import_list(system, run, "11", "10", "10")
    import_list(system, run, "90", "91", succeeds=False)
    assert run("tasks", "list", "--supplier", "acme", "--state", "held").count("held") == 1
    assert "no supplier 'ACNE'. Did you mean 'ACME'?" in run(
        "tasks", "list", "--supplier", "ACNE", succeeds=False
    )
    (held,) = json.loads(run("tasks", "list", "--state", "held", "--json"))["data"]
    changes = run("tasks", "changes", held["id"]).splitlines()
    assert changes[0] == "row 2  A-0  Nail 0: 11.00 → 90.00 USD (+718.18 %)"
    absent = run("tasks", "changes", held["id"], "--kind", "absent")
    assert absent == "A-2  Nail 2: 10.00 USD\n"
    assert run("tasks", "changes", held["id"], "--kind", "new") == "No articles are new.\n"

    items = run("suppliers", "items", "ACME", "--search", "A-1").splitlines()
    assert items[0].startswith("A-1  Nail 1  10.00  =  PROD-")
    assert items[1] == "1 of 1 item."
    (product,) = json.loads(run("products", "list", "--search", "A-1", "--json"))["data"]
    sku = product["internal_sku"]
    assert sku in run("products", "list", "--unpriced", "--supplier", "ACME", "--sort", "-name")
    assert sku not in run("products", "list", "--max-margin", "5")
    assert "product.created" in run("audit", "--entity", sku)
    run("suppliers", "set", "ACME", "--set", "vat_included=false")
    first, _, cursor = run("audit", "--entity", "ACME", "--limit", "1").partition("--cursor=")
    assert "supplier.updated" in first
    assert "supplier.created" in run("audit", "--entity", "ACME", "--cursor", cursor.strip())

    run("prices", "changes", "--csv", "changes.csv")
    (line,) = csv.DictReader((system.folder / "changes.csv").read_text().splitlines())
    shown = run("prices", "changes", "--task", line["task_id"])
    assert "A-0" in shown
    assert f"task {line['task_id']}" in run("audit", "--task", line["task_id"])
