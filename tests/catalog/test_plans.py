"""The catalog's queries walk indexes; `make bench-plans` shows the same at 500,000 products."""

from collections.abc import Callable

import psycopg
import pytest
import sample

from pricebook.catalog.repository import page_statement
from pricebook.catalog.schemas import CatalogQuery
from pricebook.web.query import decode_query


@pytest.fixture(scope="module")
def filled_url(new_database: Callable[..., str]) -> str:
    url = new_database()
    with psycopg.connect(url) as conn:
        sample.fill(conn, products=20_000)
    return url


@pytest.mark.parametrize(
    "query",
    [
        "",
        "page=3",
        "category_id={category}",
        "search=hammer",
        "search=sku-00001234",
        "search=hammer+red",
        "min_price=10&max_price=11",
        "min_price=10",
        "category_id={category}&min_price=100",
        "search=hammer&min_price=900",
    ],
)
def test_no_page_scans_the_whole_table(filled_url: str, query: str) -> None:
    with psycopg.connect(filled_url) as conn:
        category = conn.execute("SELECT id FROM categories LIMIT 1").fetchone()
        assert category
        criteria = decode_query(CatalogQuery, query.format(category=category[0]).encode())
        statement, values = page_statement(criteria, counted=True)
        plan = "\n".join(line for (line,) in conn.execute("EXPLAIN " + statement, values))
    assert "on products" in plan
    assert "Seq Scan" not in plan, plan
