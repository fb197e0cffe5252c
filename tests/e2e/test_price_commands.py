"""The commands for price changes, as a buyer runs them."""

import csv
import json
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from pricebook.embedded import Endpoints
from running_system import System

CHANGE = """
    WITH supplier AS (
        INSERT INTO suppliers (name, source_type) VALUES ('ACME', 'csv') RETURNING id
    ), product AS (
        INSERT INTO products (internal_sku, name, status, target_price)
        VALUES ('HAM-1', 'Hammer', 'active', 20) RETURNING id
    )
    INSERT INTO supplier_items (supplier_id, product_id, supplier_sku, name, current_price)
    SELECT supplier.id, product.id, 'A-1', 'Hammer', 10 FROM supplier, product;
    UPDATE supplier_items SET current_price = 12
"""


@pytest.fixture
def environment(database_url: str, endpoints: Endpoints) -> dict[str, str]:
    with psycopg.connect(database_url) as conn:
        conn.execute(CHANGE)
    return {"DATABASE_URL": database_url, "REDIS_URL": endpoints.redis_url}


def test_a_price_rise_is_found(system: System, environment: dict[str, str]) -> None:
    def run(*arguments: str) -> str:
        done = system.run("prices", *arguments, **environment)
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout

    shown = run("changes", "--supplier", "acme", "--direction", "up", "--min-percent", "20")
    assert all(text in shown for text in ("HAM-1", "10.00", "12.00", "+20.0", "-2.00", "-10.0"))
    assert json.loads(run("changes", "--unlinked", "--json"))["data"] == []
    (line,) = csv.DictReader(run("export").splitlines())
    assert (line["supplier"], line["old_price"], line["price"]) == ("ACME", "10.00", "12.00")
    (supplier,) = json.loads(run("suppliers", "--json"))["data"]
    assert (supplier["raised"], supplier["weighted_percent"]) == (1, 20)
    assert "+20.0" in run("suppliers")
    assert "margins USD" in run("suppliers")
    assert run("suppliers", "--csv", "sums.csv") == ""
    (sums,) = csv.DictReader((system.folder / "sums.csv").read_text().splitlines())
    assert (sums["supplier"], sums["margin_change"], sums["currency"]) == ("ACME", "-2.00", "USD")
    assert "lowest 12.00, highest 12.00." in run("as-of", "HAM-1")
    assert "lowest unknown, highest unknown." in run("as-of", "HAM-1", "2020-01-01")
    today = f"{datetime.now(UTC):%Y-%m-%d}"
    known, *days = run("series", "HAM-1").splitlines()
    assert known == f"Prices of HAM-1 are known from {today} on, in USD."
    assert days == [f"{today}  12.00"]
    assert len(json.loads(run("series", "HAM-1", "--json"))["data"]) == 90
    furthest = f"{datetime.now(UTC) + timedelta(hours=13, minutes=30):%Y-%m-%d}"
    assert run("series", "HAM-1", "--until", furthest).splitlines()[-1].endswith("12.00")
    assert "lowest " in run("as-of", "HAM-1", furthest)


def test_days_without_any_price_are_one_sentence(
    system: System, environment: dict[str, str]
) -> None:
    days = ("--since", "2020-01-01", "--until", "2020-02-01")
    done = system.run("prices", "series", "HAM-1", *days, **environment)
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == "No price of HAM-1 is known from 2020-01-01 to 2020-02-01.\n"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("as-of", "NONE"), "There is no product NONE: `pricebook products list"),
        (("changes", "--supplier", "none"), "There is no supplier 'none'."),
        (("changes", "--min-percent", "-1"), "--min-percent: expected a number from 0."),
    ],
)
def test_errors_are_one_sentence(
    system: System, environment: dict[str, str], arguments: tuple[str, ...], sentence: str
) -> None:
    done = system.run("prices", *arguments, **environment)
    assert done.returncode == 1
    assert sentence in done.stderr
    assert len(done.stderr.splitlines()) == 1
