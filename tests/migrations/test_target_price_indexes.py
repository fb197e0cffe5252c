"""A database has the indexes of target prices where CATALOG_PRICES is `target`."""

import psycopg
import pytest

from pricebook.db import migrations
from pricebook.db.migrations import drift, target_price_indexes
from pricebook.settings import CatalogPrices

NAMES = sorted(target_price_indexes.DEFINITIONS)


def indexes(url: str) -> list[str]:
    with psycopg.connect(url) as conn:
        found = conn.execute(
            "SELECT indexname FROM pg_indexes WHERE schemaname = 'public' AND indexname ~ 'target'"
        )
        return sorted(name for (name,) in found)


@pytest.mark.parametrize("other", ["supplier", "hidden"])
def test_migrate_creates_and_drops_them(database_url: str, other: CatalogPrices) -> None:
    assert len(NAMES) == 5
    assert indexes(database_url) == []
    for _ in range(2):
        migrations.upgrade(database_url, catalog_prices="target")
        assert indexes(database_url) == NAMES
    migrations.upgrade(database_url)  # as the alembic command: it does not know the setting
    assert indexes(database_url) == NAMES
    for _ in range(2):
        migrations.upgrade(database_url, catalog_prices=other)
        assert indexes(database_url) == []


def test_doctor_expects_them_with_target_prices_only(database_url: str) -> None:
    missing = [f"The index {name} of products is missing." for name in NAMES]
    assert drift.find_drift(database_url, "target") == drift.SchemaDrift(missing, [])
    migrations.upgrade(database_url, catalog_prices="target")
    assert drift.find_drift(database_url, "target") == drift.SchemaDrift([], [])
    notes = [f"The index {name} of products is not part of the schema." for name in NAMES]
    assert drift.find_drift(database_url) == drift.SchemaDrift([], notes)


def test_existing_indexes_need_no_lock(database_url: str) -> None:
    migrations.upgrade(database_url, catalog_prices="target")
    with psycopg.connect(database_url) as conn:
        conn.execute("UPDATE products SET name = name WHERE false")
        migrations.upgrade(database_url, catalog_prices="target")
    assert indexes(database_url) == NAMES
