"""Each page answers each role as the table of roles says, and offers nothing that is refused."""

import re
from collections.abc import Iterator
from html import unescape
from typing import Any, cast, get_args
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from litestar import Litestar
from litestar.routes import HTTPRoute

import builders
from console.conftest import HTML, SAME_ORIGIN, Client, LogInAs
from match_fixtures import examine, pair
from pricebook.auth.roles import PERMISSIONS
from pricebook.auth.schemas import Role
from pricebook.console.page_guard import LOGIN_NEEDED, PERMISSION
from pricebook.db.database import Connection, Database

PATHS = re.compile(r"<(form|a|button|input|select)\b([^>]*)>", re.DOTALL)
TARGET = re.compile(r'\b(href|action|hx-get|hx-post)="([^"]*)"')
# Paths of other parts of the system that pages link to.
ELSEWHERE = ("#", "/docs")


def page_routes(app: Litestar) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield method, path template and `opt` of each page."""
    for route in app.routes:
        if isinstance(route, HTTPRoute):
            for method, (handler, _) in route.route_handler_map.items():
                if "pricebook.console" in handler.fn.__module__ and method != "OPTIONS":
                    yield method, route.path_format, dict(handler.opt)


def app_of(client: Client) -> Litestar:
    app: Litestar = cast("Any", client).app
    return app


def allowed(opt: dict[str, Any], role: Role) -> bool:
    return PERMISSION not in opt or role in PERMISSIONS[opt[PERMISSION]]


def targets(text: str) -> set[tuple[str, str]]:
    """Return the methods and paths that the links and forms of a page lead to."""
    found: set[tuple[str, str]] = set()
    for _, attributes in PATHS.findall(text):
        is_post = 'method="post"' in attributes
        for name, address in TARGET.findall(attributes):
            method = "POST" if name == "hx-post" or (name == "action" and is_post) else "GET"
            if address and not address.startswith(ELSEWHERE):
                found.add((method, urlsplit(unescape(address)).path))
    return found


async def one_of_everything(conn: Connection, database: Database) -> dict[str, str]:
    """Insert a row for each kind of page, suggest matches; return the values of path parameters."""
    tools = await builders.category(conn, "Tools")
    product_id = await builders.offered_product(
        conn, "Hammer", "19.90", "7", category_id=tools, target_price="8.00"
    )
    await pair(conn)
    for sku in ("T-1", "T-2"):
        supplier_id = await builders.supplier(conn)
        await builders.item(conn, supplier_id, sku=sku, name="Makita HX-2070 mill")
    await examine(database)
    supplier_id = await builders.supplier_with_url(conn, "https://acme.example/list.csv")
    await builders.credentials(conn, supplier_id, "https://acme.example")
    task_id = await builders.import_task(
        conn, supplier_id, keeps_changes=True, count_new=1, count_rejected=1, count_quarantined=1
    )
    await builders.rejected_row(conn, task_id, 3, "A-3", "Saw", "")
    item_id = await builders.item(conn, supplier_id)
    await builders.quarantined_row(conn, task_id, item_id)
    return {
        "task_id": str(task_id),
        "product_id": str(product_id),
        "category_id": str(tools),
        "supplier_id": str(supplier_id),
        "item_id": str(item_id),
        "key_id": str(await builders.api_key(conn, "ERP")),
        "user_id": str(await builders.user(conn, "berta")),
        "session_id": str(uuid4()),
        "rule_id": str(await builders.pricing_rule(conn, "Tools", category_id=tools)),
        "preview_id": str(await builders.import_preview(conn, supplier_id)),
        "batch_id": str(await builders.status_batch(conn, product_id)),
        **await builders.administered(conn),
        "import_id": str(await builders.product_import(conn)),
    }


@pytest.mark.parametrize("role", get_args(Role))
async def test_role_sees_its_pages_and_is_offered_only_what_it_may_do(
    client: Client, log_in_as: LogInAs, conn: Connection, database: Database, role: Role
) -> None:
    values = await one_of_everything(conn, database)
    await log_in_as(role)
    routes = list(page_routes(app_of(client)))
    by_pattern = {
        (method, re.compile(re.sub(r"\{[^}]+\}", "[^/]+", path))): opt
        for method, path, opt in routes
    }
    seen = 0
    for method, template, opt in routes:
        if method != "GET" or "/assets/" in template:
            continue
        path = template.format(**values)
        response = await client.get(path, headers=HTML, follow_redirects=False)
        if not allowed(opt, role):
            assert response.status_code == 403, path
            continue
        assert response.status_code in {200, 303}, (path, response.text)
        seen += 1
        for target_method, target in targets(response.text):
            if "/assets/" in target:
                continue
            matching = [
                each
                for (known, pattern), each in by_pattern.items()
                if known == target_method and pattern.fullmatch(target)
            ]
            assert matching, (path, target_method, target)
            assert all(allowed(each, role) for each in matching), (path, target)
    assert seen >= 8


async def test_each_page_for_staff_needs_a_login(
    client: Client, conn: Connection, database: Database
) -> None:
    values = await one_of_everything(conn, database)
    checked = 0
    for method, template, opt in page_routes(app_of(client)):
        if not template.startswith("/console") or "/assets/" in template:
            continue
        if template == "/console/csp-reports":
            continue
        assert opt.get(LOGIN_NEEDED), template
        response = await client.request(
            method, template.format(**values), headers=SAME_ORIGIN, follow_redirects=False
        )
        assert response.status_code == (303 if method == "GET" else 401), template
        checked += 1
    assert checked >= 8


async def test_pages_are_not_part_of_the_described_api(client: Client) -> None:
    document = (await client.get("/docs/json")).json()
    assert {path for path in document["paths"] if not path.startswith("/api/")} <= {
        "/live",
        "/ready",
        "/health",
        "/metrics",
    }
