"""Reads the identity of a PostgreSQL server and its position in the write-ahead log (WAL)."""

from typing import LiteralString

import psycopg
from msgspec import Struct

from pricebook.db.database import Connection
from pricebook.db.row_types import struct_row
from pricebook.errors import DatabaseUnavailableError

# The insert position, not the write position: with synchronous_commit = off a notification is sent
# before its commit is written.
PRIMARY: LiteralString = """
    SELECT system_identifier AS system, current_database()::text AS database,
        ('x' || left(pg_walfile_name(pg_current_wal_insert_lsn()), 8))::bit(32)::int AS timeline,
        (pg_current_wal_insert_lsn() - '0/0')::bigint AS bytes
    FROM pg_control_system()
"""
# in_hot_standby shows whether the server itself was promoted. The timeline is the one on disk:
# after the promotion of another server it changes late, never early.
STANDBY: LiteralString = """
    SELECT system_identifier AS system, current_database()::text AS database,
        greatest(timeline_id, min_recovery_end_timeline) AS timeline,
        coalesce((pg_last_wal_replay_lsn() - '0/0')::bigint, 0) AS bytes
    FROM pg_control_system(), pg_control_checkpoint(), pg_control_recovery()
"""


class WalPosition(Struct, frozen=True):
    """A database of a server, and a position in its WAL: timeline and bytes."""

    system: int
    database: str
    timeline: int
    bytes: int

    def is_same_history(self, other: "WalPosition") -> bool:
        """Return whether both positions are of the same database and timeline."""
        own_history = (self.system, self.database, self.timeline)
        return own_history == (other.system, other.database, other.timeline)


async def find_primary_position(conn: Connection) -> WalPosition:
    """Return the position of a primary; all commits notified so far are before it."""
    return await _find(conn, PRIMARY)


async def find_standby_position(conn: Connection) -> WalPosition:
    """Return the position up to which a standby has replayed the WAL."""
    return await _find(conn, STANDBY)


def is_standby(conn: Connection) -> bool:
    """Return whether the last response came from a standby; PostgreSQL reports it by itself."""
    return conn.info.parameter_status("in_hot_standby") == "on"


async def _find(conn: Connection, statement: LiteralString) -> WalPosition:
    """Query a position; raises DatabaseUnavailableError where the server has none."""
    try:
        async with conn.cursor(row_factory=struct_row(WalPosition)) as cursor:
            (position,) = await (await cursor.execute(statement)).fetchall()
    except psycopg.Error as error:
        raise DatabaseUnavailableError("The server reports no WAL position.") from error
    return position
