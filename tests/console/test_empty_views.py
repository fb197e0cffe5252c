"""Views in which nothing is left: their filters with ways out, or else what to do first."""

import re
from collections.abc import Callable
from urllib.parse import parse_qsl
from uuid import uuid4

import msgspec
import pytest

import builders
from console.conftest import HTML, Client, LogInAs
from console.fragments import show_text
from pricebook.audit.schemas import AuditQuery
from pricebook.auth.user_schemas import UserQuery
from pricebook.catalog.schemas import CatalogQuery
from pricebook.console.active_filters import NO_FILTERS, VIEWS
from pricebook.console.match_view import FILTERS
from pricebook.console.page_texts import load_texts
from pricebook.db.database import Connection
from pricebook.matching.cluster_schemas import ClusterQuery
from pricebook.matching.decision_schemas import BatchQuery
from pricebook.prices.schemas import PriceChangeQuery
from pricebook.products.list_filters import StaffProductQuery
from pricebook.suppliers.health_schemas import SupplierHealthQuery
from pricebook.suppliers.listed_item_schemas import ListedItemQuery
from pricebook.tasks.schemas import TaskQuery

QUERIES: dict[str, type[msgspec.Struct]] = {
    "products": StaffProductQuery,
    "changes": PriceChangeQuery,
    "imports": TaskQuery,
    "suppliers": SupplierHealthQuery,
    "supplier_items": ListedItemQuery,
    "clusters": ClusterQuery,
    "match_batches": BatchQuery,
    "audit": AuditQuery,
    "users": UserQuery,
    "catalog": CatalogQuery,
}
LISTED = re.compile(
    r'<li>([^<]+): <strong>([^<]+)</strong> <a href="([^"]+)" aria-label="[^"]+">Take away</a></li>'
)
CLEAR = re.compile(r'<a class="button" href="([^"]+)" data-key="x" data-focus>Clear all filters')


def test_each_filter_of_a_view_has_a_name() -> None:
    for view, query in QUERIES.items():
        assert VIEWS[view].keys() == {*query.__struct_fields__} - NO_FILTERS, view
    assert VIEWS["matches"].keys() == {*FILTERS}
    assert VIEWS.keys() == QUERIES.keys() | {"matches"}


def test_each_name_and_word_of_a_filter_exists() -> None:
    entries = load_texts().entries
    for label, words in (each for names in VIEWS.values() for each in names.values()):
        assert label in entries
        if isinstance(words, str):
            assert not words or any(key.startswith(words) for key in entries)
        else:
            assert {*words.values()} <= entries.keys()


Case = tuple[str, Callable[[str], str], list[tuple[str, str]]]
PATHS: list[Case] = [
    (
        "/console/products",
        lambda supplier: f"search=nowhere&status=draft&supplier_id={supplier}&is_priced=false",
        [
            ("Search", "nowhere"),
            ("Status", "draft"),
            ("Supplier", "Nord & Süd"),
            ("Target price", "none"),
        ],
    ),
    (
        "/console/products/change",
        lambda _: "search=nowhere&min_margin=5",
        [("Search", "nowhere"), ("Margin at least, %", "5")],
    ),
    (
        "/console/price-changes",
        lambda supplier: f"supplier_id={supplier}&direction=up&unaddressed=true",
        [
            ("Supplier", "Nord & Süd"),
            ("Direction", "dearer"),
            ("Which", "margin lost, target price unchanged"),
        ],
    ),
    (
        "/console/imports",
        lambda supplier: f"supplier_id={supplier}&state=decision",
        [("Supplier", "Nord & Süd"), ("State", "needs a decision")],
    ),
    (
        "/console/suppliers",
        lambda _: "search=nowhere&activity=inactive&needs=late",
        [("Name", "nowhere"), ("Activity", "inactive"), ("Needs", "late price list")],
    ),
    (
        "/console/matches",
        lambda supplier: f"search=nowhere&supplier_id={supplier}&band=certain",
        [("Search", "nowhere"), ("Supplier", "Nord & Süd"), ("Best candidate", "certain match")],
    ),
    (
        "/console/matches/list",
        lambda supplier: f"search=nowhere&supplier_id={supplier}&band=none",
        [("Search", "nowhere"), ("Supplier", "Nord & Süd"), ("Best candidate", "no suggestion")],
    ),
    (
        "/console/matches/clusters",
        lambda supplier: f"supplier_id={supplier}",
        [("Supplier", "Nord & Süd")],
    ),
    ("/console/matches/batches", lambda _: "several=true", [("Which", "several at once")]),
    (
        "/console/administration/audit",
        lambda supplier: f"actor=nobody&entity_type=supplier&entity_id={supplier}",
        [("Who", "nobody"), ("What", "supplier"), ("Only changes of one thing", "Nord & Süd")],
    ),
    (
        "/console/administration/users",
        lambda _: "search=nobody&role=sales&is_active=false",
        [("Name", "nobody"), ("Role", "sales"), ("State", "inactive")],
    ),
    ("/", lambda _: "search=nowhere", [("Search", "nowhere")]),
]


def fields_of(address: str) -> dict[str, str]:
    return dict(parse_qsl(address.partition("?")[2]))


def lower(found: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(label, value.lower()) for label, value in found]


@pytest.mark.parametrize("case", PATHS, ids=[path for path, _, _ in PATHS])
async def test_view_without_results_names_its_filters_and_leads_out_of_each(
    client: Client, log_in_as: LogInAs, conn: Connection, case: Case
) -> None:
    path, query_of, expected = case
    supplier_id = await builders.supplier(conn, "Nord & Süd")
    await log_in_as("admin")
    query = query_of(str(supplier_id))
    text = await show_text(client, f"{path}?{query}")
    found: list[tuple[str, str, str]] = LISTED.findall(text)
    assert lower([each[:2] for each in found]) == lower(expected)
    fields = dict(parse_qsl(query))
    for (_, _, address), name in zip(found, fields, strict=True):
        left = fields_of(address)
        left.pop("columns", None)
        assert left == {key: value for key, value in fields.items() if key != name}
        assert (await client.get(address, headers=HTML)).status_code == 200
    (cleared,) = CLEAR.findall(text)
    assert not fields_of(cleared).keys() & fields.keys()
    assert text.count('data-key="x"') == 1


async def test_items_of_a_supplier_and_an_unknown_id(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    supplier_id = await builders.supplier(conn)
    await builders.item(conn, supplier_id)
    await log_in_as("procurement")
    text = await show_text(client, f"/console/suppliers/{supplier_id}?search=none&state=linked")
    assert [each[:2] for each in LISTED.findall(text)] == [
        ("Code or words of the name", "none"),
        ("State", "linked"),
    ]
    unknown = uuid4()
    text = await show_text(client, f"/console/products?supplier_id={unknown}&category_id={unknown}")
    assert [each[:2] for each in LISTED.findall(text)] == [
        ("Supplier", str(unknown)),
        ("Category", str(unknown)),
    ]


FIRST_STEPS: dict[str, tuple[str, ...]] = {
    "/console/products": ("/console/imports/new", "/console/products/import"),
    "/console/price-changes": ("/console/imports/new",),
    "/console/imports": ("/console/imports/new",),
    "/console/suppliers": ("/console/suppliers/new",),
    "/console/matches": ("/console/imports/new",),
    "/console/matches/list": ("/console/imports/new",),
    "/console/matches/batches": ("/console/matches",),
    "/console/batches": ("/console/products", "/console/rules"),
    "/": ("/console/imports/new",),
}


@pytest.mark.parametrize("path", FIRST_STEPS)
async def test_view_of_an_empty_system_names_the_first_step(
    client: Client, log_in_as: LogInAs, path: str
) -> None:
    await log_in_as("admin")
    text = await show_text(client, path)
    (empty,) = re.findall(r'<div class="empty">.*', text, re.DOTALL)
    for address in FIRST_STEPS[path]:
        assert f'href="{address}"' in empty
    assert LISTED.findall(text) == []


async def test_price_changes_of_no_days_lead_to_earlier_ones(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await builders.supplier(conn)
    await log_in_as("sales")
    text = await show_text(client, "/console/price-changes")
    assert re.search(
        r'href="/console/price-changes\?since=[\d-]{10}"[^>]*>Look at the last 90', text
    )


@pytest.mark.parametrize("path", ["/console/matches/certain", "/console/products/change"])
async def test_view_without_filters_has_none_to_clear(
    client: Client, log_in_as: LogInAs, path: str
) -> None:
    await log_in_as("procurement" if "matches" in path else "admin")
    assert "Clear all filters" not in await show_text(client, path)
