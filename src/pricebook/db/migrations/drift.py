"""Whether a database still is what the migrations made, and where it differs."""

from typing import NamedTuple

from pricebook.db.migrations.schema import SchemaObject, read_expected_schema, read_schema

# Of what an operator adds to a table of ours, these take part in every write; the rest does not.
ACTIVE_KINDS = {"column", "constraint", "trigger", "rule", "policy"}


class SchemaDrift(NamedTuple):
    """How a database differs, in sentences: what has to be mended, and what was only added."""

    problems: list[str]
    notes: list[str]


def find_drift(database_url: str) -> SchemaDrift:
    """Compare a database with what the migrations make; raises DatabaseUnavailableError."""
    return compare_schemas(read_expected_schema(), read_schema(database_url))


def compare_schemas(expected: list[SchemaObject], actual: list[SchemaObject]) -> SchemaDrift:
    """Tell each difference once: of a table that is missing, or was added, not its parts."""
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
                f"{schema_object.title} is not ours and takes part."
                for schema_object in added
                if _affects_writes(schema_object)
            ),
        ],
        notes=[
            f"{schema_object.title} is not ours."
            for schema_object in added
            if not _affects_writes(schema_object)
        ],
    )


def _without_parts_of_tables(things: list[SchemaObject]) -> list[SchemaObject]:
    tables = {schema_object.name for schema_object in things if schema_object.kind == "table"}
    return [schema_object for schema_object in things if schema_object.part_of not in tables]


def _changed(wanted: SchemaObject, actual: SchemaObject) -> str:
    if wanted.kind == "function":
        return f"{actual.title} is not as the migrations make it."
    return f"{actual.title} is “{actual.definition}” instead of “{wanted.definition}”."


def _affects_writes(added: SchemaObject) -> bool:
    """Say whether something that was added changes what may be written, or what is."""
    is_unique = added.kind == "index" and added.definition.startswith("CREATE UNIQUE")
    return added.kind in ACTIVE_KINDS or is_unique
