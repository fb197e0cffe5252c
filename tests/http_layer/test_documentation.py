import json
import re
from pathlib import Path
from typing import Any

from litestar import Litestar
from litestar.testing import AsyncTestClient

from pricebook.api.application import create_app
from pricebook.settings import Settings

Client = AsyncTestClient[Litestar]
SNAPSHOT = Path(__file__).parents[2] / "docs/openapi.json"


async def document(client: Client) -> dict[str, Any]:
    response = await client.get("/docs/json")
    assert response.headers["content-type"].startswith("application/json")
    return response.json()


async def test_swagger_ui_loads_nothing_from_elsewhere(client: Client) -> None:
    page = (await client.get("/docs")).text
    addresses = re.findall(r"""(?:href|src)=["']([^"']+)""", page)
    assert len(addresses) == 4  # icon, style, Swagger UI, what starts it
    for address in addresses:
        assert (await client.get(address)).status_code == 200
    assert "//" not in "".join(addresses)


async def test_assets_are_compressed_and_sent_once(client: Client) -> None:
    address = "/docs/assets/swagger-ui-bundle.js"
    plain = await client.get(address, headers={"Accept-Encoding": "identity"})
    compressed = await client.get(address, headers={"Accept-Encoding": "gzip"})
    assert plain.headers["content-type"] == "text/javascript; charset=utf-8"
    assert plain.headers["cache-control"] == "public, max-age=86400"
    assert compressed.headers["content-encoding"] == "gzip"
    assert int(compressed.headers["content-length"]) < len(plain.content) / 2
    assert compressed.content == plain.content
    not_modified = await client.get(address, headers={"If-None-Match": plain.headers["etag"]})
    assert (not_modified.status_code, not_modified.content) == (304, b"")


async def test_every_operation_has_a_sentence_and_an_example_of_every_answer(
    client: Client,
) -> None:
    for path, operations in (await document(client))["paths"].items():
        for method, operation in operations.items():
            assert operation["summary"], (path, method)
            assert operation["description"].endswith("."), (path, method)
            for status, response in operation["responses"].items():
                contents = response.get("content", {}).values()
                assert bool(contents) == (status not in {"204", "304"}), (path, method, status)
                assert all(content["examples"] for content in contents), (path, method, status)


async def test_query_parameters_are_documented_with_their_limits(client: Client) -> None:
    operation = (await document(client))["paths"]["/api/v1/catalog"]["get"]
    schemas = {each["name"]: each["schema"] for each in operation["parameters"]}
    assert schemas["limit"] == {"type": "integer", "minimum": 1, "maximum": 200, "default": 50}
    assert schemas["category_id"] == {"type": "string", "format": "uuid"}
    assert schemas["min_price"]["type"] == "number"
    assert schemas["search"]["maxLength"] == 255


def test_the_committed_document_is_the_programs() -> None:
    generated = create_app(Settings()).openapi_schema.to_schema()
    assert json.loads(SNAPSHOT.read_text()) == json.loads(json.dumps(generated)), (
        "the API changed: run `make openapi` and look at the difference"
    )
