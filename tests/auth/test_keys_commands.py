"""The commands `keys`."""

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from subprocess import CompletedProcess
from typing import Protocol

import pytest

from pricebook.auth.key_format import read_key
from pricebook.cli.lookups import COMMAND_LINE
from pricebook.embedded import Endpoints
from running_system import System


class RunKeysCommand(Protocol):
    def __call__(self, *words: str) -> CompletedProcess[str]: ...


@pytest.fixture
def keys(tmp_path: Path, database_url: str, endpoints: Endpoints) -> RunKeysCommand:
    """Run `pricebook keys …` with the servers of the tests."""
    system = System(tmp_path)
    urls = {"DATABASE_URL": database_url, "REDIS_URL": endpoints.redis_url}
    return lambda *words: system.run("keys", *words, **urls)


def test_key_is_created_listed_and_revoked(keys: RunKeysCommand) -> None:
    created = keys("add", "ERP", "--role", "sales")
    assert created.returncode == 0, created.stderr
    sentence, line = created.stdout.splitlines()
    day = datetime.now(UTC) + timedelta(days=365)
    assert re.fullmatch(
        r"API key ERP was created with role sales; it expires \d{4}-\d\d-\d\d\.", sentence
    )
    assert sentence[-11:-1] in {f"{day - timedelta(days=1):%Y-%m-%d}", f"{day:%Y-%m-%d}"}
    reference = read_key(line.removeprefix("key "))
    assert reference
    listed = keys("list").stdout
    assert re.search(rf"ERP .* sales .* {sentence[-11:-1]} .* never ", listed)
    assert line[-49:] not in listed
    revoked = keys("revoke", "erp")
    assert (revoked.returncode, revoked.stdout) == (0, "API key ERP is revoked.\n")
    assert keys("revoke", str(reference.id)).returncode == 0
    (key,) = json.loads(keys("list", "--json").stdout)["data"]
    assert (key["state"], key["created_by"]) == ("revoked", COMMAND_LINE)


def test_read_only_key_is_listed_as_such(keys: RunKeysCommand) -> None:
    created = keys("add", "ERP", "--role", "sales", "--read-only")
    assert created.returncode == 0, created.stderr
    assert "was created with role sales, read-only; it expires" in created.stdout
    assert re.search(r"ERP .* sales, read-only ", keys("list").stdout)
    (key,) = json.loads(keys("list", "--json").stdout)["data"]
    assert key["read_only"] is True


def test_expiry_is_chosen(keys: RunKeysCommand) -> None:
    never = json.loads(keys("add", "A", "--role", "admin", "--never", "--json").stdout)
    assert never["expires_at"] is None
    week = json.loads(keys("add", "B", "--role", "admin", "--days", "7", "--json").stdout)
    remaining = datetime.fromisoformat(week["expires_at"]) - datetime.now(UTC)
    assert timedelta(days=6, hours=23) < remaining < timedelta(days=7)


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (["add", "ERP"], 2, "--role"),
        (["add", "ERP", "--role", "boss"], 2, "Choose from"),
        (["add", " ", "--role", "sales"], 1, "name: expected 1 to 100 characters"),
        (["add", "ERP", "--role", "sales", "--days", "0"], 1, "--days must be 1 to 36,500."),
        (["list", "--limit", "0"], 2, "--limit"),
        (["list", "--page", "-1"], 2, "--page"),
        (["revoke", "ERP"], 1, "There is no API key ERP: `pricebook keys list` shows all."),
        (["revoke", "5b8e1d6c-3f0a-4b57-9c21-7a4d0e9f6b12"], 1, "There is no API key 5b8e1d6c-"),
    ],
)
def test_error_is_one_sentence(
    keys: RunKeysCommand, words: list[str], code: int, sentence: str
) -> None:
    refused = keys(*words)
    assert (refused.returncode, refused.stdout) == (code, "")
    assert sentence in refused.stderr
    assert len(refused.stderr.splitlines()) == 1
