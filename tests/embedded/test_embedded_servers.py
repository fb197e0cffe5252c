import os
import signal
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest
import redis
from sqlalchemy import create_engine, text

from pricebook.embedded import Endpoints, servers, supervise
from pricebook.embedded.server_process import processes_in
from pricebook.errors import EmbeddedServerError


def redis_client(endpoints: Endpoints) -> redis.Redis:
    return redis.Redis.from_url(endpoints.redis_url)  # pyright: ignore[reportUnknownMemberType] - redis-py leaves its options untyped


def write(endpoints: Endpoints, value: str) -> None:
    with psycopg.connect(endpoints.database_url) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS note (value text)")
        connection.execute("INSERT INTO note VALUES (%s)", [value])
    with redis_client(endpoints) as client:
        client.set("note", value)


def read(endpoints: Endpoints) -> tuple[list[str], object]:
    with psycopg.connect(endpoints.database_url) as connection:
        rows = connection.execute("SELECT value FROM note").fetchall()
    with redis_client(endpoints) as client:
        return [str(row[0]) for row in rows], client.get("note")


def files_of(home: Path) -> set[str]:
    return {entry.name for entry in home.iterdir()}


def test_database_has_its_owner_and_a_unicode_locale(home: Path) -> None:
    with (
        servers(home, durable=False) as server_endpoints,
        psycopg.connect(server_endpoints.database_url) as connection,
    ):
        for extension in (b"pg_trgm", b"unaccent", b"btree_gin"):
            connection.execute(b"CREATE EXTENSION " + extension)
        row = connection.execute(
            "SELECT current_user, current_database(), lower('ÄÖЖ'),"
            " similarity('Кирпич красный', 'Кирпич белый') > 0.3, current_setting('timezone')"
        ).fetchone()
        assert row == ("pricebook", "pricebook", "äöж", True, "UTC")


def test_shared_buffers_are_a_share_of_the_memory(home: Path) -> None:
    with (
        servers(home, durable=False) as server_endpoints,
        psycopg.connect(server_endpoints.database_url) as connection,
    ):
        row = connection.execute(
            "SELECT pg_size_bytes(current_setting('shared_buffers')),"
            " current_setting('io_method', true)"
        ).fetchone()
    assert row
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    assert row[0] == pytest.approx(min(max(memory // 4, 128 * 2**20), 512 * 2**20), abs=2**20)
    assert row[1] in ("sync", None)


def test_data_survive_a_restart_and_no_process_is_left(home: Path) -> None:
    with servers(home) as server_endpoints:
        write(server_endpoints, "kept")
    assert not processes_in(home / "postgres")
    assert not processes_in(home / "redis")
    assert files_of(home) == {"locks", "logs", "postgres", "redis"}
    with servers(home) as server_endpoints:
        assert read(server_endpoints) == (["kept"], b"kept")


def test_only_durable_servers_use_fsync(home: Path) -> None:
    for durable, expected in ((False, ("off", "off", "off")), (True, ("on", "on", "on"))):
        with (
            servers(home, durable=durable) as server_endpoints,
            psycopg.connect(server_endpoints.database_url) as connection,
        ):
            row = connection.execute(
                "SELECT current_setting('fsync'), current_setting('synchronous_commit'),"
                " current_setting('full_page_writes')"
            ).fetchone()
            assert row == expected
            assert (home / "redis/appendonlydir").exists() == durable


def test_url_works_in_sqlalchemy_and_ignores_pg_variables(
    used_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (("PGPORT", "6000"), ("PGDATA", "/none"), ("PGHOST", "nowhere")):
        monkeypatch.setenv(name, value)
    with servers(used_home, durable=False) as server_endpoints:
        engine = create_engine(
            server_endpoints.database_url.replace("postgresql:", "postgresql+psycopg:")
        )
        with engine.connect() as connection:
            assert connection.execute(text("SELECT current_user")).scalar() == "pricebook"
        engine.dispose()


def test_two_homes_run_at_once(open_folder: Path) -> None:
    homes = [open_folder / "one", open_folder / "two"]
    with ExitStack() as stack:
        server_endpoints = [stack.enter_context(servers(home, durable=False)) for home in homes]
        for home, endpoints in zip(homes, server_endpoints, strict=True):
            write(endpoints, home.name)
        assert [read(endpoints) for endpoints in server_endpoints] == [
            (["one"], b"one"),
            (["two"], b"two"),
        ]


@pytest.mark.parametrize(
    "name",
    ["deep/" * 30 + "home", 'Прайсы, «цены» & "more" 100% it\'s'],
    ids=["deep", "odd letters"],
)
def test_sockets_are_elsewhere_if_the_path_of_the_home_is_unsuitable(
    open_folder: Path, name: str
) -> None:
    home = open_folder / name
    with supervise(home) as supervisor:
        write(supervisor.endpoints, "kept")
        sockets = Path(supervisor.endpoints.redis_url.removeprefix("unix://")).parent
        assert not sockets.is_relative_to(home)
        assert sockets.stat().st_mode & 0o077 == 0
    assert not sockets.exists()
    with servers(home) as server_endpoints:
        assert read(server_endpoints) == (["kept"], b"kept")


def test_failed_server_start_is_one_sentence(home: Path) -> None:
    with servers(home, durable=False):
        pass
    (home / "postgres/postgresql.auto.conf").write_text("nonsense = 1\n", "utf-8")
    with pytest.raises(EmbeddedServerError) as refused, servers(home, durable=False):
        pass
    log = home / "logs/postgres.log"
    assert "FATAL:  configuration file" in str(refused.value)
    assert str(refused.value).endswith(f"(log file {log}).")
    assert not processes_in(home / "redis")
    assert not (home / "sockets").exists()


def test_failed_creation_of_the_home_is_one_sentence(open_folder: Path) -> None:
    (open_folder / "file").touch()
    with (
        pytest.raises(EmbeddedServerError, match=r"cannot start: .*Not a directory"),
        servers(open_folder / "file/home"),
    ):
        pass


def test_killed_server_is_restarted_with_its_data(
    home: Path, eventually: Callable[[Callable[[], object]], None]
) -> None:
    with supervise(home) as supervisor:
        write(supervisor.endpoints, "before")
        for server in supervisor.servers:
            killed = server.pid
            os.kill(killed, 9)
            eventually(server.exit_reason)
            assert server.exit_reason() == "SIGKILL"
            assert f"{server.name} stopped (SIGKILL)" in server.exit_message()
            eventually(server.may_restart)
            server.restart()
            eventually(server.is_ready)
            assert server.pid != killed
        assert read(supervisor.endpoints) == (["before"], b"before")
    assert not processes_in(home / "postgres")


def test_leftover_process_of_a_killed_server_does_not_prevent_its_restart(
    used_home: Path, eventually: Callable[[Callable[[], object]], None]
) -> None:
    with supervise(used_home, durable=False) as supervisor:
        database, _ = supervisor.servers
        with psycopg.connect(supervisor.endpoints.database_url) as connection:
            os.kill(connection.info.backend_pid, signal.SIGSTOP)  # it never notices
            os.kill(database.pid, signal.SIGKILL)
            eventually(database.exit_reason)
            eventually(database.may_restart)
            database.restart()
            eventually(database.is_ready)
        with psycopg.connect(supervisor.endpoints.database_url) as connection:
            connection.execute("SELECT 1")
