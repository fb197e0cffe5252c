"""The roles that processes connect as, and what each may do.

`roles.sql` makes them, once; `rights.sql` says what they may do and ends every migration.
"""

from pathlib import Path
from typing import NamedTuple

import psycopg

from pricebook.errors import DatabaseUnavailableError

ROLES_SQL = Path(__file__).with_name("roles.sql")
RIGHTS_SQL = Path(__file__).with_name("rights.sql")
API_ROLE = "pricebook_api"
WORKER_ROLE = "pricebook_worker"
CONNECT_TIMEOUT_SECONDS = 3


class ConnectedRole(NamedTuple):
    """As whom a process connects, and what of it goes beyond what was granted."""

    role: str
    is_superuser: bool
    is_owner: bool


def find_connected_role(database_url: str) -> ConnectedRole:
    """Find out as whom an address connects; raises DatabaseUnavailableError."""
    try:
        with psycopg.connect(database_url, connect_timeout=CONNECT_TIMEOUT_SECONDS) as conn:
            row = conn.execute(
                """
                SELECT current_user::text, rolsuper, EXISTS (
                    SELECT FROM pg_class
                    WHERE relnamespace = to_regnamespace('public') AND relkind = 'r'
                        AND pg_has_role(relowner, 'MEMBER'))
                FROM pg_roles WHERE rolname = current_user
                """
            ).fetchone()
    except psycopg.OperationalError as error:
        raise DatabaseUnavailableError("The database cannot be reached to look at it.") from error
    if row is None:
        raise LookupError("a role that is connected and does not exist")
    return ConnectedRole(*row)
