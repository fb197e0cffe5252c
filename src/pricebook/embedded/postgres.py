"""PostgreSQL: its data folder, its settings and its sign of being ready."""

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
    # Many short queries on few cores; and containers give parallel ones too little shared memory.
    "max_parallel_workers_per_gather": "0",
    # Nobody replicates from us, so the log need only bring us through a crash.
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
# Recovery after a crash replays up to a gigabyte of write-ahead log; it reports each 10 seconds.
_RECOVERY_LINE = re.compile(rb"(?:redo in progress|syncing data directory|resetting unlogged).*")
_BOOTSTRAP_SQL = b"""\
CREATE ROLE pricebook LOGIN CREATEDB;
CREATE DATABASE pricebook OWNER pricebook;
"""


def url(places: HomeFolders) -> str:
    """Where the server of `places` answers; the port keeps a PGPORT of the user's out of it."""
    return f"postgresql://pricebook@/pricebook?host={places.sockets}&port=5432"


def initialize_data_folder(places: HomeFolders, lock: TextIO, *, durable: bool) -> None:
    """Make the data folder if there is none."""
    if not places.postgres.exists():
        _run_initdb(places, binaries.find_postgres_folder(places.account), lock, durable=durable)


def remove_stale_pid_file(places: HomeFolders) -> None:
    """Remove the files in which a killed server left its process id.

    No process of it may be left. The id may by now be another process's, and then PostgreSQL
    refuses to start.
    """
    (places.postgres / "postmaster.pid").unlink(missing_ok=True)
    (places.sockets / ".s.PGSQL.5432.lock").unlink(missing_ok=True)


def server(places: HomeFolders, *, durable: bool) -> Program:
    """Describe the server as a program to run.

    `durable=False` is for tests: faster, and a crash of the machine may lose data.
    """
    folder = binaries.find_postgres_folder(places.account)
    settings = (
        _SETTINGS | _machine_settings(folder) | {"unix_socket_directories": str(places.sockets)}
    )
    options = _options(settings | ({} if durable else _NON_DURABLE))
    program = _program(places, str(folder / "postgres"), "-D", str(places.postgres), *options)
    return msgspec.structs.replace(program, progress=_RECOVERY_LINE)


def is_ready(places: HomeFolders) -> bool:
    """Whether the server has reported itself ready and lets us in."""
    try:
        status = (places.postgres / "postmaster.pid").read_bytes().splitlines()[_STATUS_LINE]
    except (FileNotFoundError, IndexError):
        return False
    return status.strip() == b"ready" and accepts_connections(url(places))


def accepts_connections(database_url: str) -> bool:
    """Whether a server lets us in at this address."""
    try:
        psycopg.connect(database_url, connect_timeout=5).close()
    except psycopg.OperationalError:
        return False
    return True


def _run_initdb(places: HomeFolders, folder: Path, lock: TextIO, *, durable: bool) -> None:
    """Make the data folder aside and move it when complete: a start that is killed leaves none."""
    incomplete = places.postgres.with_name("postgres.new")
    shutil.rmtree(incomplete, ignore_errors=True)
    make_private(incomplete, places.account)
    data = ("-D", str(incomplete))
    initdb = _program(
        places, str(folder / "initdb"), *data, *_initdb_options(folder, durable=durable)
    )
    server_process.run(initdb, lock)
    settings = _SETTINGS | {"exit_on_error": "on"} | ({} if durable else _NON_DURABLE)
    single_user = _program(
        places, str(folder / "postgres"), "--single", *data, *_options(settings), "postgres"
    )
    server_process.run(msgspec.structs.replace(single_user, text=_BOOTSTRAP_SQL), lock)
    incomplete.rename(places.postgres)
    _sync(places.state)  # or a power cut might bring the old name back, and we would begin anew


def _sync(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _initdb_options(folder: Path, *, durable: bool) -> list[str]:
    # pg_trgm of PostgreSQL knows only ASCII letters unless the C library's locale has more, too.
    locale = ["--encoding=UTF8", "--locale=C.UTF-8"]
    if binaries.major_version(folder) >= _FIRST_WITH_BUILTIN_LOCALE:
        locale += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    access = ["--username=postgres", "--auth=trust"]  # the folder of the sockets is the guard
    return [*locale, *access, "--no-instructions", *([] if durable else ["--no-sync"])]


def _machine_settings(folder: Path) -> dict[str, str]:
    """Choose what depends on the memory and on the version.

    Only what is used of the buffers takes memory: the indexes of a large catalog. Reading goes
    without processes of its own, for which the backends of visitors would wait on few cores.
    """
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // _MEBIBYTE
    buffers = min(max(memory // 4, _MIN_BUFFERS), _MAX_BUFFERS)
    has_io_methods = binaries.major_version(folder) >= _FIRST_WITH_IO_METHODS
    return {"shared_buffers": f"{buffers}MB"} | ({"io_method": "sync"} if has_io_methods else {})


def _options(settings: dict[str, str]) -> list[str]:
    return [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]


def _program(places: HomeFolders, *argv: str) -> Program:
    return Program(
        name="PostgreSQL",
        argv=argv,
        account=places.account,
        log=places.logs / "postgres.log",
        stop_signal=signal.SIGINT,  # a fast shutdown: open transactions are rolled back
    )
