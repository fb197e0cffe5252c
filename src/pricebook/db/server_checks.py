"""Whether a PostgreSQL server can be used, for commands and starts: each error says what to do."""

import asyncio
import re

import psycopg
from psycopg import OperationalError

from pricebook.db.pool import with_connection_defaults
from pricebook.errors import DatabaseNotReadyError, DatabaseUnavailableError

MIN_VERSION = 16
VERSION_FACTOR = 10_000  # libpq writes version 16.4 as 160004
# What libpq and psycopg write before the reason, which is the last of several attempts.
REASON_PREFIX = re.compile(r".*failed: |.*FATAL: +", re.DOTALL)
MISSING_DATABASE = re.compile(r'database "(.+)" does not exist')


async def check_server(url: str) -> int:
    """Connect to a server and return its major version.

    Raises DatabaseUnavailableError with the reason when the connection fails, DatabaseNotReadyError
    for a server that is too old.
    """
    try:
        # A cancelled AsyncConnection.connect may leave an open connection to the garbage collector.
        version = await asyncio.to_thread(_read_version, with_connection_defaults(url))
    except OperationalError as error:
        raise connection_error(error) from error
    return require_supported_version(version)


def _read_version(conninfo: str) -> int:
    with psycopg.connect(conninfo) as conn:
        return conn.info.server_version


def require_supported_version(server_version: int) -> int:
    """Return the major version of a server; raises DatabaseNotReadyError below MIN_VERSION."""
    version = server_version // VERSION_FACTOR
    if version < MIN_VERSION:
        raise DatabaseNotReadyError(
            f"The database server is PostgreSQL {version}, and Pricebook needs version"
            f" {MIN_VERSION} or newer: upgrade it, or set DATABASE_URL to a newer one."
        )
    return version


def connection_error(error: OperationalError) -> DatabaseUnavailableError:
    """Return the error of a failed connection, with the reason that the server or libpq gave."""
    text = REASON_PREFIX.sub("", str(error).strip())
    reason = text.partition("\n")[0].rstrip(".") or "no response"
    if missing := MISSING_DATABASE.fullmatch(reason):
        return DatabaseUnavailableError(
            f"The database {missing[1]} does not exist: create it (`createdb {missing[1]}`), then"
            " run `pricebook migrate`."
        )
    return DatabaseUnavailableError(
        f"The database cannot be reached ({reason}): start it, or correct DATABASE_URL."
    )
