"""Embedded PostgreSQL: its data folder, settings and readiness."""

import os
import re
import shutil
import signal
from pathlib import Path
from typing import TextIO

import msgspec
import psycopg

from pricebook.embedded import binaries, server_process
from pricebook.embedded.data_folders import HomeFolders, make_private
from pricebook.embedded.server_process import Program

_FIRST_WITH_BUILTIN_LOCALE = 17
_FIRST_WITH_IO_METHODS = 18
_STATUS_LINE = 7  # of postmaster.pid, counted from 0

_SETTINGS = {
    "listen_addresses": "",
    "port": "5432",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "effective_cache_size": "512MB",
    "work_mem": "8MB",
    "maintenance_work_mem": "64MB",
    "random_page_cost": "1.1",
    "jit": "off",
    # Many short queries on few cores; containers have too little shared memory for parallel ones.
    "max_parallel_workers_per_gather": "0",
    # No replication, so the write-ahead log is needed for crash recovery only.
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "1GB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
}
_MEBIBYTE = 1024 * 1024
_MIN_BUFFERS, _MAX_BUFFERS = 128, 512
_NON_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
# Crash recovery replays up to a gigabyte of write-ahead log and logs its progress every 10 s.
_RECOVERY_LINE = re.compile(rb"(?:redo in progress|syncing data directory|resetting unlogged).*")
_BOOTSTRAP_SQL = b"""\
CREATE ROLE pricebook LOGIN CREATEDB;
CREATE DATABASE pricebook OWNER pricebook;
"""


def url(folders: HomeFolders) -> str:
    """Return the URL of the server; with a port, so that PGPORT has no effect."""
    return f"postgresql://pricebook@/pricebook?host={folders.sockets}&port=5432"


def initialize_data_folder(folders: HomeFolders, lock: TextIO, *, durable: bool) -> None:
    """Create the data folder if it does not exist."""
    if not folders.postgres.exists():
        _run_initdb(folders, binaries.find_postgres_folder(folders.account), lock, durable=durable)


def remove_stale_pid_file(folders: HomeFolders) -> None:
    """Delete the lock files that a killed server left.

    None of its processes may be running. The kernel may have given the process id in the files to
    another process, and then PostgreSQL would refuse to start.
    """
    (folders.postgres / "postmaster.pid").unlink(missing_ok=True)
    (folders.sockets / ".s.PGSQL.5432.lock").unlink(missing_ok=True)


def server(folders: HomeFolders, *, durable: bool) -> Program:
    """Return the program of the server.

    `durable=False` turns off fsync, for tests: a crash of the machine may then lose data.
    """
    folder = binaries.find_postgres_folder(folders.account)
    settings = (
        _SETTINGS | _machine_settings(folder) | {"unix_socket_directories": str(folders.sockets)}
    )
    options = _options(settings | ({} if durable else _NON_DURABLE))
    program = _program(folders, str(folder / "postgres"), "-D", str(folders.postgres), *options)
    return msgspec.structs.replace(program, progress=_RECOVERY_LINE)


def is_ready(folders: HomeFolders) -> bool:
    """Return whether the server has written `ready` to its pid file and accepts a connection."""
    try:
        status = (folders.postgres / "postmaster.pid").read_bytes().splitlines()[_STATUS_LINE]
    except (FileNotFoundError, IndexError):
        return False
    return status.strip() == b"ready" and accepts_connections(url(folders))


def accepts_connections(database_url: str) -> bool:
    """Return whether a server accepts connections with this URL."""
    try:
        psycopg.connect(database_url, connect_timeout=5).close()
    except psycopg.OperationalError:
        return False
    return True


def _run_initdb(folders: HomeFolders, folder: Path, lock: TextIO, *, durable: bool) -> None:
    """Create the data folder under another name and rename it when it is complete."""
    incomplete = folders.postgres.with_name("postgres.new")
    shutil.rmtree(incomplete, ignore_errors=True)
    make_private(incomplete, folders.account)
    data = ("-D", str(incomplete))
    initdb = _program(
        folders, str(folder / "initdb"), *data, *_initdb_options(folder, durable=durable)
    )
    server_process.run(initdb, lock)
    settings = _SETTINGS | {"exit_on_error": "on"} | ({} if durable else _NON_DURABLE)
    single_user = _program(
        folders, str(folder / "postgres"), "--single", *data, *_options(settings), "postgres"
    )
    server_process.run(msgspec.structs.replace(single_user, text=_BOOTSTRAP_SQL), lock)
    incomplete.rename(folders.postgres)
    _sync(
        folders.state
    )  # otherwise a power failure could undo the rename, and the next start would create it again


def _sync(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _initdb_options(folder: Path, *, durable: bool) -> list[str]:
    # pg_trgm handles non-ASCII letters only if the locale of the C library does, too.
    locale = ["--encoding=UTF8", "--locale=C.UTF-8"]
    if binaries.major_version(folder) >= _FIRST_WITH_BUILTIN_LOCALE:
        locale += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    access = [
        "--username=postgres",
        "--auth=trust",
    ]  # the mode of the socket folder restricts access
    return [*locale, *access, "--no-instructions", *([] if durable else ["--no-sync"])]


def _machine_settings(folder: Path) -> dict[str, str]:
    """Return the settings that depend on the memory and the version.

    Shared buffers take memory only where they are used. `io_method=sync` does without I/O worker
    processes, which slow down short queries on few cores.
    """
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // _MEBIBYTE
    buffers = min(max(memory // 4, _MIN_BUFFERS), _MAX_BUFFERS)
    has_io_methods = binaries.major_version(folder) >= _FIRST_WITH_IO_METHODS
    return {"shared_buffers": f"{buffers}MB"} | ({"io_method": "sync"} if has_io_methods else {})


def _options(settings: dict[str, str]) -> list[str]:
    return [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]


def _program(folders: HomeFolders, *argv: str) -> Program:
    return Program(
        name="PostgreSQL",
        argv=argv,
        account=folders.account,
        log=folders.logs / "postgres.log",
        stop_signal=signal.SIGINT,  # a fast shutdown: open transactions are rolled back
    )
