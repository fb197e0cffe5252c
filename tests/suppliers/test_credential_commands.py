"""The commands for credentials: the secret comes from standard input and is never printed."""

import json
import secrets
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import psycopg
import pytest

from pricebook.embedded import Endpoints
from running_system import System

SECRET = "kmq7-v3xt-h8ra"
OLD_KEY, NEW_KEY = secrets.token_hex(32), secrets.token_hex(32)
ORIGIN = "https://lists.acme.example"

Run = Callable[..., CompletedProcess[str]]


@pytest.fixture
def run(tmp_path: Path, database_url: str, endpoints: Endpoints) -> Run:
    """Run `pricebook suppliers …`; there is the supplier ACME with an address."""
    system = System(tmp_path)
    urls = {"DATABASE_URL": database_url, "REDIS_URL": endpoints.redis_url}

    def run(*words: str, given: str = "", key: str = OLD_KEY) -> CompletedProcess[str]:
        done = system.run("suppliers", *words, given=given, CREDENTIALS_KEY=key, **urls)
        assert SECRET not in done.stdout + done.stderr
        return done

    assert run("add", "ACME", "--type", "csv", "--set", f"url={ORIGIN}/a").returncode == 0
    return run


def test_credentials_are_set_rotated_and_removed(run: Run, database_url: str) -> None:
    words = ("credentials", "set", "acme", "--kind", "basic", "--user", "shop-4711")
    done = run(*words, given=f"{SECRET}\n")
    assert (done.returncode, done.stdout) == (
        0,
        f"The credentials were stored; they are sent to {ORIGIN} only.\n",
    )
    (supplier,) = json.loads(run("list", "--json").stdout)["data"]
    assert supplier["credentials"]["name"] == "shop-4711"
    assert supplier["credentials"]["updated_by"].startswith("the command line (")
    lost = run("credentials", "encrypt", key=NEW_KEY)
    assert (lost.returncode, lost.stdout) == (1, "")
    assert "CREDENTIALS_KEY does not have the key" in lost.stderr
    expected = "The credentials of 1 suppliers were encrypted with the first key.\n"
    assert run("credentials", "encrypt", key=f"{NEW_KEY},{OLD_KEY}").stdout == expected
    assert run("credentials", "encrypt", key=NEW_KEY).stdout == expected.replace("1", "0")
    assert run("credentials", "remove", "ACME").stdout == "The credentials were removed.\n"
    with psycopg.connect(database_url) as conn:
        assert conn.execute("SELECT FROM supplier_credentials").fetchall() == []
    again = run("credentials", "remove", "ACME")
    assert (again.returncode, again.stderr) == (1, "pricebook: ACME has no credentials.\n")


@pytest.mark.parametrize(
    ("words", "given", "has_key", "sentence"),
    [
        (["--kind", "basic", "--user", "a"], SECRET, False, "CREDENTIALS_KEY is not set"),
        (["--kind", "basic"], SECRET, True, "name: is required by basic"),
        (["--kind", "bearer"], f"{SECRET} x", True, "secret: is not a bearer token"),
        (["--kind", "bearer"], "", True, "secret: expected 1 to 8,000 characters"),
        (["--kind", "basic", "--user", "a"], "\n", True, "secret: expected 1 to"),
        (["--kind", "basic", "--user", "a" * 256], SECRET, True, "name: expected at most 255"),
    ],
)
def test_refusal_is_one_sentence(
    run: Run, words: list[str], given: str, *, has_key: bool, sentence: str
) -> None:
    refused = run("credentials", "set", "ACME", *words, given=given, key=OLD_KEY if has_key else "")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert sentence in refused.stderr
    assert len(refused.stderr.splitlines()) == 1


def test_secret_as_an_argument_is_refused(run: Run) -> None:
    words = ("credentials", "set", "ACME", "--kind", "bearer", "--secret", "abc")
    refused = run(*words)
    assert refused.returncode != 0
    assert "abc" not in run("list", "--json").stdout
