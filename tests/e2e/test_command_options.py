"""What commands have in common: the width of tables, times, limits and the names of options."""

import shlex
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from cyclopts import App, CycloptsError
from rich.console import Console
from rich.table import Table

from pricebook.cli import option_types, output
from pricebook.cli.main import app
from pricebook.embedded import Endpoints
from running_system import System


@pytest.fixture
def environment(database_url: str, endpoints: Endpoints) -> dict[str, str]:
    return {"DATABASE_URL": database_url, "REDIS_URL": endpoints.redis_url}


def test_no_cell_of_a_table_is_cut_in_a_pipe(system: System, environment: dict[str, str]) -> None:
    url = f"https://erp.example/{'x' * 300}"
    assert system.run("webhooks", "add", "ERP", url, **environment).returncode == 0
    assert f" {url} " in system.run("webhooks", "list", **environment).stdout


def test_table_fits_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Console(file=StringIO(), force_terminal=True, width=40, color_system=None)
    monkeypatch.setattr(output, "out", terminal)
    table = Table("address")
    table.add_row("x" * 300)
    output.print_table(table)
    assert isinstance(terminal.file, StringIO)
    assert max(map(len, terminal.file.getvalue().splitlines())) == 40


LISTS = (
    *("audit", "events", "keys list", "matches list", "matches batches list"),
    *(
        "matches batches show x",
        "matches runs",
        "matches log",
        "matches clusters",
        "notices list",
        "prices changes",
    ),
    *(
        "batches list",
        "batches left-out x",
        "batches show x",
        "products list",
        "quarantine list",
        "rates list",
    ),
    *("suppliers list", "suppliers items x", "tasks list", "tasks changes x", "tasks undo x"),
    "webhooks deliveries x",
)


def commands_with(option: str, group: App = app, words: tuple[str, ...] = ()) -> set[str]:
    """Return the words of all commands with an option."""
    found: set[str] = set()
    if group.default_command is not None:
        arguments = group.assemble_argument_collection()
        if any(option in each.names for each in arguments):
            found.add(" ".join(words))
    for name in group:
        if not name.startswith("-"):
            found |= commands_with(option, group[name], (*words, name))
    return found


def test_every_list_has_a_limit() -> None:
    assert commands_with("--limit") == {command.removesuffix(" x") for command in LISTS}


@pytest.mark.parametrize("command", LISTS)
def test_limit_is_checked_alike(command: str) -> None:
    for limit in (0, -1, 201):
        with pytest.raises(CycloptsError) as refused:
            app.parse_args(f"{command} --limit {limit}")
        assert str(refused.value) == f'Invalid value "{limit}" for --limit. Expected 1 to 200.'


TIMED = (
    *("audit --since", "audit --until", "prices changes --since", "prices export --until"),
    *(
        "prices suppliers --since",
        "prices as-of x",
        "prices series x --since",
        "rates list --since",
    ),
    "rates set EUR USD 1 --date",
)


@pytest.mark.parametrize("command", TIMED)
@pytest.mark.parametrize("time", ["2026-11-20", "2026-11-20T08:30:00Z", "2026-11-20T08:30"])
def test_days_and_times_are_read_alike(command: str, time: str) -> None:
    app.parse_args(f"{command} {time}")


@pytest.mark.parametrize("command", TIMED)
@pytest.mark.parametrize("time", ["soon", "2026-02-30", "0001-01-01T00:00:00+01:00"])
def test_what_is_no_time_is_refused_alike(command: str, time: str) -> None:
    with pytest.raises(CycloptsError, match=f"{time[:10]}.* is no time: expected a day such as "):
        app.parse_args(f"{command} {time}")


def test_a_time_without_an_offset_is_utc() -> None:
    expected = datetime(2026, 11, 20, 8, 30, tzinfo=UTC)
    for text in ("2026-11-20T08:30", "2026-11-20T08:30:00Z", "2026-11-20T10:30+02:00"):
        assert option_types.parse_time(text) == expected


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        ("prices changes --since 2026-02-01 --until 2026-01-01", "--since: is after until."),
        ("prices changes --min-percent -1", "--min-percent: expected a number from 0."),
        ("prices changes --cursor x", "--cursor: does not belong to this list"),
        ("prices as-of HAM-1 2999-01-01", "TIME: lies in the future."),
        ("prices series HAM-1 --until 2999-01-01", "--until: lies in the future."),
        ("audit --cursor x", "--cursor: does not belong to this list"),
        ("events --type x", "--type: expected one of "),
        ("webhooks add ERP http://erp.example", "URL: does not begin with https://"),
        ("webhooks set ERP --url http://erp.example", "--url: does not begin with https://"),
        ("webhooks set ERP", "The command names no field to change."),
        ("notices set anna --email x", "--email: "),
        ("suppliers add ACME --type csv --email x", "--email: "),
        ("suppliers set ACME --rename ' '", "--rename: expected 1 to "),
        ("suppliers add ACME --type csv --set vat_rate=-1", "--set vat_rate: "),
        ("products list --search ' '", "--search: expected 1 to "),
        ("rules add A --markup -1000", "--markup: expected "),
        ("rules add A --markup 5 --step 0", "--step: expected "),
    ],
)
def test_errors_name_the_option(
    system: System, environment: dict[str, str], command: str, sentence: str
) -> None:
    done = system.run(*shlex.split(command), **environment)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"pricebook: {sentence}")
    assert len(done.stderr.splitlines()) == 1


def test_days_that_have_begun_anywhere_are_today() -> None:
    now = datetime.now(UTC)
    today = option_types.begun_day((now + timedelta(hours=13)).date())
    assert now.date() <= today <= datetime.now(UTC).date()
    for distance in (-1, 3):
        day = (now + timedelta(days=distance)).date()
        assert option_types.begun_day(day) == day
