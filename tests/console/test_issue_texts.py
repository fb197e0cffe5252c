"""Why fields are refused, in words for people: no message of the decoder reaches a page."""

import importlib
import pkgutil
import re
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

import msgspec
import pytest
from msgspec import Meta, Struct, inspect

import pricebook
from console.conftest import Client, LogInAs
from console.fragments import DECODER_WORDS
from pricebook.console.issue_texts import PATTERNS, issue_text
from pricebook.system.refused_values import explain_refusal

MODULES = re.compile(r"pricebook\.(\w+\.)*\w*(schemas|_config|source_config_change)")

CASES: list[tuple[Any, Any, str]] = [
    ("x", Annotated[str, Meta(pattern="^[0-9]$")], "is not possible here"),
    ("", Annotated[str, Meta(min_length=1)], "type something here"),
    ("", Annotated[str, Meta(min_length=8)], "type at least 8 characters"),
    ("xx", Annotated[str, Meta(max_length=1)], "type at most 1 character"),
    ([1, 2], Annotated[list[int], Meta(max_length=1)], "give at most 1 of them"),
    ("x", int, "type a whole number"),
    (1.5, int | None, "type a whole number"),
    ("x", float | None, "type a number such as"),
    (0, Annotated[int, Meta(ge=1)], "type a number of at least 1"),
    (0.5, Annotated[float, Meta(ge=1)], "type a number of at least 1"),
    (9, Annotated[int, Meta(lt=9)], "type a number of at most 8"),
    ("x", bool | None, "choose yes or no"),
    ("x", Decimal, "type a number such as"),
    ("x", date, "type a day such as"),
    ("x", datetime, "type a day or a time"),
    ("x", UUID, "choose one of those that are offered"),
    (None, str, "is not possible here"),
    ({}, list[int], "is not possible here"),
]


def patterns_of(kind: Any) -> Iterator[str]:
    """Yield the patterns of the texts in a type."""
    match kind:
        case inspect.StrType():
            if kind.pattern is not None:
                yield kind.pattern
        case inspect.Metadata():
            yield from patterns_of(kind.type)
        case inspect.UnionType():
            for each in kind.types:
                yield from patterns_of(each)
        case inspect.ListType() | inspect.VarTupleType():
            yield from patterns_of(kind.item_type)
        case inspect.DictType():
            yield from patterns_of(kind.key_type)
            yield from patterns_of(kind.value_type)
        case _:
            pass


def known_structs(parent: type[Struct] = Struct) -> Iterator[type[Struct]]:
    for each in parent.__subclasses__():
        yield each
        yield from known_structs(each)


def test_each_pattern_of_a_request_has_a_text() -> None:
    for module in pkgutil.walk_packages(pricebook.__path__, "pricebook."):
        if MODULES.fullmatch(module.name):
            importlib.import_module(module.name)
    structs = [each for each in known_structs() if MODULES.fullmatch(each.__module__)]
    found = {
        pattern
        for struct in structs
        for field in msgspec.structs.fields(struct)
        for pattern in patterns_of(inspect.type_info(field.type))
    }
    found.discard("^https://")  # of a webhook, which names what is wrong with its address
    assert len(found) >= 4
    assert found - PATTERNS.keys() == set()


@pytest.mark.parametrize(("value", "kind", "text"), CASES, ids=str)
def test_messages_of_the_decoder_are_put_for_people(value: Any, kind: Any, text: str) -> None:
    with pytest.raises(msgspec.ValidationError) as refused:
        msgspec.json.decode(msgspec.json.encode([value]), type=list[kind])
    for message in (explain_refusal(refused.value, kind).problem, f"It fails: {refused.value}."):
        shown = issue_text(message)
        assert text in shown
        assert not DECODER_WORDS.search(shown), shown
        assert "$" not in shown


@pytest.mark.parametrize(
    "path",
    [
        "/console/products?min_margin=x&page=y&limit=0&status=z",
        "/console/price-changes?since=soon&min_percent=x",
        "/console/matches?supplier_id=x&band=y",
        "/console/matches/list?supplier_id=x&limit=x",
        "/console/imports?supplier_id=x&state=y",
        "/console/suppliers?limit=x&needs=y",
        "/console/administration/audit?action=A&entity_id=x&since=y&task_id=z",
        "/?min_price=x&category_id=y&page=z",
    ],
)
async def test_refused_filters_of_pages_are_put_for_people(
    client: Client, log_in_as: LogInAs, path: str
) -> None:
    await log_in_as("admin")
    response = await client.get(path, headers={"Accept": "text/html"})
    assert response.status_code in {200, 400}, path
    assert not DECODER_WORDS.search(response.text), DECODER_WORDS.search(response.text)
