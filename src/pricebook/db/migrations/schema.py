"""Reads the schema of a database, and the schema that the migrations make.

The latter is `schema.json`, written by `make schema` and compared by a test. PostgreSQL formats the
definitions.
"""

from collections.abc import Iterable
from pathlib import Path

import msgspec
import psycopg
from psycopg.rows import class_row

from pricebook.db.server_checks import connection_error, require_supported_version

SCHEMA_QUERY = Path(__file__).with_name("describe_schema.sql")
EXPECTED_SCHEMA = Path(__file__).with_name("schema.json")
CONNECT_TIMEOUT_SECONDS = 3


class SchemaObject(msgspec.Struct, frozen=True, array_like=True):
    """A table, column, function and so on; `part_of` is its table."""

    kind: str
    name: str
    part_of: str | None
    definition: str

    @property
    def key(self) -> tuple[str, str, str | None]:
        """The identity of the object in both schemas."""
        return self.kind, self.name, self.part_of

    @property
    def title(self) -> str:
        """The object as the subject of a sentence."""
        of_table = f" of {self.part_of}" if self.part_of else ""
        return f"The {self.kind} {self.name}{of_table}"


def read_schema(database_url: str) -> list[SchemaObject]:
    """Read the schema of a database.

    Raises DatabaseUnavailableError, DatabaseNotReadyError for an old server.
    """
    try:
        with (
            psycopg.connect(database_url, connect_timeout=CONNECT_TIMEOUT_SECONDS) as conn,
            conn.cursor(row_factory=class_row(SchemaObject)) as cursor,
        ):
            require_supported_version(conn.info.server_version)
            return cursor.execute(SCHEMA_QUERY.read_bytes()).fetchall()
    except psycopg.OperationalError as error:
        raise connection_error(error) from error


def read_expected_schema() -> list[SchemaObject]:
    """Read the schema that the migrations make."""
    return msgspec.json.decode(EXPECTED_SCHEMA.read_bytes(), type=list[SchemaObject])


def schema_as_json(schema_objects: Iterable[SchemaObject]) -> str:
    """Return a schema as JSON with one object a line."""
    lines = ",\n".join(
        msgspec.json.encode(schema_object).decode() for schema_object in schema_objects
    )
    return f"[\n{lines}\n]"
