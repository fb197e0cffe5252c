"""The schemas of the OpenAPI document: msgspec structs, described by their own annotations."""

from collections.abc import Callable, Iterable
from typing import Any, cast

import msgspec

from pricebook.http.openapi import JSON, MULTIPART, JsonObject, OperationDocs
from pricebook.http.problems import Problem

REF_TEMPLATE = "#/components/schemas/{name}"
NULL = {"type": "null"}

StructKind = type[msgspec.Struct]


def reference(kind: StructKind) -> JsonObject:
    """Return the reference to the component of a struct."""
    return {"$ref": REF_TEMPLATE.format(name=kind.__name__)}


def components(operations: Iterable[OperationDocs]) -> dict[str, JsonObject]:
    """Return the schemas of all bodies by name."""
    operations = list(operations)
    bodies = [docs.body for docs in operations if docs.body]
    kinds = [each.kind for docs in operations for each in docs.responses if each.kind]
    schemas = _struct_schemas([*kinds, Problem], _response_schema)
    for media_type, convert in ((JSON, _body_schema), (MULTIPART, _form_schema)):
        kinds = [body.kind for body in bodies if body.media_type == media_type]
        schemas |= _struct_schemas(kinds, convert)
    return dict(sorted(schemas.items()))


def query_parameters(kind: StructKind) -> list[JsonObject]:
    """Return the parameters of a query: what is not sent is absent, never null."""
    properties = _struct_schemas([kind], _query_schema, "number")[kind.__name__]["properties"]
    return [_query_parameter(name, schema) for name, schema in properties.items()]


def _query_parameter(name: str, schema: JsonObject) -> JsonObject:
    described = {"name": name, "in": "query", "description": schema.pop("description")}
    return described | {"schema": schema}


def _struct_schemas(
    kinds: Iterable[StructKind],
    convert: Callable[[JsonObject], JsonObject],
    decimal_type: str = "string",
) -> dict[str, JsonObject]:
    """Return the schemas of structs and of those that they refer to, by name."""
    _, schemas = msgspec.json.schema_components(kinds, ref_template=REF_TEMPLATE)
    return {name: convert(_normalise(each, decimal_type)) for name, each in schemas.items()}


def _response_schema(schema: JsonObject) -> JsonObject:
    """Require every property: a response contains those with a default value, too."""
    _drop_defaults(schema)
    return schema | {"required": list(schema["properties"])}


def _body_schema(schema: JsonObject) -> JsonObject:
    """Refuse unknown members; client generators require a property that has a default value."""
    _drop_defaults(schema)
    if not schema["required"]:
        del schema["required"]
    return schema | {"additionalProperties": False}


def _form_schema(schema: JsonObject) -> JsonObject:
    """Describe a form like a body, without null: a field that is not sent is absent."""
    return _body_schema(_query_schema(schema))


def _query_schema(schema: JsonObject) -> JsonObject:
    """Describe the parameters of a query, where no value is null."""
    properties = {name: _without_null(each) for name, each in schema["properties"].items()}
    return schema | {"properties": properties}


def _drop_defaults(schema: JsonObject) -> None:
    for each in schema["properties"].values():
        each.pop("default", None)


def _without_null(schema: JsonObject) -> JsonObject:
    """Replace a choice between one schema and null by that schema."""
    rest = {name: value for name, value in schema.items() if (name, value) != ("default", None)}
    choices = [each for each in rest.get("anyOf", []) if each != NULL]
    if len(choices) != 1:
        return rest
    del rest["anyOf"]
    return choices[0] | rest


def _normalise(schema: Any, decimal_type: str) -> Any:
    """Complete a schema: enums are strings, a Decimal has `decimal_type` or its own choices.

    An object without listed properties may have any. Titles repeat names and are left out.
    """
    if isinstance(schema, list):
        return [_normalise(each, decimal_type) for each in cast("list[Any]", schema)]
    if not isinstance(schema, dict):
        return schema
    normalised = {
        name: _normalise(value, decimal_type)
        for name, value in cast("JsonObject", schema).items()
        if name != "title" or not isinstance(value, str)
    }
    if normalised.get("format") == "decimal":
        del normalised["format"]
        normalised["type"] = decimal_type
    if "anyOf" in normalised:  # an annotation of a Decimal that lists what is accepted
        normalised.pop("type", None)
    if "enum" in normalised:
        normalised.setdefault("type", "string")
    if normalised.get("type") == "object" and "properties" not in normalised:
        normalised.setdefault("additionalProperties", True)
    return normalised
