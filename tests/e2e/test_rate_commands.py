"""The commands for exchange rates."""

import json
from pathlib import Path

import psycopg
import pytest

from pricebook.embedded import Endpoints
from pricebook.rates.schemas import today
from pricelists.fake_web_server import run_fake_web_server
from running_system import System

SECRET = "0123456789abcdef0123456789abcdef"
HISTORY = "Date,USD,GBP,\n2026-11-25,1.0812,0.84,\n2026-11-24,1.08,N/A,\n"
ITEM = """
    WITH supplier AS (
        INSERT INTO suppliers (name, source_type) VALUES ('ACME', 'csv') RETURNING id
    )
    INSERT INTO supplier_items
        (supplier_id, supplier_sku, name, current_price, currency, cost, exchange_rate, rate_date)
    SELECT id, 'A-1', 'Hammer', 11, 'EUR', 10, 1.1, '2020-01-01' FROM supplier
"""


@pytest.fixture
def environment(database_url: str, endpoints: Endpoints) -> dict[str, str]:
    return {
        "DATABASE_URL": database_url,
        "REDIS_URL": endpoints.redis_url,
        "JWT_SECRET": SECRET,
    }


def test_rate_is_set_and_listed(
    system: System, environment: dict[str, str], database_url: str
) -> None:
    with psycopg.connect(database_url) as conn:
        conn.execute(ITEM)
    done = system.run("rates", "set", "eur", "USD", "1.0812", **environment)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"1 EUR = 1.0812 USD on {today()}; items re-computed: 1.\n"
    done = system.run("rates", "set", "eur", "USD", "1.09", **environment)
    assert done.stdout == (
        f"1 EUR = 1.09 USD on {today()} (replaced: 1.0812 → 1.09; the former one was set by a"
        " command); items re-computed: 1.\n"
    )
    system.run("rates", "set", "eur", "USD", "1.0812", **environment)
    done = system.run("rates", "set", "USD", "GBP", "0.8", "--date", "2026-01-02", **environment)
    assert "1 USD = 0.8 GBP on 2026-01-02; items re-computed: 0." in done.stdout
    listed = json.loads(system.run("rates", "list", "--json", **environment).stdout)
    assert [(each["base"], each["rate"], each["source"]) for each in listed["data"]] == [
        ("EUR", "1.0812", "manual"),
        ("USD", "0.8", "manual"),
    ]
    shown = system.run("rates", "list", "--currency", "usd", **environment).stdout
    assert "1.0812" in shown
    assert "GBP" not in shown
    checked = system.run("doctor", **environment).stdout
    assert "ok    rates: newest rates: EUR of today.\n" in checked


def test_missing_rate_is_a_problem_of_the_doctor(
    system: System, environment: dict[str, str], database_url: str
) -> None:
    assert "ok    rates: all items are in USD.\n" in system.run("doctor", **environment).stdout
    with psycopg.connect(database_url) as conn:
        conn.execute(ITEM)
    done = system.run("doctor", **environment)
    assert done.returncode == 1
    assert (
        "wrong rates: there is no exchange rate of EUR of the last year, and price lists need one"
        " of the last 7 days: `pricebook rates set EUR USD RATE`, or set EXCHANGE_RATES_URL.\n"
    ) in done.stdout


def test_file_is_imported(system: System, environment: dict[str, str]) -> None:
    (system.folder / "hist.csv").write_text(HISTORY)
    done = system.run("rates", "import", "hist.csv", **environment)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == (
        "3 rates, the newest of 2026-11-25: 3 new, 0 changed, 0 unchanged; items re-computed: 0.\n"
    )
    done = system.run("rates", "import", "hist.csv", "--json", **environment)
    assert json.loads(done.stdout) == {
        "inserted": 0,
        "changed": 0,
        "unchanged": 3,
        "items_recomputed": 0,
        "replaced": [],
    }


def test_address_is_imported(system: System, environment: dict[str, str], tmp_path: Path) -> None:
    with run_fake_web_server(tmp_path) as web:
        web.pages["hist.csv"] = HISTORY.encode()
        url = web.url("/hist.csv?key=secret", "127.0.0.1")
        trust = {"SSL_CERT_FILE": str(web.ca_file), "ALLOW_PRIVATE_URLS": "true"}
        done = system.run("rates", "import", url, **environment, **trust)
        assert (done.returncode, done.stderr) == (0, "")
        refused = system.run("rates", "import", url, **environment)
        assert refused.returncode == 1
        assert "is in a private network" in refused.stderr
        listed = json.loads(system.run("rates", "list", "--json", **environment).stdout)
        assert {each["source"] for each in listed["data"]} == {web.url("/hist.csv", "127.0.0.1")}


@pytest.mark.parametrize(
    ("arguments", "code", "expected"),
    [
        (["set", "EUR", "USD", "1,08"], 1, "1,08 is no rate: expected a number such as 1.0812."),
        (["set", "EUR", "USD", "0"], 1, "The rate is 0; expected a number above 0 and"),
        (["set", "EURO", "USD", "1"], 1, "EURO is no currency code of three letters such as EUR."),
        (["set", "EUR", "eur", "1"], 1, "A rate is of two currencies, not of EUR twice."),
        (["set", "EUR", "USD"], 2, "RATE"),
        (["set", "EUR", "USD", "1", "--date", "26.11.2026"], 2, "--date"),
        (["list", "--since", "soon"], 2, "--since"),
        (["import", "none.csv"], 1, "none.csv cannot be read: No such file or directory."),
        (["import", "http://lists.test/"], 1, "cannot be read"),
    ],
)
def test_wrong_arguments_are_one_sentence(
    system: System, environment: dict[str, str], arguments: list[str], code: int, expected: str
) -> None:
    done = system.run("rates", *arguments, **environment)
    assert done.returncode == code
    assert done.stderr.startswith("pricebook: ")
    assert done.stderr.count("\n") == 1
    assert expected in done.stderr
