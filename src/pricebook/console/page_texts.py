"""The texts of the pages, from one folder for each language.

A text is a string with `{name}` for each value, or a table of plural forms that are chosen by the
value `n`.
"""

import tomllib
from collections.abc import Callable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from markupsafe import Markup, escape
from msgspec import Struct

DEFAULT_LANGUAGE = "en"
Forms = Mapping[str, str]


def _english_form(number: int) -> str:
    return "one" if number == 1 else "other"


# For each language the function from a number to the name of its plural form.
PLURAL_FORMS: dict[str, Callable[[int], str]] = {"en": _english_form}


class Texts(Struct, frozen=True):
    """The texts of one language, by keys such as `catalog.title`."""

    language: str
    entries: dict[str, str | Forms]

    def __call__(self, key: str, /, **values: object) -> str:
        """Return a text with its values; raises KeyError if the language has no such text.

        With a value that is markup, the text is markup, and all else in it is escaped.
        """
        entry = self.entries[key]
        if not isinstance(entry, str):
            number = values["n"]
            entry = entry[PLURAL_FORMS[self.language](int(str(number).replace(",", "")))]
        if any(isinstance(each, Markup) for each in values.values()):
            return escape(entry).format_map(values)
        return entry.format_map(values) if values else entry

    def forms(self, key: str) -> Forms:
        """Return the plural forms of a text, for scripts that count; one form for all numbers."""
        entry = self.entries[key]
        return {"other": entry} if isinstance(entry, str) else entry

    def get(self, key: str, default: str = "") -> str:
        """Return a text without values, or the default where the language has none."""
        entry = self.entries.get(key, default)
        return entry if isinstance(entry, str) else default


@cache
def load_texts(language: str = DEFAULT_LANGUAGE) -> Texts:
    """Return the texts of a language."""
    folder = files("pricebook.console") / "languages" / language
    tables = [tomllib.loads(path.read_text("utf-8")) for path in folder.iterdir()]
    return Texts(language, dict(entry for table in tables for entry in _flatten(table)))


def _flatten(table: Mapping[str, Any], prefix: str = "") -> list[tuple[str, str | Forms]]:
    """Return the entries of nested tables by their full keys; plural forms stay tables."""
    entries: list[tuple[str, str | Forms]] = []
    for name, value in table.items():
        if isinstance(value, str) or "other" in value:
            entries.append((prefix + name, value))
        else:
            entries += _flatten(value, f"{prefix}{name}.")
    return entries
