"""Why msgspec refused a value, in words of ours: a text of an enum names the allowed ones."""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple, cast

import msgspec
from msgspec import inspect

from pricebook.errors import as_issue_text

ENUM_PROBLEM = re.compile(r"Invalid enum value (.+)", re.DOTALL)
KEY_PATH = re.compile(r"(.*) - at `key` in `\$(.*)`", re.DOTALL)
VALUE_PATH = re.compile(r"(.*) - at `\$(.*)`", re.DOTALL)
PATH_STEP = re.compile(r"\.(?P<field>[^.\[]+)|\[[^\]]*\]")
# Texts of clients in a problem are cut, the names of allowed values never.
MAX_KEY_LENGTH = 100
MAX_PROBLEM_LENGTH = 200


class RefusedValue(NamedTuple):
    """The path of a refused value (`.mode`, empty for the whole) and the problem with it."""

    path: str
    problem: str

    def __str__(self) -> str:
        """Return both as a part of a sentence."""
        return f"{self.path.lstrip('.')}: {self.problem}" if self.path else self.problem


def explain_refusal(error: msgspec.ValidationError, kind: Any) -> RefusedValue:
    """Return the path and the problem of a value that msgspec refused as one of type `kind`."""
    text, is_key = str(error), False
    if match := KEY_PATH.fullmatch(text):
        text, path, is_key = match[1], match[2], True
    elif match := VALUE_PATH.fullmatch(text):
        text, path = match[1], match[2]
    else:
        path = ""
    if enum := ENUM_PROBLEM.fullmatch(text):
        allowed = ", ".join(_allowed_values(inspect.type_info(kind), _steps(path), is_key=is_key))
        key = f"key {enum[1][:MAX_KEY_LENGTH]}: " if is_key else ""
        return RefusedValue(path, f"{key}expected one of {allowed}")
    return RefusedValue(path, as_issue_text(text)[:MAX_PROBLEM_LENGTH])


def name_member(
    path: str, error: msgspec.ValidationError, kind: Any, raw: bytes | msgspec.Raw
) -> str:
    """Return the path of a refused value with the name of the object's member that it is in.

    `raw` is the whole value as JSON. msgspec writes `[...]` for any member of an object.
    """
    outer, mark, inner = path.partition("[...]")
    steps = outer.split(".")[1:]
    try:
        sent = msgspec.json.decode(raw) if mark else None
    except (msgspec.DecodeError, RecursionError):
        return path
    for step in steps:
        sent = cast("dict[str, Any]", sent).get(step) if isinstance(sent, dict) else None
    members = cast("dict[str, Any]", sent) if isinstance(sent, dict) else {}
    for key, member in members.items():
        alone: Any = {key: member}
        for step in reversed(steps):
            alone = {step: alone}
        if _is_refused_so(alone, kind, error):
            return f"{outer}.{key[:MAX_KEY_LENGTH]}{inner}"
    return path


def _is_refused_so(value: Any, kind: Any, error: msgspec.ValidationError) -> bool:
    try:
        msgspec.json.decode(msgspec.json.encode(value), type=kind)
    except msgspec.ValidationError as other:
        return str(other) == str(error)
    return False


def _steps(path: str) -> list[str | None]:
    """Return the steps of a path: names of fields, None for an element of a list or an object."""
    return [step["field"] for step in PATH_STEP.finditer(path)]


def _allowed_values(kind: inspect.Type, steps: list[str | None], *, is_key: bool) -> Iterator[str]:
    """Yield the values of the enums that a type has at the end of a path."""
    match kind:
        case inspect.Metadata():
            yield from _allowed_values(kind.type, steps, is_key=is_key)
        case inspect.UnionType():
            for each in kind.types:
                yield from _allowed_values(each, steps, is_key=is_key)
        case inspect.DictType() if is_key and not steps:
            yield from _allowed_values(kind.key_type, [], is_key=False)
        case inspect.LiteralType() if not steps:
            yield from map(str, kind.values)
        case _ if steps:
            for part in _parts(kind, steps[0]):
                yield from _allowed_values(part, steps[1:], is_key=is_key)
        case _:
            pass


def _parts(kind: inspect.Type, step: str | None) -> list[inspect.Type]:
    """Return the types that one step of a path leads to."""
    match kind:
        case inspect.StructType():
            return [field.type for field in kind.fields if field.encode_name == step]
        case inspect.DictType():
            return [kind.value_type]
        case inspect.ListType() | inspect.VarTupleType() | inspect.SetType():
            return [kind.item_type]
        case _:
            return []
