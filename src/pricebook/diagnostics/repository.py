from pricebook.db.database import Connection
from pricebook.db.row_types import fetch_value


async def get_server_version(conn: Connection) -> str:
    """Return the version of PostgreSQL, without that of its package."""
    version: str = await fetch_value(conn, "SHOW server_version")
    return version.partition(" ")[0]
