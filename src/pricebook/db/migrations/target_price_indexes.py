"""The indexes of target prices, which a database has only where the catalog shows these.

Every index makes an import that changes lowest prices slower, whatever its columns are. So
`pricebook migrate` creates these with CATALOG_PRICES=target, and drops them otherwise.
"""

import re
from pathlib import Path

from pricebook.db.migrations.schema import SchemaObject

# The statements are as PostgreSQL formats them.
STATEMENTS = Path(__file__).with_suffix(".sql").read_text("utf-8")
DEFINITIONS: dict[str, str] = {
    name: definition for definition, name in re.findall(r"(CREATE INDEX (\w+) [^;]+);", STATEMENTS)
}


def expected_objects() -> list[SchemaObject]:
    """Return the indexes as parts of the schema."""
    return [
        SchemaObject("index", name, "products", definition)
        for name, definition in DEFINITIONS.items()
    ]
