import json
from pathlib import Path
from subprocess import CompletedProcess
from typing import Protocol

import psycopg
import pytest

from pricebook.embedded import Endpoints
from running_system import System

PASSWORD = "correct horse\n"


class RunUsersCommand(Protocol):
    def __call__(self, *words: str, given: str = "") -> CompletedProcess[str]: ...


@pytest.fixture
def users(tmp_path: Path, database_url: str, endpoints: Endpoints) -> RunUsersCommand:
    """Run `pricebook users …` with the servers of the tests."""
    system = System(tmp_path)

    def run(*words: str, given: str = "") -> CompletedProcess[str]:
        return system.run(
            "users",
            *words,
            given=given,
            DATABASE_URL=database_url,
            REDIS_URL=endpoints.redis_url,
            BCRYPT_COST="10",
        )

    return run


def list_accounts(users: RunUsersCommand) -> list[tuple[str, str, bool]]:
    rows = json.loads(users("list", "--json").stdout)
    return [(row["username"], row["role"], row["is_active"]) for row in rows]


def test_user_lifecycle(users: RunUsersCommand) -> None:
    added = users("add", "Anna", "--role", "admin", "--password-stdin", given=PASSWORD)
    assert (added.returncode, added.stdout) == (0, "User Anna was created with role admin.\n")
    assert list_accounts(users) == [("Anna", "admin", True)]
    assert users("set", "anna", "--role", "sales", "--inactive").returncode == 0
    assert list_accounts(users) == [("Anna", "sales", False)]
    assert "inactive" in users("list").stdout
    assert users("set", "anna", "--active").returncode == 0
    assert list_accounts(users) == [("Anna", "sales", True)]
    assert users("remove", "ANNA").returncode == 0
    assert list_accounts(users) == []


def test_listed_accounts_have_ids(users: RunUsersCommand, database_url: str) -> None:
    users("add", "anna", "--role", "sales")
    (row,) = json.loads(users("list", "--json").stdout)
    with psycopg.connect(database_url) as conn:
        assert conn.execute("SELECT id::text FROM users").fetchall() == [(row["id"],)]


def test_password_is_generated_and_printed_once_without_a_terminal(users: RunUsersCommand) -> None:
    added = users("add", "anna", "--role", "sales")
    assert added.returncode == 0
    _, second = added.stdout.splitlines()
    assert second.startswith("password ")
    assert len(second.split()[1]) == 19


@pytest.mark.parametrize(
    ("words", "given", "code", "sentence"),
    [
        (["add", "anna", "--role", "sales", "--password-stdin"], "short", 1, "8 characters"),
        (["add", "anna", "--role", "sales", "--password-stdin"], "ä" * 40, 1, "72 bytes"),
        (["add", "an", "--role", "sales"], "", 1, "3 to 255 characters"),
        (["add", "\ufb01ona", "--role", "sales"], "", 1, "write fiona"),
        (["add", "anna ", "--role", "sales"], "", 1, "visible character"),
        (["add", "anna", "--role", "boss"], "", 2, "--role"),
        (["add", "anna"], "", 2, "--role"),
        (["set", "nobody", "--inactive"], "", 1, "No user is named nobody"),
        (["set", "nobody"], "", 1, "Nothing to change"),
        (["remove", "nobody"], "", 1, "No user is named nobody"),
    ],
)
def test_error_is_one_sentence(
    users: RunUsersCommand, words: list[str], given: str, code: int, sentence: str
) -> None:
    refused = users(*words, given=given)
    assert refused.returncode == code
    assert sentence in refused.stderr
    assert refused.stderr.startswith("pricebook: ")
    assert "Traceback" not in refused.stderr
    assert refused.stdout == ""


def test_name_taken_in_another_case_is_refused(users: RunUsersCommand) -> None:
    assert users("add", "anna", "--role", "sales").returncode == 0
    refused = users("add", "ANNA", "--role", "admin")
    assert refused.returncode == 1
    assert refused.stderr == "pricebook: A user named ANNA already exists.\n"
    assert list_accounts(users) == [("anna", "sales", True)]
