"""The commands `webhooks`."""

import json
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import psycopg
import pytest

from pricebook.cli.lookups import COMMAND_LINE
from pricebook.embedded import Endpoints
from running_system import System

Command = Callable[..., CompletedProcess[str]]
URL = "https://erp.example/in"


@pytest.fixture
def webhooks(tmp_path: Path, database_url: str, endpoints: Endpoints) -> Command:
    """Run `pricebook webhooks …` with the servers of the tests."""
    system = System(tmp_path)
    urls = {"DATABASE_URL": database_url, "REDIS_URL": endpoints.redis_url}
    return lambda *words: system.run("webhooks", *words, **urls)


def test_webhook_is_added_changed_tested_and_removed(webhooks: Command) -> None:
    added = webhooks("add", "ERP", URL, "--type", "import.held", "--type", "import.late")
    assert added.returncode == 0, added.stderr
    sentence, secret = added.stdout.splitlines()
    assert sentence == 'Webhook "ERP" sends events behind position 0.'
    assert secret.startswith("secret whsec_")
    (listed,) = json.loads(webhooks("list", "--json").stdout)["data"]
    assert (listed["types"], listed["created_by"]) == (["import.held", "import.late"], COMMAND_LINE)
    assert "import.late" in webhooks("list").stdout
    paused = webhooks("set", "erp", "--no-active", "--type", "all")
    assert (paused.returncode, paused.stdout) == (0, 'Webhook "ERP" is paused.\n')
    sentence, new_secret = webhooks("new-secret", "ERP").stdout.splitlines()
    assert sentence == 'For a day what is sent to "ERP" has both signatures.'
    assert new_secret.startswith("secret whsec_")
    assert new_secret != secret
    queued = webhooks("test", "ERP").stdout
    assert queued.endswith(" is queued: a worker sends it.\n")
    (delivery,) = json.loads(webhooks("deliveries", "ERP", "--json").stdout)["data"]
    assert delivery["id"] == queued.split()[1]
    assert delivery["id"] in webhooks("deliveries", "ERP", "--state", "pending").stdout
    assert webhooks("remove", "ERP").stdout == 'Webhook "ERP" is deleted.\n'
    assert json.loads(webhooks("list", "--json").stdout)["data"] == []


def test_doctor_shows_webhooks_that_fail(
    tmp_path: Path, database_url: str, endpoints: Endpoints, webhooks: Command
) -> None:
    system = System(tmp_path)
    urls = {"DATABASE_URL": database_url, "REDIS_URL": endpoints.redis_url}
    for name in ("works", "Our ERP", "gone"):
        assert webhooks("add", name, URL).returncode == 0
    with psycopg.connect(database_url) as conn:
        conn.execute(
            """
            UPDATE webhooks SET failures = 7, failing_since = now() - interval '2 hours',
                last_error = 'The receiver responded 500.', is_active = name <> 'gone',
                disabled_at = CASE WHEN name = 'gone' THEN now() END
            WHERE name <> 'works'
            """
        )
    lines = [
        line for line in system.run("doctor", **urls).stdout.splitlines() if " webhooks: " in line
    ]
    disabled, failing = lines
    assert disabled == (
        "wrong webhooks: gone is disabled after 7 failed attempts, and events wait: The receiver"
        " responded 500. Correct the receiver or its address, then `pricebook webhooks set gone"
        " --active`."
    )
    assert failing == (
        "note  webhooks: Our ERP fails for 120 minutes and is attempted again: The receiver"
        " responded 500. `pricebook webhooks deliveries 'Our ERP'` shows the attempts."
    )


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (
            ["add", "ERP", "http://erp.example"],
            "URL: does not begin with https://, and events are sent over encrypted",
        ),
        (["add", "ERP", "https://"], "URL: has no valid host to send events to: expected an "),
        (
            ["add", "ERP", "https://10.0.0.1/x"],
            'URL: The host "10.0.0.1" is in a private network, ',
        ),
        (["add", "ERP", "https://a:b@erp.example"], "URL: has a user name or a password, which"),
        (["add", "ERP", URL, "--type", "x"], "--type: x is no type of events, so that nothing"),
        (["set", "ERP", "--active"], "There is no webhook ERP: `pricebook webhooks list`"),
        (["set", "ERP"], "names no field to change"),
        (["resend", "7"], "7 is not an id: `pricebook webhooks deliveries` shows them."),
    ],
)
def test_error_is_one_sentence(webhooks: Command, words: list[str], sentence: str) -> None:
    run = webhooks(*words)
    assert run.returncode == 1
    assert sentence in run.stderr
    assert len(run.stderr.splitlines()) == 1
