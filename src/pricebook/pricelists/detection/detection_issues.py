"""Reasons to refuse a table, which name the settings that decide them.

The command line names a setting of one sheet otherwise than that of all sheets. So a message has
each setting as data, between two NUL, which no text of a price list brings into it: `setting` and
the functions below write it. The sentence is made where it is known which sheets are in doubt.
"""

import re
from collections.abc import Callable, Iterable, Sequence

import msgspec

from pricebook.errors import PriceListError, PriceListIssue
from pricebook.pricelists.schemas.read_config import Field
from pricebook.pricelists.text import quote, without_nul

_LIMIT = "\0"
_MAPPING = "column_mapping."
_OR_MAPPING = "column_mapping or "
_PLAIN_NAME = re.compile(r"[\w-]+")


class DetectionIssue(msgspec.Struct, frozen=True):
    """One reason to refuse a table; its message is no sentence before its settings are named."""

    message: str
    option: str = ""
    candidates: tuple[str, ...] = ()
    price_column: str = ""

    def for_list(self, sheet: str = "") -> PriceListIssue:
        """Return the issue with the settings of all sheets; `sheet` is the one it is about."""
        return self._with_settings(_name_common, sheet)

    def for_sheet(self, sheet: str) -> PriceListIssue:
        """Return the issue of a sheet with the settings of this sheet only."""
        return self._with_settings(lambda named: _name_for_sheet(sheet, named), sheet)

    def _with_settings(self, name: Callable[[str], str], sheet: str) -> PriceListIssue:
        pieces = self.message.split(_LIMIT)
        pieces[1::2] = map(name, pieces[1::2])
        message = "".join(pieces)
        return PriceListIssue(
            f"Sheet {quote(sheet)}: {message}" if sheet else message,
            self.option,
            self.candidates,
            self.price_column,
            sheet,
        )


class DetectionError(PriceListError):
    """A table cannot be read; `found` are the reasons."""

    def __init__(self, found: Iterable[DetectionIssue]) -> None:
        self.found = tuple(found)
        issues = [each.for_list() for each in self.found]
        super().__init__(" ".join(dict.fromkeys(each.message for each in issues)), issues)


def issues_of(error: PriceListError) -> Sequence[DetectionIssue]:
    """Return the reasons of an error; settings are named in those of detection only."""
    if isinstance(error, DetectionError):
        return error.found
    return [
        DetectionIssue(without_nul(each.message), each.option, each.candidates, each.price_column)
        for each in error.issues
    ]


def without_options_of(
    known: Sequence[DetectionIssue], issues: Iterable[DetectionIssue]
) -> list[DetectionIssue]:
    """Return the issues whose option is not that of a known one already."""
    options = {issue.option for issue in known}
    return [issue for issue in issues if issue.option not in options]


def with_price_column(issues: Iterable[DetectionIssue], price: str) -> list[DetectionIssue]:
    """Return the issues with the name of the price column."""
    return [msgspec.structs.replace(issue, price_column=price) for issue in issues]


def setting(option: str, value: object) -> str:
    """Return a setting for a message; the value is as the command line has it."""
    return f"{_LIMIT}{option}={without_nul(str(value))}{_LIMIT}"


def ignoring(column: str) -> str:
    """Return the setting by which a column holds no field."""
    return setting("ignored_columns", f'"{column}"')


def column_setting(field: Field, column: str = "Header") -> str:
    """Return the setting of the column of a field."""
    return setting(f"{_MAPPING}{field}", f'"{column}"')


def any_column_setting(field: Field, column: str = "Header") -> str:
    """Return both ways to set the column of a field."""
    return setting(f"{_OR_MAPPING}{_MAPPING}{field}", f'"{column}"')


def meaning_setting(cell: str, meaning: str) -> str:
    """Return the setting of what a cell of units or price quantities means."""
    return setting("unit_meanings", f'{{"{cell}": "{meaning}"}}')


def name_option(sheet: str, option: str) -> str:
    """Return how the command line names an option of a sheet only."""
    name = sheet if _PLAIN_NAME.fullmatch(sheet) else f'"{sheet}"'
    return f"--set sheet_settings.{name}.{option}"


def _name_common(named: str) -> str:
    """Return a setting of all sheets: `--column price="Net"`, `discount=30`."""
    prefix = _OR_MAPPING if named.startswith(_OR_MAPPING) else ""
    option = named.removeprefix(prefix)
    if option.startswith(_MAPPING):
        return f"{prefix}--column {option.removeprefix(_MAPPING)}"
    return f"--set {option}" if option.startswith("key_columns=") else option


def _name_for_sheet(sheet: str, named: str) -> str:
    return name_option(sheet, named.removeprefix(_OR_MAPPING))
