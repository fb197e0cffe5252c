"""The groups of a supplier's settings: their fields, what is set in each, and what is refused."""

from collections.abc import Mapping
from typing import get_args

from msgspec import Struct

from pricebook.console.page_texts import Texts
from pricebook.console.suppliers.credential_fields import KIND, NAME, SECRET
from pricebook.pricelists.schemas.read_config import Field

FIRST = "source"
COLUMN = "column_"
GROUPS: dict[str, tuple[str, ...]] = {
    FIRST: (
        *("name", "source_type", "url", "spreadsheet_url", "file_path"),
        *(KIND, NAME, SECRET),
    ),
    "contact": ("contact_email", "is_active"),
    "schedule": ("schedule", "schedule_at", "schedule_rule", "late_after_days"),
    "prices": (
        *("currency", "price_quantity", "prices_per_pack", "prices_in", "vat_included"),
        "vat_rate",
        *("unit_meanings", "price_columns", "ignored_marks"),
    ),
    "discounts": ("discount", "discount_base", "net_marks", "title_discounts", "discount_groups"),
    "sheets": (
        *("sheet_name", "sheet_names", "sheet_settings", "hidden_rows", "hidden_columns"),
        "struck_out",
        *("header_row", "delimiter", "encoding", "decimal_separator"),
    ),
    "columns": (
        *(f"{COLUMN}{field}" for field in get_args(Field)),
        *("key_columns", "characteristic_columns", "ignored_columns"),
    ),
    "import": ("mode", "row_price_factor"),
}
# Fields that have a value without being set.
PRESET = {"is_active": "true"}
NEVER_SET = frozenset({"schedule_at"})
LABELS = {"is_active": "suppliers.activity"}


class SettingGroup(Struct, frozen=True):
    """A group as the page shows it: the labels of what is set, and whether it is open."""

    name: str
    labels: list[str]
    refused: int
    is_open: bool


class RefusedField(Struct, frozen=True):
    """A field that was refused: its element, its label and why."""

    anchor: str
    label: str
    issue: str


def list_groups(
    typed: Mapping[str, str], issues: Mapping[str, str], t: Texts
) -> dict[str, SettingGroup]:
    """Return the groups with what is typed in each; the first one and refused ones are open."""
    return {name: _group(name, typed, issues, t) for name in GROUPS}


def _group(
    name: str, typed: Mapping[str, str], issues: Mapping[str, str], t: Texts
) -> SettingGroup:
    refused = sum(field in issues for field in _anchored(name))
    return SettingGroup(
        name=name,
        labels=[setting_label(each, t) for each in GROUPS[name] if _is_set(each, typed)],
        refused=refused,
        is_open=name == FIRST or refused > 0,
    )


def list_refused(issues: Mapping[str, str], t: Texts) -> list[RefusedField]:
    """Return the refused fields in the order of the form."""
    return [
        RefusedField(each, setting_label(each, t), issues[each])
        for name in GROUPS
        for each in _anchored(name)
        if each in issues
    ]


def setting_label(field: str, t: Texts) -> str:
    """Return the label of a field of the form."""
    if field.startswith(COLUMN) and field in GROUPS["columns"]:
        return t(f"suppliers.columns.{field.removeprefix(COLUMN)}")
    return t(LABELS.get(field, f"suppliers.{field}"))


def _anchored(name: str) -> tuple[str, ...]:
    """Return the fields of a group that can be refused: all columns together, too."""
    return ("column_mapping", *GROUPS[name]) if name == "columns" else GROUPS[name]


def _is_set(field: str, typed: Mapping[str, str]) -> bool:
    text = typed.get(field, "")
    return bool(text) and text != PRESET.get(field) and field not in NEVER_SET
