"""The fields of a supplier as its form has them, and back."""

import re
from collections.abc import Mapping
from typing import Any, get_args

import msgspec

from pricebook.console.form_fields import DECIMAL_COMMA, NUMBER_EXPECTED, field_text, read_lines
from pricebook.console.page_texts import load_texts
from pricebook.console.suppliers.schedule_fields import (
    needs_time,
    read_schedule,
    schedule_fields,
)
from pricebook.console.suppliers.sheet_lines import (
    read_sheet_settings,
    replacement,
    write_sheet_settings,
)
from pricebook.errors import ValidationError
from pricebook.http.field_types import is_number
from pricebook.http.json_body import decode_body
from pricebook.pricelists.schemas.read_config import Field
from pricebook.suppliers.revisions import settings_revision
from pricebook.suppliers.schemas import NewSupplier, SupplierChange, SupplierOverview
from pricebook.suppliers.source_config_change import ADDRESS_NAMES, SourceConfigChange

TEXTS = (
    *("spreadsheet_url", "url", "file_path", "sheet_name", "encoding", "currency", "discount"),
    *("decimal_separator", "discount_base", "net_marks", "ignored_marks"),
    *("prices_in", "title_discounts", "hidden_rows", "hidden_columns", "struck_out", "mode"),
)
NUMBERS = ("header_row", "price_quantity", "row_price_factor", "late_after_days", "vat_rate")
FLAGS = ("prices_per_pack", "vat_included")
LISTS = (
    *("sheet_names", "characteristic_columns", "ignored_columns", "key_columns"),
    "price_columns",
)
COLUMNS = get_args(Field)
DELIMITERS = {";": ";", ",": ",", "\t": "tab", "|": "|"}
# Between a group and its discount: a tab, as copied from a spreadsheet, or a sign.
SEPARATORS = "\t=;:"
MAX_DIGITS = 15  # of numbers in JSON
GROUP_EXPECTED = "line {number}: expected a group and its percent, such as A = 30+5"
GROUP_TWICE = "line {number}: the group occurs twice"
MEANING_EXPECTED = "line {number}: expected a unit and its meaning, such as C = 100"
MEANING_TWICE = "line {number}: the unit occurs twice"
# Objects, one member on a line, and what is wrong with a line.
OBJECTS = {
    "discount_groups": (GROUP_EXPECTED, GROUP_TWICE),
    "unit_meanings": (MEANING_EXPECTED, MEANING_TWICE),
}

Issues = dict[str, str]


def form_fields_of(supplier: SupplierOverview) -> dict[str, str]:
    """Return the fields of a stored supplier as its form has them."""
    config = supplier.source_config
    address = next((config[name] for name in ADDRESS_NAMES if config.get(name)), "")
    delimiter = config.get("delimiter") or ""
    columns: dict[str, str] = config.get("column_mapping") or {}
    return {
        "name": supplier.name,
        "source_type": supplier.source_type,
        "contact_email": supplier.contact_email or "",
        "is_active": field_text(supplier.is_active),
        **{name: field_text(config.get(name)) for name in (*TEXTS, *NUMBERS, *FLAGS)},
        **{name: "\n".join(map(str, config.get(name) or ())) for name in LISTS},
        "spreadsheet_url": str(address),
        "delimiter": DELIMITERS.get(delimiter, delimiter),
        **{name: _members_text(config.get(name) or {}) for name in OBJECTS},
        "sheet_settings": write_sheet_settings(config.get("sheet_settings") or {}),
        **{f"column_{field}": columns.get(field, "") for field in COLUMNS},
        **schedule_fields(config.get("sync_every")),
        "before": settings_revision(supplier),
    }


def read_new_supplier(typed: Mapping[str, str]) -> tuple[NewSupplier | None, Issues]:
    """Return what was typed as a new supplier, or None and the issues by field."""
    config, issues = _read_config(typed, {})
    return _decode(NewSupplier, {**_read_plain(typed), "source_config": config}, issues)


def issues_of_trial(new: NewSupplier) -> Issues:
    """Return why the price list of a new supplier cannot be fetched at once."""
    t = load_texts()
    issues: Issues = {}
    if not (new.source_config.url or new.source_config.spreadsheet_url):
        issues["url"] = t("suppliers.address_to_try")
    if not new.is_active:
        issues["is_active"] = t("suppliers.active_to_try")
    return issues


def read_change(
    typed: Mapping[str, str], supplier: SupplierOverview
) -> tuple[SupplierChange | None, Issues]:
    """Return what was typed as a change of a supplier, or None and the issues by field.

    Fields that are empty are null, also members of the columns and discount groups.
    """
    config, issues = _read_config(typed, supplier.source_config)
    return _decode(SupplierChange, {**_read_plain(typed), "source_config": config}, issues)


def issues_of(error: ValidationError) -> Issues:
    """Return the issues of an error by the fields of the form."""
    issues: Issues = {}
    for each in error.issues:
        path = each.field.removeprefix("source_config.")
        name = re.split(r"[.\[]", path)[0]
        issues.setdefault({"sync_every": "schedule_rule"}.get(name, name), each.issue)
    return issues


def _decode(kind: Any, body: dict[str, Any], issues: Issues) -> tuple[Any, Issues]:
    """Return a body as a struct, or None and all issues: each field is decoded by itself first."""
    config: dict[str, Any] = body["source_config"]
    plain = {name: value for name, value in body.items() if name != "source_config"}
    issues = {**_issues_of_part(kind, plain), **issues}
    for name, value in config.items():
        if name != "column_mapping":
            issues = {**_issues_of_part(SourceConfigChange, {name: value}), **issues}
    columns: dict[str, str | None] = config["column_mapping"] or {}
    for field, header in columns.items():
        found = _issues_of_part(SourceConfigChange, {"column_mapping": {field: header}})
        issues |= {f"column_{field}": issue for issue in found.values()}
    if issues:
        return None, issues
    if kind is NewSupplier:
        given = {name: value for name, value in config.items() if value is not None}
        body = {**body, "source_config": given}
    try:
        return decode_body(kind, msgspec.json.encode(body)), {}
    except ValidationError as error:
        return None, issues_of(error)


def _issues_of_part(kind: Any, part: dict[str, Any]) -> Issues:
    try:
        decode_body(kind, msgspec.json.encode(part))
    except ValidationError as error:
        return issues_of(error)
    return {}


def _read_plain(typed: Mapping[str, str]) -> dict[str, Any]:
    return {
        "name": typed.get("name", ""),
        "source_type": typed.get("source_type", ""),
        "contact_email": typed.get("contact_email", "").strip() or None,
        "is_active": typed.get("is_active") != "false",
    }


def _read_config(
    typed: Mapping[str, str], stored: Mapping[str, Any]
) -> tuple[dict[str, Any], Issues]:
    """Return the source configuration of a form; null for what is empty."""
    get = {name: text.strip() for name, text in typed.items()}.get
    config: dict[str, Any] = {name: get(name) or None for name in TEXTS}
    config["currency"] = config["currency"] and config["currency"].upper()
    config |= {name: _number(get(name, "")) for name in NUMBERS}
    config |= {name: {"true": True, "false": False}.get(get(name, "")) for name in FLAGS}
    config |= {name: read_lines(get(name, "")) or None for name in LISTS}
    names = {text: sign for sign, text in DELIMITERS.items()}
    config["delimiter"] = names.get(get("delimiter", ""), get("delimiter", "")) or None
    columns = {field: get(f"column_{field}") or None for field in COLUMNS}
    config["column_mapping"] = _members(columns, stored.get("column_mapping"))
    issues: Issues = {}
    for name in OBJECTS:
        members, found = _read_members(name, get(name, ""))
        issues |= found
        config[name] = _members(members, stored.get(name))
    is_timed = not needs_time(typed)
    config["sync_every"] = _whole(read_schedule(typed)) if is_timed else None
    if not is_timed:
        issues["schedule_at"] = load_texts()("suppliers.time_expected")
    issues |= {name: NUMBER_EXPECTED for name in NUMBERS if isinstance(config[name], str)}
    settings, problem = read_sheet_settings(get("sheet_settings", ""))
    issues |= {"sheet_settings": problem} if problem else {}
    config["sheet_settings"] = replacement(settings, stored.get("sheet_settings")) or None
    return config, issues


def _members(typed: Mapping[str, str | None], stored: Any) -> dict[str, str | None] | None:
    """Return the members of an object with null for those to remove; None without any."""
    given = {name: text for name, text in typed.items() if text}
    return {**dict.fromkeys(stored or {}), **given} if given else None


def _members_text(members: Mapping[str, str]) -> str:
    return "\n".join(f"{name} = {text}" for name, text in members.items())


def _read_members(option: str, text: str) -> tuple[dict[str, str], Issues]:
    """Return the members of an object, one on a line, or what is wrong with the first line."""
    members: dict[str, str] = {}
    expected, twice = OBJECTS[option]
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        at = max(line.rfind(sign) for sign in SEPARATORS)
        name, value = line[: max(at, 0)].strip(), line[at + 1 :].strip()
        if not (name and value):
            return members, {option: expected.format(number=number)}
        if name in members:
            return members, {option: twice.format(number=number)}
        members[name] = value
    return members, {}


def _number(text: str) -> Any:
    """Return a number as JSON has it; a text that is none stays, and is refused."""
    text = DECIMAL_COMMA.sub(r"\1.\2", text)
    if not text:
        return None
    if not is_number(text) or len(text) > MAX_DIGITS:
        return text
    return int(text) if text.isdecimal() else float(text)


def _whole(rule: str | None) -> int | str | None:
    is_whole = rule is not None and rule.isascii() and rule.isdecimal()
    return int(rule) if rule and is_whole and len(rule) <= MAX_DIGITS else rule
