"""The database roles of the processes, and their rights.

`roles.sql` creates the roles, once; every migration to head ends with `rights.sql`.
"""

from pathlib import Path
from typing import NamedTuple

import psycopg
from psycopg.rows import class_row

from pricebook.db.server_checks import connection_error

ROLES_SQL = Path(__file__).with_name("roles.sql")
RIGHTS_SQL = Path(__file__).with_name("rights.sql")
API_ROLE = "pricebook_api"
WORKER_ROLE = "pricebook_worker"
CONNECT_TIMEOUT_SECONDS = 3


class ConnectedRole(NamedTuple):
    """The role of a connection, and whether it has rights beyond the granted ones."""

    role: str
    is_superuser: bool
    is_owner: bool


def find_connected_role(database_url: str) -> ConnectedRole:
    """Return the role that an address connects as; raises DatabaseUnavailableError."""
    try:
        with (
            psycopg.connect(database_url, connect_timeout=CONNECT_TIMEOUT_SECONDS) as conn,
            conn.cursor(row_factory=class_row(ConnectedRole)) as cursor,
        ):
            role = cursor.execute(
                """
                SELECT current_user::text AS role, rolsuper AS is_superuser, EXISTS (
                    SELECT FROM pg_class
                    WHERE relnamespace = to_regnamespace('public') AND relkind = 'r'
                        AND pg_has_role(relowner, 'MEMBER')) AS is_owner
                FROM pg_roles WHERE rolname = current_user
                """
            ).fetchone()
    except psycopg.OperationalError as error:
        raise connection_error(error) from error
    if role is None:
        raise LookupError("The role of the connection does not exist.")
    return role
