"""The settings of single sheets as lines of a form, `Fittings: currency = USD`, and back."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, cast

import msgspec

from pricebook.pricelists.schemas.read_config import SHEET_OPTIONS
from pricebook.pricelists.text import quote
from pricebook.suppliers.source_config import SheetSettings

LINE_EXPECTED = "line {number}: expected a sheet and a setting, such as Fittings: currency = USD"
_UNKNOWN = "line {number}: {name} is no setting of a sheet; those are {names}"
_VALUE_EXPECTED = "line {number}: {value} is no value of {name}"
_OTHER_LINE = re.compile(r"(.+?):\s*(\w+)(?:\.[^=]+?)?\s*=.*")
_LINE = re.compile(rf"(.+?):\s*(?:({'|'.join(SHEET_OPTIONS)})(?:\.([^=]+?))?\s*=\s*(.+))?")
_LISTS = ("characteristic_columns", "ignored_columns", "key_columns", "price_columns")
Settings = dict[str, dict[str, Any]]


def write_sheet_settings(settings: Mapping[str, Mapping[str, Any]]) -> str:
    """Return stored settings, one on a line; a sheet without any has a line of its own."""
    lines: list[str] = []
    for sheet, options in settings.items():
        lines += [f"{sheet}: {each}" for each in _texts(options)] or [f"{sheet}:"]
    return "\n".join(lines)


def read_sheet_settings(text: str) -> tuple[Settings, str | None]:
    """Return the settings of lines, or the problem of the first line that is none."""
    settings: Settings = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        match = _LINE.fullmatch(line.strip())
        if match is None:
            return {}, _problem(line.strip(), number)
        sheet, name, member, value = match.groups()
        options = settings.setdefault(sheet.strip(), {})
        if not name:
            continue
        try:
            _set(options, name, member, value)
        except (msgspec.ValidationError, msgspec.DecodeError):
            option = f"{name}.{member}" if member else name
            return {}, _VALUE_EXPECTED.format(number=number, value=quote(value), name=option)
    return settings, None


def _problem(line: str, number: int) -> str:
    """Return why a line is no setting: its form, or a name that sheets have no setting of."""
    other = _OTHER_LINE.fullmatch(line)
    if other is None or other[2] in SHEET_OPTIONS:
        return LINE_EXPECTED.format(number=number)
    names = ", ".join(SHEET_OPTIONS)
    return _UNKNOWN.format(number=number, name=quote(other[2]), names=names)


def replacement(typed: Mapping[str, Any], stored: Any) -> dict[str, Any]:
    """Return the JSON merge patch that replaces stored settings by the typed ones."""
    before = cast("dict[str, Any]", stored or {})
    patch: dict[str, Any] = {name: None for name in before if name not in typed}
    for name, value in typed.items():
        if isinstance(value, dict):
            patch[name] = replacement(cast("dict[str, Any]", value), before.get(name))
        else:
            patch[name] = value
    return patch


def _set(options: dict[str, Any], name: str, member: str | None, text: str) -> None:
    value: Any = text
    if name in _LISTS:
        is_json = text.startswith("[")
        value = msgspec.json.decode(text) if is_json else [each.strip() for each in text.split(",")]
    if member:
        known = options.get(name)
        value = {**(cast("dict[str, Any]", known) if isinstance(known, dict) else {}), member: text}
    checked = msgspec.convert({name: value}, SheetSettings, strict=False)
    options[name] = msgspec.to_builtins(checked)[name]


def _texts(options: Mapping[str, Any]) -> Iterator[str]:
    for name, value in options.items():
        if isinstance(value, dict):
            members = cast("dict[str, str]", value)
            yield from (f"{name}.{member} = {each}" for member, each in members.items())
        elif isinstance(value, list):
            texts = cast("list[str]", value)
            is_plain = not any("," in each or each.startswith("[") for each in texts)
            plain = ", ".join(texts)
            yield f"{name} = {plain if is_plain else msgspec.json.encode(texts).decode()}"
        else:
            yield f"{name} = {str(value).lower() if isinstance(value, bool) else value}"
