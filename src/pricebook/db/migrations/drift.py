"""Schema drift: differences between a database and the schema that the migrations make."""

from typing import NamedTuple

from pricebook.db.migrations import target_price_indexes
from pricebook.db.migrations.schema import SchemaObject, read_expected_schema, read_schema
from pricebook.settings import CatalogPrices

# Objects that an operator adds to our tables: these kinds affect writes, all others do not.
ACTIVE_KINDS = {"column", "constraint", "trigger", "rule", "policy"}


class SchemaDrift(NamedTuple):
    """Differences in sentences: problems to be fixed, and notes on harmless additions."""

    problems: list[str]
    notes: list[str]


def find_drift(database_url: str, catalog_prices: CatalogPrices = "supplier") -> SchemaDrift:
    """Compare a database with what the migrations make; raises DatabaseUnavailableError."""
    optional = target_price_indexes.expected_objects() if catalog_prices == "target" else []
    return compare_schemas([*read_expected_schema(), *optional], read_schema(database_url))


def compare_schemas(expected: list[SchemaObject], actual: list[SchemaObject]) -> SchemaDrift:
    """Return each difference once: for a missing or added table, not its parts."""
    wanted = {schema_object.key: schema_object for schema_object in expected}
    actual_by_key = {schema_object.key: schema_object for schema_object in actual}
    missing = _without_parts_of_tables(
        [schema_object for key, schema_object in wanted.items() if key not in actual_by_key]
    )
    added = _without_parts_of_tables(
        [schema_object for key, schema_object in actual_by_key.items() if key not in wanted]
    )
    changed = [
        schema_object
        for key, schema_object in actual_by_key.items()
        if wanted.get(key, schema_object) != schema_object
    ]
    return SchemaDrift(
        problems=[
            *(f"{schema_object.title} is missing." for schema_object in missing),
            *(_changed(wanted[schema_object.key], schema_object) for schema_object in changed),
            *(
                f"{schema_object.title} is not part of the schema and affects writes."
                for schema_object in added
                if _affects_writes(schema_object)
            ),
        ],
        notes=[
            f"{schema_object.title} is not part of the schema."
            for schema_object in added
            if not _affects_writes(schema_object)
        ],
    )


def _without_parts_of_tables(schema_objects: list[SchemaObject]) -> list[SchemaObject]:
    tables = {
        schema_object.name for schema_object in schema_objects if schema_object.kind == "table"
    }
    return [
        schema_object for schema_object in schema_objects if schema_object.part_of not in tables
    ]


def _changed(wanted: SchemaObject, actual: SchemaObject) -> str:
    if wanted.kind == "function":
        return f"{actual.title} differs from the migrations."
    return f"{actual.title} is “{actual.definition}” instead of “{wanted.definition}”."


def _affects_writes(added: SchemaObject) -> bool:
    """Return whether an added object affects writes."""
    is_unique = added.kind == "index" and added.definition.startswith("CREATE UNIQUE")
    return added.kind in ACTIVE_KINDS or is_unique
