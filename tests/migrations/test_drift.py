"""schema.json equals the migrated schema, and every difference from it is reported."""

from collections.abc import Callable

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from pricebook.db import migrations
from pricebook.db.migrations import drift, schema

INDEX_ON_NAMES = "CREATE INDEX products_name_idx ON products USING btree (name, id)"


def drift_after(url: str, *statements: str) -> drift.SchemaDrift:
    with psycopg.connect(url, autocommit=True) as conn:
        for statement in statements:
            conn.execute(statement.encode())
    return drift.find_drift(url)


def test_schema_file_equals_the_migrations(new_database: Callable[..., str]) -> None:
    """`make schema` writes the file."""
    url = new_database("template0")
    migrations.upgrade(url)
    assert (
        schema.EXPECTED_SCHEMA.read_text() == schema.schema_as_json(schema.read_schema(url)) + "\n"
    )
    assert drift.find_drift(url) == drift.SchemaDrift([], [])


def test_schema_does_not_depend_on_the_search_path(database_url: str) -> None:
    default_schema = schema.read_schema(database_url)
    assert (
        schema.read_schema(make_conninfo(database_url, options="-csearch_path=pg_catalog"))
        == default_schema
    )


@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        (
            "DROP TABLE held_rows",
            "The table held_rows is missing.",
        ),
        (
            "ALTER TABLE held_rows SET UNLOGGED",
            "The table held_rows is “unlogged” instead of “logged”.",
        ),
        (
            "ALTER TABLE users ENABLE ROW LEVEL SECURITY",
            "The table users is “logged with row security” instead of “logged”.",
        ),
        (
            "ALTER TABLE users DROP COLUMN updated_at",
            "The column updated_at of users is missing.",
        ),
        (
            "ALTER TABLE users ALTER is_active DROP DEFAULT",
            (
                "The column is_active of users is “boolean NOT NULL” instead of "
                "“boolean NOT NULL DEFAULT true”."
            ),
        ),
        (
            "ALTER TABLE price_history ALTER price TYPE numeric(12, 2)",
            (
                "The column price of price_history is “numeric(12,2) NOT NULL” instead of "
                "“numeric NOT NULL”."
            ),
        ),
        (
            "ALTER TABLE suppliers ALTER source_type DROP NOT NULL",
            (
                "The column source_type of suppliers is “source_type” instead of "
                "“source_type NOT NULL”."
            ),
        ),
        (
            'ALTER TABLE held_rows ALTER name TYPE text COLLATE "C"',
            'The column name of held_rows is “text COLLATE "C"” instead of “text”.',
        ),
        (
            "ALTER TABLE supplier_items ADD COLUMN colour text",
            "The column colour of supplier_items is not part of the schema and affects writes.",
        ),
        (
            "ALTER TABLE supplier_items DROP CONSTRAINT supplier_items_product_id_fkey",
            "The constraint supplier_items_product_id_fkey of supplier_items is missing.",
        ),
        (
            """
            ALTER TABLE held_rows DROP CONSTRAINT held_rows_task_id_fkey,
            ADD CONSTRAINT held_rows_task_id_fkey FOREIGN KEY (task_id)
            REFERENCES ingestion_tasks ON DELETE CASCADE NOT VALID
            """,
            (
                "The constraint held_rows_task_id_fkey of held_rows is “FOREIGN KEY (task_id) "
                "REFERENCES ingestion_tasks(id) ON DELETE CASCADE NOT VALID” instead of “FOREIGN "
                "KEY (task_id) REFERENCES ingestion_tasks(id) ON DELETE CASCADE”."
            ),
        ),
        (
            "ALTER TABLE products ADD CHECK (min_price < 1000)",
            (
                "The constraint products_min_price_check of products is not part of the schema and "
                "affects writes."
            ),
        ),
        (
            "DROP INDEX products_name_idx",
            "The index products_name_idx of products is missing.",
        ),
        (
            "DROP INDEX products_name_idx; CREATE INDEX products_name_idx ON products (id, name)",
            (
                "The index products_name_idx of products is “"
                f"{INDEX_ON_NAMES.replace('name, id', 'id, name')}” instead of “{INDEX_ON_NAMES}”."
            ),
        ),
        (
            "CREATE UNIQUE INDEX one_price ON products (min_price)",
            "The index one_price of products is not part of the schema and affects writes.",
        ),
        (
            "DROP STATISTICS supplier_items_search_stats",
            "The statistics supplier_items_search_stats of supplier_items is missing.",
        ),
        (
            "DROP TRIGGER aggregates_after_update ON supplier_items",
            "The trigger aggregates_after_update of supplier_items is missing.",
        ),
        (
            "CREATE TRIGGER mine BEFORE DELETE ON users EXECUTE FUNCTION set_updated_at()",
            "The trigger mine of users is not part of the schema and affects writes.",
        ),
        (
            "CREATE RULE silent AS ON DELETE TO users DO INSTEAD NOTHING",
            "The rule silent of users is not part of the schema and affects writes.",
        ),
        (
            "CREATE POLICY mine ON users USING (true)",
            "The policy mine of users is not part of the schema and affects writes.",
        ),
        (
            """
            CREATE OR REPLACE FUNCTION set_updated_at() RETURNS trigger
            LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'
            """,
            "The function set_updated_at() differs from the migrations.",
        ),
        (
            "ALTER FUNCTION refresh_product_aggregates(uuid[]) SECURITY DEFINER",
            "The function refresh_product_aggregates(uuid[]) differs from the migrations.",
        ),
        (
            "ALTER TYPE product_status ADD VALUE 'lost'",
            (
                "The type product_status is “draft, active, archived, lost” instead of “draft, "
                "active, archived”."
            ),
        ),
    ],
)
def test_each_difference_is_reported(database_url: str, statement: str, problem: str) -> None:
    assert drift_after(database_url, statement) == drift.SchemaDrift([problem], [])


def test_disabled_triggers_are_problems(database_url: str) -> None:
    found = drift_after(database_url, "ALTER TABLE supplier_items DISABLE TRIGGER USER")
    assert len(found.problems) == 16
    assert all(" DISABLED” instead of “CREATE TRIGGER " in problem for problem in found.problems)


def test_disabled_foreign_key_is_a_problem(
    database_url: str, superuser: Callable[[str], str]
) -> None:
    found = drift_after(superuser(database_url), "ALTER TABLE held_rows DISABLE TRIGGER ALL")
    (problem,) = found.problems
    assert problem.startswith("The constraint held_rows_task_id_fkey of held_rows is “")
    assert "CASCADE DISABLED” instead of" in problem


def test_invalid_index_is_a_problem(database_url: str) -> None:
    with pytest.raises(psycopg.errors.UniqueViolation):
        drift_after(
            database_url,
            "DROP INDEX users_username_key",
            "INSERT INTO users (username, password_hash, role) SELECT 'Ann', '', 'sales'"
            " FROM generate_series(1, 2)",
            "CREATE UNIQUE INDEX CONCURRENTLY users_username_key ON users (lower(username))",
        )
    (problem,) = drift.find_drift(database_url).problems
    assert problem.startswith("The index users_username_key of users is “CREATE UNIQUE INDEX ")
    assert " INVALID” instead of “" in problem


def test_missing_extension_is_a_problem(database_url: str) -> None:
    found = drift_after(database_url, "DROP EXTENSION pg_trgm CASCADE")
    assert found.problems == [
        "The extension pg_trgm is missing.",
        "The index product_words_similar_idx of product_words is missing.",
        "The index products_search_idx of products is missing.",
        "The index supplier_items_linked_search_idx of supplier_items is missing.",
        "The index supplier_items_unmatched_search_idx of supplier_items is missing.",
    ]


def test_harmless_additions_are_notes(database_url: str) -> None:
    found = drift_after(
        database_url,
        "CREATE SCHEMA own",
        "CREATE TABLE own.notes (id integer PRIMARY KEY)",
        "CREATE INDEX products_sku_idx ON products (internal_sku, name)",
        "CREATE TABLE reports (id serial PRIMARY KEY)",
        "CREATE VIEW cheap AS SELECT id FROM products WHERE min_price < 1",
    )
    assert found == drift.SchemaDrift(
        [],
        [
            "The sequence reports_id_seq is not part of the schema.",
            "The table reports is not part of the schema.",
            "The view cheap is not part of the schema.",
            "The index products_sku_idx of products is not part of the schema.",
        ],
    )
