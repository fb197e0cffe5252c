"""With what a preview is read: options, settings of its supplier, exchange rates; what changed."""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any, Literal, cast

import msgspec

from pricebook.db.database import Connection, find_currency
from pricebook.imports.configuration import CHOICE_OF_SHEETS, merge_config, stored_profile
from pricebook.imports.preview_options import OBJECTS, Patch, changed_options
from pricebook.pricelists.detection.previous_facts import remembered_options
from pricebook.pricelists.detection.sheet_settings import config_of_sheet
from pricebook.pricelists.schemas.profile import DetectedProfile
from pricebook.pricelists.schemas.read_config import ReadConfig
from pricebook.rates import service as rates
from pricebook.rates.schemas import ExchangeRule
from pricebook.suppliers import learnt_layout
from pricebook.suppliers.remembered_answers import is_remembered
from pricebook.suppliers.schemas import Supplier
from pricebook.suppliers.source_config_change import merge_patch

EXCHANGE_RATE = "exchange_rate"
_OF_READING = (*ReadConfig.__struct_fields__, "row_price_factor")
_MAPPING, _SHEETS = "column_mapping", "sheet_settings"
_EMPTY: tuple[Any, ...] = (None, "", [], {})
_Members = dict[tuple[str | None, str, str | None], Any]


class UsedSetting(msgspec.Struct, frozen=True):
    """A setting that a reading uses; `member` is the field of a column, `sheet` set for one only.

    `origin`: set for the supplier, remembered there from an answer, or from the last price list.
    """

    name: str
    value: Any
    origin: Literal["setting", "answer", "previous"]
    member: str | None = None
    sheet: str | None = None


class BasisChange(msgspec.Struct, frozen=True):
    """A setting of a supplier, or the rate of the currency `member`, that changed since a reading.

    None: it was or is not set; there was or is no rate.
    """

    name: str
    before: Any
    now: Any
    member: str | None = None
    sheet: str | None = None


class PreviewBasis(msgspec.Struct, frozen=True, kw_only=True):
    """With what a preview was read.

    `options` are all options; `supplier_options` those stored with the supplier, `used` those of
    them, and of its last price list, that no answer replaced. `rates` are by currency, None without
    a rate of the last `rate_days` days.
    """

    options: Patch
    supplier_options: Patch
    used: tuple[UsedSetting, ...] = ()
    rates: dict[str, Decimal | None] = {}
    rate_days: int = 0


def basis_of(
    config: Patch, supplier: Supplier, rate_days: int, *, new_layout: bool
) -> PreviewBasis:
    """Return with what a preview with these options is read, apart from the rates."""
    profile = None if new_layout else stored_profile(supplier)
    return PreviewBasis(
        options=_all_options(config, supplier, profile),
        supplier_options=_options_of(supplier),
        used=tuple(_list_used(config, supplier, profile)),
        rate_days=rate_days,
    )


def effective_config(config: Patch, supplier: Supplier) -> ReadConfig:
    """Return the options of a supplier, replaced by those of a preview, empty ones too."""
    merged = merge_config(msgspec.convert(config, ReadConfig), supplier)
    return msgspec.convert({**msgspec.to_builtins(merged), **config}, ReadConfig)


def current_config(config: Patch, basis: PreviewBasis | None, supplier: Supplier) -> Patch:
    """Return the options of a preview with the settings of its supplier that changed since.

    These come before earlier answers, and before what an answer has copied of them.
    """
    if basis is None:
        return config
    objects: Patch = {name: {} for name in OBJECTS}
    changed = changed_options(
        {**objects, **basis.supplier_options}, {**objects, **_options_of(supplier)}
    )
    if not CHOICE_OF_SHEETS.isdisjoint(changed):
        changed |= dict.fromkeys(CHOICE_OF_SHEETS)
    config = dict(config)
    for name in changed.keys() & config.keys():
        if isinstance(changed[name], dict):
            config[name] = merge_patch(config[name], changed[name])
        else:
            del config[name]
    return config


async def list_basis_changes(
    conn: Connection, config: Patch, basis: PreviewBasis, supplier: Supplier, *, new_layout: bool
) -> list[BasisChange]:
    """Return the settings and rates that a reading would use now, and that the last did not."""
    profile = None if new_layout else stored_profile(supplier)
    now = _all_options(current_config(config, basis, supplier), supplier, profile)
    return [*_changed_settings(basis.options, now), *await _changed_rates(conn, basis)]


def describe_changes(changes: Iterable[BasisChange]) -> str:
    """Return what changed, by the names of the settings."""
    return ", ".join(
        f"exchange rate of {each.member}"
        if each.name == EXCHANGE_RATE
        else ".".join(filter(None, (each.sheet, each.name, each.member)))
        for each in changes
    )


def _changed_settings(before: Patch, now: Patch) -> Iterator[BasisChange]:
    old, new = _members_of(before), _members_of(now)
    for key in {**old, **new}:
        if old.get(key) != new.get(key):
            sheet, name, member = key
            yield BasisChange(name, old.get(key), new.get(key), member, sheet)


async def _changed_rates(conn: Connection, basis: PreviewBasis) -> list[BasisChange]:
    if not basis.rates:
        return []
    rule = ExchangeRule(await find_currency(conn) or "", basis.rate_days)
    found = await rates.find_rates(conn, list(basis.rates), rule)
    now = {each.currency: each.rate for each in found}
    return [
        BasisChange(EXCHANGE_RATE, rate, now.get(currency), currency)
        for currency, rate in basis.rates.items()
        if rate != now.get(currency)
    ]


def _options_of(supplier: Supplier) -> Patch:
    stored: Patch = supplier.metadata.get("source_config", {})
    return {name: stored[name] for name in _OF_READING if stored.get(name) not in _EMPTY}


def _all_options(config: Patch, supplier: Supplier, profile: DetectedProfile | None) -> Patch:
    """Return all options of a reading, those that hold from the last price list on included."""
    effective = remembered_options(effective_config(config, supplier), profile)
    options: Patch = msgspec.to_builtins(effective)
    if profile:
        options |= _column_answers(profile, options)
    factor = _options_of(supplier).get("row_price_factor")
    return options if factor is None else {**options, "row_price_factor": factor}


def _members_of(options: Patch) -> _Members:
    """Return the settings by sheet, name and field of a column; the sheets with own ones, too."""
    sheets: dict[str, Patch] = options.get(_SHEETS) or {}
    members: _Members = {(None, _SHEETS, None): sorted(sheets)} if sheets else {}
    for sheet, of_sheet in (None, options), *sheets.items():
        for name, value in of_sheet.items():
            if name == _MAPPING:
                columns = cast("Mapping[str, str]", value or {})
                members |= {(sheet, name, field): column for field, column in columns.items()}
            elif name != _SHEETS and value not in _EMPTY:
                members[sheet, name, None] = value
    return members


def _list_used(
    config: Patch, supplier: Supplier, profile: DetectedProfile | None
) -> Iterator[UsedSetting]:
    """Yield what the supplier decides of a preview; answers of the preview come before it."""
    replaced = set(config)
    if replaced & CHOICE_OF_SHEETS:
        replaced |= CHOICE_OF_SHEETS
    stored = _options_of(supplier)
    used = {name: value for name, value in stored.items() if name not in replaced}
    for (sheet, name, member), value in _members_of(used).items():
        if name != _SHEETS:
            is_answer = is_remembered(supplier, name, member, sheet)
            yield UsedSetting(name, value, "answer" if is_answer else "setting", member, sheet)
    yield from _of_last_list({**used, **config}, profile)


def _of_last_list(config: Patch, profile: DetectedProfile | None) -> Iterator[UsedSetting]:
    """Yield the answers that hold from the last price list on, where nothing else is set."""
    if profile is None:
        return
    known = {name: value for name, value in config.items() if name in ReadConfig.__struct_fields__}
    configured = msgspec.convert(known, ReadConfig)
    for sheet, own in learnt_layout.profiles_of_sheets(profile):
        options = config_of_sheet(configured, sheet) if sheet else configured
        before = msgspec.to_builtins(options)
        for name, value in msgspec.to_builtins(remembered_options(options, own)).items():
            if name not in before:
                yield UsedSetting(name, value, "previous", sheet=sheet)
        for name, value in _column_answers(own, before).items():
            yield UsedSetting(name, value, "previous", sheet=sheet)


def _column_answers(profile: DetectedProfile, options: Patch) -> Patch:
    """Return the answers about columns that a profile has, and that no option replaces."""
    answers = {name: getattr(profile, name) for name in learnt_layout.COLUMN_ANSWERS}
    return {
        name: list(columns)
        for name, columns in answers.items()
        if columns and options.get(name) is None
    }
