"""Which PostgreSQL somebody is connected to, and how far it has got in the log of changes."""

from typing import LiteralString

import psycopg
from msgspec import Struct

from pricebook.db.database import Connection
from pricebook.errors import DatabaseUnavailableError

# What is inserted into the log, not what is written of it: a commit that need not be on disk yet
# (synchronous_commit = off) is told of before it is written.
PRIMARY: LiteralString = """
    SELECT system_identifier, current_database()::text,
        ('x' || left(pg_walfile_name(pg_current_wal_insert_lsn()), 8))::bit(32)::int,
        (pg_current_wal_insert_lsn() - '0/0')::bigint
    FROM pg_control_system()
"""
# A server that was promoted says so itself. The timeline is that of what is on disk: it comes late
# after another server was promoted, and never early.
STANDBY: LiteralString = """
    SELECT system_identifier, current_database()::text,
        greatest(timeline_id, min_recovery_end_timeline),
        coalesce((pg_last_wal_replay_lsn() - '0/0')::bigint, 0)
    FROM pg_control_system(), pg_control_checkpoint(), pg_control_recovery()
"""


class WalPosition(Struct, frozen=True):
    """A database of a server, the timeline of its log, and the bytes of that which count."""

    system: int
    database: str
    timeline: int
    bytes: int

    def is_same_history(self, other: "WalPosition") -> bool:
        """Say whether both are of one database and one history."""
        own_history = (self.system, self.database, self.timeline)
        return own_history == (other.system, other.database, other.timeline)


async def find_primary_position(conn: Connection) -> WalPosition:
    """Find where a primary is: every commit that anybody was told of lies before that."""
    return await _find(conn, PRIMARY)


async def find_standby_position(conn: Connection) -> WalPosition:
    """Find up to where a standby shows what was committed."""
    return await _find(conn, STANDBY)


def is_standby(conn: Connection) -> bool:
    """Say whether what was last read came from a standby, which is told with every answer."""
    return conn.info.parameter_status("in_hot_standby") == "on"


async def _find(conn: Connection, statement: LiteralString) -> WalPosition:
    """Ask for a position; a server of another kind may have none: DatabaseUnavailableError."""
    try:
        (row,) = await (await conn.execute(statement)).fetchall()
    except psycopg.Error as error:
        raise DatabaseUnavailableError("It does not tell its position.") from error
    return WalPosition(*row)
