"""Temporary servers for a benchmark: PostgreSQL, Valkey, the API and the baseline."""

import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from psycopg.conninfo import conninfo_to_dict

from pricebook.cli.up import is_ready
from pricebook.db import migrations
from pricebook.embedded import Endpoints, servers
from pricebook.settings import Settings

BASELINE = Path(__file__).parent / "elysia"


@contextmanager
def migrated_servers() -> Generator[Endpoints]:
    """Run embedded servers with a migrated, empty database, in a temporary folder."""
    with TemporaryDirectory(prefix="pricebook-bench-") as folder:
        Path(folder).chmod(0o755)
        with servers(Path(folder) / "home") as endpoints:
            migrations.upgrade(endpoints.database_url)
            yield endpoints


def settings_for(endpoints: Endpoints, port: int) -> Settings:
    """Return the settings of an API on these servers."""
    return Settings(
        database_url=endpoints.database_url,
        redis_url=endpoints.redis_url,
        port=port,
        jwt_secret="a secret of this benchmark alone, 0123456789",  # noqa: S106 (guards nothing)
    )


@contextmanager
def served(
    settings: Settings, python: str = sys.executable, log: str = os.devnull
) -> Generator[int]:
    """Run the API until the block ends; yield its process id. Its log is written to the file `log`.

    `python` is the interpreter of the checkout whose API is run.
    """
    command = [python, "-m", "pricebook.cli", "serve"]
    environment = {**os.environ, **settings.as_environment()}
    with Path(log).open("wb") as stderr:
        process = subprocess.Popen(command, env=environment, stderr=stderr)
    with _running(process, lambda: is_ready(settings)):
        yield process.pid


@contextmanager
def baseline(endpoints: Endpoints, port: int) -> Generator[int]:
    """Run the catalog on Bun and Elysia until the block ends; yield its process id."""
    parameters = conninfo_to_dict(endpoints.database_url)
    environment = {
        "PG_SOCKET": f"{parameters['host']}/.s.PGSQL.{parameters.get('port', 5432)}",
        "PG_USER": str(parameters["user"]),
        "PG_DATABASE": str(parameters["dbname"]),
        "PORT": str(port),
    }
    command = [str(BASELINE / "node_modules/.bin/bun"), "server.ts"]
    try:
        process = subprocess.Popen(command, cwd=BASELINE, env={**os.environ, **environment})
    except FileNotFoundError:
        raise SystemExit("The baseline is not installed: run `make bench`.") from None
    with _running(process, lambda: _accepts_connections(port)):
        yield process.pid


@contextmanager
def _running(process: subprocess.Popen[bytes], is_up: Callable[[], bool]) -> Generator[None]:
    try:
        while not is_up():
            if process.poll() is not None:
                raise SystemExit(f"{process.args!r} exited with {process.returncode}.")
            time.sleep(0.1)
        yield
    finally:
        process.terminate()
        process.wait()


def _accepts_connections(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def free_port() -> int:
    """Return a free port below the ephemeral range, so that no outgoing connection takes it."""
    while True:
        port = 20_000 + secrets.randbelow(12_000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
