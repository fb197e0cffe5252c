"""The options and the previous profile of one sheet, and which options its issues name."""

from collections.abc import Collection, Iterable, Mapping, Sequence

import msgspec

from pricebook.errors import PriceListError, PriceListIssue
from pricebook.pricelists.detection.detection_issues import DetectionIssue, issues_of
from pricebook.pricelists.schemas.read_config import SHEET_OPTIONS, ReadConfig, SheetConfig
from pricebook.pricelists.schemas.read_request import ReadRequest
from pricebook.pricelists.text import quote_list

SHEET_SETTINGS = "sheet_settings"
# Options whose members of a sheet complete those of all sheets.
_OBJECTS = ("column_mapping", "discount_groups", "unit_meanings")


def find_settings(config: ReadConfig, sheet: str) -> SheetConfig | None:
    """Return the options of a sheet only, None without an entry; the case matters if it decides."""
    name = _find_name(config.sheet_settings, sheet)
    return None if name is None else config.sheet_settings[name]


def config_of_sheet(config: ReadConfig, sheet: str) -> ReadConfig:
    """Return the options with those of a sheet before the common ones."""
    settings = find_settings(config, sheet)
    return _overlay(config, settings) if settings else config


def request_of_sheet(
    request: ReadRequest, sheet: str, table_name: str | None = None
) -> ReadRequest:
    """Return the request with the options of a sheet before the common ones.

    If the sheets of the previous price list differed, its previous profile is that of the sheet,
    or of `table_name`, one of its tables side by side.
    """
    previous = request.previous_profile
    if previous is not None and previous.sheet_profiles:
        previous = previous.sheet_profiles.get(table_name or sheet)
    settings = find_settings(request.config, sheet)
    if settings is None and previous is request.previous_profile:
        return request
    config = _overlay(request.config, settings) if settings else request.config
    return msgspec.structs.replace(request, config=config, previous_profile=previous)


def check_settings(config: ReadConfig, names: Sequence[str], kind: str) -> None:
    """Raise PriceListError if options are set for a sheet that a file of a kind has not."""
    sheets = {_find_name([wanted], name) for name in names for wanted in config.sheet_settings}
    unknown = [name for name in config.sheet_settings if name not in sheets]
    if unknown:
        has = f"its sheets are {quote_list(names)}" if names else "it has none"
        raise PriceListError.of_issues(
            [
                PriceListIssue(
                    f"The {kind} has no sheet {quote_list(unknown)}, for which {SHEET_SETTINGS} is "
                    f"set; {has}.",
                    SHEET_SETTINGS,
                    tuple(names),
                )
            ]
        )


def issues_of_sheets(
    errors: Mapping[str, PriceListError], sheets: Collection[str]
) -> list[PriceListIssue]:
    """Return the issues of sheets; each names its sheet, and the option for it only.

    An issue that all sheets have, with the same candidates, names the option for all of them.
    """
    found = {sheet: issues_of(error) for sheet, error in errors.items()}
    keys_of = {sheet: set(map(answer_key, issues)) for sheet, issues in found.items()}
    common = {
        key
        for key in set[tuple[str, ...]]().union(*keys_of.values())
        if all(key in keys_of.get(sheet, ()) for sheet in sheets)
    }
    return [
        issue.for_list(sheet) if answer_key(issue) in common else issue.for_sheet(sheet)
        for sheet, issues in found.items()
        for issue in issues
    ]


def answer_key(issue: DetectionIssue) -> tuple[str, ...]:
    """Return what issues of several sheets have in common if one answer may decide them."""
    return (issue.option, *(issue.candidates or (issue.message,)))


def _overlay(config: ReadConfig, settings: SheetConfig) -> ReadConfig:
    own = {name: value for name in SHEET_OPTIONS if (value := getattr(settings, name)) is not None}
    for name in _OBJECTS:
        members: dict[str, str] = {**(getattr(config, name) or {}), **(own.get(name) or {})}
        own[name] = members or getattr(config, name)
    return msgspec.structs.replace(config, **own)


def _find_name(names: Iterable[str], sheet: str) -> str | None:
    similar = [name for name in names if is_same_sheet(name, sheet)]
    return sheet if sheet in similar else next(iter(similar), None)


def is_same_sheet(one: str, other: str) -> bool:
    """Return whether two names mean one sheet, if no sheet has exactly the name."""
    return one.strip().casefold() == other.strip().casefold()
