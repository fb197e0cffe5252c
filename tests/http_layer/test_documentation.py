import json
import re
from collections.abc import Iterator
from functools import cache
from inspect import getclosurevars
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

from pricebook.api.application import create_app
from pricebook.http.openapi import OPT_KEY
from pricebook.http.openapi_document import build_document
from pricebook.settings import Settings

Client = AsyncTestClient[Litestar]
SNAPSHOT = Path(__file__).parents[2] / "docs/openapi.json"
# Ids that are no keys of the database: the request's own header field may set them.
TEXT_IDS = {"request_id"}
# A margin is any number.
MARGINS = {"min_margin", "max_margin"}
STRINGS = {"application/x-ndjson", "application/octet-stream"}


@cache
def document() -> dict[str, Any]:
    return json.loads(json.dumps(build_document(create_app(Settings()))))


@cache
def validator_of(schema_as_json: str) -> jsonschema_rs.Draft202012Validator:
    schema = {**json.loads(schema_as_json), "components": document()["components"]}
    return jsonschema_rs.Draft202012Validator(schema, validate_formats=True)


def operations() -> Iterator[dict[str, Any]]:
    for methods in document()["paths"].values():
        yield from methods.values()


def resolve(described: dict[str, Any]) -> dict[str, Any]:
    """Follow the reference of a response, header field or schema, if it is one."""
    target: Any = document() if "$ref" in described else described
    for name in described.get("$ref", "").split("/")[1:]:
        target = target[name]
    return target


def responses() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Operation id, status and response of every operation."""
    for operation in operations():
        for status, response in operation["responses"].items():
            yield operation["operationId"], status, resolve(response)


def bodies() -> Iterator[tuple[str, dict[str, Any]]]:
    """Media type and content of every request and response."""
    contents = [response.get("content", {}) for _, _, response in responses()]
    contents += [each["requestBody"]["content"] for each in operations() if "requestBody" in each]
    for content in contents:
        yield from content.items()


def properties() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for schema_name, schema in document()["components"]["schemas"].items():
        for name, described in schema["properties"].items():
            yield schema_name, name, described


def is_sentence(text: str) -> bool:
    return len(text) > 10 and text.endswith(".") and not text[0].islower()


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


@pytest.mark.parametrize("path", ["/docs/json", "/docs/openapi.json"])
async def test_the_document_is_served_as_json(client: Client, path: str) -> None:
    response = await client.get(path)
    assert response.headers["content-type"].startswith("application/json")
    assert response.json() == document()


async def test_usual_address_leads_to_the_document(client: Client) -> None:
    response = await client.get("/openapi.json", follow_redirects=False)
    assert (response.status_code, response.headers["location"]) == (308, "/docs/json")
    assert response.text == "The OpenAPI document is at /docs/json, its page at /docs.\n"
    assert (await client.get("/openapi.json", follow_redirects=True)).json() == document()


def test_the_committed_document_is_current() -> None:
    assert json.loads(SNAPSHOT.read_text()) == document(), (
        "the API changed: run `make openapi` and review the difference"
    )


def test_operation_ids_are_verbs_with_an_object() -> None:
    ids = [operation["operationId"] for operation in operations()]
    assert len(set(ids)) == len(ids)
    for operation_id in ids:
        assert re.fullmatch(r"[a-z]+(_[a-z]+)+", operation_id), operation_id


def test_every_operation_has_a_summary_and_a_description() -> None:
    for operation in operations():
        assert operation["summary"], operation["operationId"]
        assert is_sentence(operation["description"]), operation["operationId"]


def test_every_body_has_a_named_schema_and_an_example() -> None:
    for media_type, content in bodies():
        assert content["examples"], content
        if media_type.startswith("text/") or media_type in STRINGS:
            assert content["schema"] == {"type": "string"}
        else:
            assert set(content["schema"]) == {"$ref"}, content


def test_only_responses_without_a_body_have_no_content() -> None:
    for operation_id, status, response in responses():
        assert ("content" not in response) == (status in {"204", "304"}), (operation_id, status)


def test_every_response_has_one_media_type() -> None:
    for operation_id, status, response in responses():
        assert len(response.get("content", {})) <= 1, (operation_id, status)


def test_every_example_fits_its_schema() -> None:
    count = 0
    for media_type, content in bodies():
        if media_type.endswith("json"):
            for example in content["examples"].values():
                validator_of(json.dumps(content["schema"])).validate(example["value"])
                count += 1
    assert count > 100


def test_schema_names_are_plain() -> None:
    for name in document()["components"]["schemas"]:
        assert re.fullmatch(r"([A-Z][a-z]+)+", name), name


def test_every_property_has_a_sentence() -> None:
    assert len(list(properties())) > 200
    for schema_name, name, described in properties():
        assert is_sentence(described.get("description", "")), (schema_name, name)


def test_every_time_names_its_format_and_every_price_its_currency() -> None:
    for schema_name, name, described in properties():
        text = described["description"]
        if "date-time" in json.dumps(described):
            assert "ISO 8601 UTC" in text, (schema_name, name)
        if name.endswith("price"):
            assert "currency" in text, (schema_name, name)


def test_every_id_is_a_uuid() -> None:
    parameters = [each for operation in operations() for each in operation.get("parameters", [])]
    described = [(name, schema) for _, name, schema in properties()]
    described += [(each["name"], each["schema"]) for each in parameters]
    ids = [
        (name, schema)
        for name, schema in described
        if (name == "id" or name.endswith("_id")) and name not in TEXT_IDS
    ]
    assert len(ids) > 30
    for name, schema in ids:
        assert '"format": "uuid"' in json.dumps(schema), name


REQUEST_SCHEMAS = {
    "ProductChange",
    "ProductChanges",
    "CreateProductRequest",
    "ClusterProduct",
    "ItemsProduct",
}


def test_prices_in_responses_are_decimal_strings() -> None:
    prices = [
        schema
        for schema_name, name, schema in properties()
        if name.endswith("price") and schema_name not in REQUEST_SCHEMAS
    ]
    assert len(prices) >= 8
    for schema in prices:
        (price,) = [each for each in schema.get("anyOf", [schema]) if each["type"] != "null"]
        assert price["type"] == "string"
        assert re.fullmatch(price["pattern"], "0.0125")
        assert not re.fullmatch(price["pattern"], "1")


def test_every_parameter_has_a_description() -> None:
    for operation in operations():
        for parameter in operation.get("parameters", []):
            assert is_sentence(parameter["description"]), parameter


def test_query_parameters_are_documented_with_their_limits() -> None:
    operation = document()["paths"]["/api/v1/catalog"]["get"]
    schemas = {each["name"]: each["schema"] for each in operation["parameters"]}
    assert schemas["limit"] == {"type": "integer", "minimum": 1, "maximum": 200, "default": 50}
    assert schemas["category_id"] == {"type": "string", "format": "uuid"}
    assert schemas["min_price"]["type"] == "number"
    assert schemas["search"]["maxLength"] == 255


def test_every_query_that_a_route_decodes_is_documented() -> None:
    decoded = 0
    for route in create_app(Settings()).routes:
        for handler in getattr(route, "route_handlers", ()):
            docs = handler.opt.get(OPT_KEY)
            for each in handler.resolve_dependencies().values() if docs else ():
                if each.dependency.__qualname__.startswith("provide_query."):
                    assert getclosurevars(each.dependency).nonlocals["kind"] is docs.query, route
                    decoded += 1
    assert decoded > 30


def test_every_query_parameter_has_its_limits() -> None:
    for operation in operations():
        for parameter in operation.get("parameters", []):
            schema = parameter["schema"]
            name = (operation["operationId"], parameter["name"])
            if schema.get("type") == "integer":
                assert {"minimum", "maximum"} <= set(schema), name
            elif schema.get("type") == "number" and parameter["name"] not in MARGINS:
                assert "minimum" in schema, name
            elif schema.get("type") == "string":
                assert {"enum", "format", "maxLength", "pattern"} & set(schema), name


def test_every_response_documents_its_header_fields() -> None:
    by_status = {
        "201": {"Location"},
        "202": {"Location"},
        "401": {"WWW-Authenticate"},
        "429": {"Retry-After", "RateLimit", "RateLimit-Policy"},
        "503": {"Retry-After"},
    }
    for operation_id, status, response in responses():
        expected = {"X-Request-ID", "Cache-Control", *by_status.get(status, set())}
        if operation_id == "get_health":  # its 503 is the result of the check
            expected.discard("Retry-After")
        if operation_id in {"create_category", "set_exchange_rates"}:  # no route returns one
            expected.discard("Location")
        if operation_id.startswith("export_") and status == "200":
            expected.add("Content-Disposition")
        assert expected <= set(response["headers"]), (operation_id, status)
        for each in response["headers"].values():
            assert is_sentence(resolve(each)["description"]), each


def test_the_catalog_documents_its_etag_and_link() -> None:
    catalog = document()["paths"]["/api/v1/catalog"]["get"]["responses"]
    assert {"ETag", "Link"} <= set(catalog["200"]["headers"])
    assert "ETag" in catalog["304"]["headers"]


def test_the_error_code_is_an_enum_of_all_codes() -> None:
    code = document()["components"]["schemas"]["ErrorEnvelope"]["properties"]["code"]
    examples = {
        example["value"]["error"]["code"]
        for _, status, response in responses()
        if status >= "400" and "problem" in "".join(response["content"])
        for content in response["content"].values()
        for example in content["examples"].values()
    }
    assert examples < set(code["enum"])
    assert "REDIS_UNAVAILABLE" in examples
