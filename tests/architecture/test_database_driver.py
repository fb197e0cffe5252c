"""Only pricebook.db.driver uses psycopg below its cursors."""

import ast
from pathlib import Path

PACKAGE = Path(__file__).parents[2] / "src/pricebook"
DRIVER = PACKAGE / "db/driver"
INTERNAL = (
    *("psycopg.pq", "psycopg.generators", "psycopg.waiting", "psycopg.adapt", "psycopg.abc"),
    *("psycopg._", "psycopg_c", "psycopg_binary"),
)


def imported_names(source: str) -> set[str]:
    """Return the full names of what a module imports."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
    return names


def uses_internals(source: str) -> bool:
    """Return whether a module imports internals of psycopg, or reaches them by a connection."""
    return ".pgconn" in source or any(name.startswith(INTERNAL) for name in imported_names(source))


def test_only_the_driver_uses_internals_of_psycopg() -> None:
    users = {path for path in PACKAGE.rglob("*.py") if uses_internals(path.read_text())}
    assert {path.parent for path in users} == {DRIVER}, users


def test_every_kind_of_use_is_found() -> None:
    assert uses_internals("from psycopg import pq")
    assert uses_internals("import psycopg.generators")
    assert uses_internals("from psycopg.adapt import Transformer")
    assert uses_internals("connection.pgconn.socket")
    assert not uses_internals("from psycopg.errors import QueryCanceled")
