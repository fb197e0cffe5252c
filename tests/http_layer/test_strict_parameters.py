import re
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

from pricebook.api.application import create_app
from pricebook.http.openapi_document import build_document
from pricebook.settings import Settings

Client = AsyncTestClient[Litestar]
BAD_QUERIES = [
    ("limit", "limit=abc"),
    ("limit", "limit=0"),
    ("limit", "limit=201"),
    ("limit", "limit="),
    ("limit", "limit=5.5"),
    ("limit", "limit=%205"),
    ("page", "page=0"),
    ("page", "page=-1"),
    ("page", "page=99999999999999999999"),
    ("page", "page=1&page=2"),
    ("min_price", "min_price=-1"),
    ("min_price", "min_price=NaN"),
    ("min_price", "min_price=Infinity"),
    ("min_price", "min_price=ten"),
    ("min_price", "min_price=10000000000"),
    ("max_price", "max_price=1e400"),
    ("min_price", "min_price=2&max_price=1"),
    ("category_id", "category_id=tools"),
    ("min_price", "min_price=null"),
    ("category_id", "category_id=null"),
    ("include_subcategories", "include_subcategories=true"),
    ("include_subcategories", f"category_id={UUID(int=1)}&include_subcategories=1"),
    ("include_subcategories", f"category_id={UUID(int=1)}&include_subcategories=True"),
    ("include_subcategories", f"category_id={UUID(int=1)}&include_subcategories=yes"),
    ("include_subcategories", f"category_id={UUID(int=1)}&include_subcategories="),
    ("include_subcategories", f"category_id={UUID(int=1)}&include_subcategories=null"),
    ("limit", "limit=null"),
    ("max_price", "max_price=0." + "0" * 8100 + "1"),
    ("min_price", "min_price=" + "0" * 40 + "1"),
    ("min_price", "min_price=1_0"),
    ("min_price", "min_price=%EF%BC%91%EF%BC%92"),
    ("max_price", "max_price=+5"),
    ("max_price", "max_price=5%0A"),
    ("page", "page=%D9%A1"),
    ("cursor", "cursor=" + "A" * 4097),
    ("search", "search="),
    ("search", "search=%20%20"),
    ("search", "search=" + "x" * 256),
    ("search", "search=a%00b"),
    ("colour", "colour=red"),
    ("colo%00ur", "colo%2500ur=red"),
    ("(all)", "search=%ff"),
    ("(all)", "search=x" + "%20" * 3000),
    ("(all)", "&".join(f"p{number}=1" for number in range(60))),
]


def envelope_error(body: dict[str, Any]) -> dict[str, str]:
    (error,) = body["error"]["details"]["errors"]
    return error


@pytest.mark.parametrize(("field", "query"), BAD_QUERIES)
async def test_invalid_parameter_is_named(client: Client, field: str, query: str) -> None:
    response = await client.get(f"/api/v1/catalog?{query}")
    assert response.status_code == 400, response.text
    error = envelope_error(response.json())
    assert (error["in"], error["field"]) == ("query", field)


async def test_all_invalid_parameters_are_named(client: Client) -> None:
    response = await client.get("/api/v1/catalog?limit=0&page=x&size=3")
    fields = {error["field"] for error in response.json()["error"]["details"]["errors"]}
    assert fields == {"limit", "page", "size"}


async def test_search_is_trimmed_before_its_length_is_checked(client: Client) -> None:
    response = await client.get("/api/v1/catalog", params={"search": "  " + "x" * 255 + "  "})
    assert response.status_code == 200


async def test_tiny_price_bound_is_accepted(client: Client) -> None:
    assert (await client.get("/api/v1/catalog?min_price=1e-999999")).status_code == 200


@pytest.mark.parametrize("path", ["/api/v1/catalog/7", "/api/v1/catalog/a%00b"])
async def test_invalid_path_id_is_named(client: Client, path: str) -> None:
    response = await client.get(path)
    assert response.status_code == 400
    error = envelope_error(response.json())
    assert (error["in"], error["field"]) == ("path", "product_id")


def operations_without_parameters() -> Iterator[tuple[str, str]]:
    for path, operations in build_document(create_app(Settings()))["paths"].items():
        for method, operation in operations.items():
            names = [
                each["name"] for each in operation.get("parameters", []) if each["in"] == "query"
            ]
            if path.startswith("/api/v1") and not names:
                yield method.upper(), path


@pytest.mark.parametrize(("method", "path"), [*operations_without_parameters()])
async def test_route_without_parameters_refuses_unknown_ones(
    admin: Client, method: str, path: str
) -> None:
    address = re.sub(r"\{[^}]+\}", str(UUID(int=7)), path)
    response = await admin.request(method, f"{address}?colour=red", json={})
    assert response.status_code == 400, response.text
    error = envelope_error(response.json())
    assert (error["in"], error["field"]) == ("query", "colour")


@pytest.mark.parametrize("path", ["/live", "/ready", "/health", "/metrics"])
async def test_health_checks_ignore_query_parameters(client: Client, path: str) -> None:
    assert (await client.get(f"{path}?time=1")).status_code == 200
