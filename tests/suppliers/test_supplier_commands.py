"""The command `suppliers set` changes all that the API can change."""

import json
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any, Protocol

import psycopg
import pytest

from pricebook.embedded import Endpoints
from running_system import System


class RunSuppliersCommand(Protocol):
    def __call__(self, *words: str) -> CompletedProcess[str]: ...


@pytest.fixture
def suppliers(tmp_path: Path, database_url: str, endpoints: Endpoints) -> RunSuppliersCommand:
    """Run `pricebook suppliers …` with the servers of the tests; there is the supplier ACME."""
    system = System(tmp_path)
    urls = {"DATABASE_URL": database_url, "REDIS_URL": endpoints.redis_url}

    def run(*words: str) -> CompletedProcess[str]:
        return system.run("suppliers", *words, **urls)

    config = ["--set", "header_row=3", "--set", "column_mapping.price=Net"]
    assert run("add", "ACME", "--type", "csv", *config).returncode == 0
    return run


def shown(suppliers: RunSuppliersCommand) -> dict[str, Any]:
    (supplier,) = json.loads(suppliers("list", "--json").stdout)["data"]
    return supplier


def test_every_field_is_changed(suppliers: RunSuppliersCommand, database_url: str) -> None:
    words = [
        *("acme", "--rename", "ACME Tools", "--type", "excel", "--email", "lists@acme.example"),
        *("--inactive", "--auto-link", "--set", "sync_every=60", "--set", "currency=EUR"),
        *("--set", "vat_rate=19", "--set", "row_price_factor=2", "--set", "mode=partial"),
        *("--set", "column_mapping.sku=Code", "--unset", "header_row"),
    ]
    done = suppliers("set", *words, "--json")
    assert done.returncode == 0, done.stderr
    changed = json.loads(done.stdout)
    assert changed == shown(suppliers)
    assert (changed["name"], changed["source_type"]) == ("ACME Tools", "excel")
    assert (changed["contact_email"], changed["is_active"]) == ("lists@acme.example", False)
    assert changed["source_config"] == {
        "sync_every": "60",
        "currency": "EUR",
        "vat_rate": "19",
        "row_price_factor": 2.0,
        "mode": "partial",
        "column_mapping": {"price": "Net", "sku": "Code"},
    }
    with psycopg.connect(database_url) as conn:
        assert conn.execute("SELECT switched_off_at FROM auto_links").fetchall() == [(None,)]


def test_what_is_not_named_stays(suppliers: RunSuppliersCommand) -> None:
    before = shown(suppliers)
    done = suppliers("set", "ACME", "--unset", "column_mapping.price", "--no-auto-link")
    assert (done.returncode, done.stdout) == (0, "Supplier ACME was changed.\n")
    after = shown(suppliers)
    assert after["source_config"] == {"header_row": 3, "column_mapping": {}}
    names = ("updated_at", "source_config")
    assert after == before | {name: after[name] for name in names}
    suppliers("set", "ACME", "--email", "a@acme.example", "--active")
    assert suppliers("set", "ACME", "--email", "").returncode == 0
    assert shown(suppliers)["contact_email"] is None


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["nobody", "--inactive"], "There is no supplier 'nobody'. "),
        (["ACME"], "Nothing to change: "),
        (["ACME", "--set", "mode=some"], "source_config.mode: expected one of full, partial."),
        (["ACME", "--set", "sync_every=0"], "--set sync_every: expected 1 to "),
        (["ACME", "--unset", "colour"], "unknown field colour"),
        (["ACME", "--email", "nobody"], "--email: is not an email address."),
    ],
)
def test_error_is_one_sentence(
    suppliers: RunSuppliersCommand, words: list[str], sentence: str
) -> None:
    refused = suppliers("set", *words)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert sentence in refused.stderr
    assert len(refused.stderr.splitlines()) == 1
