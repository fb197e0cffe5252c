"""What was answered and set for a preview, each with the patch that takes it back."""

from collections.abc import Iterator, Mapping
from typing import Any, cast

from pricebook.console.page_texts import Texts
from pricebook.console.previews.question_choices import Choice, make_choice
from pricebook.console.previews.sheet_questions import name_sheets, sheets_patch
from pricebook.console.setting_words import setting_label
from pricebook.imports.preview_options import COLUMNS, NEW_LAYOUT

_MAX_TEXT = 160
_OWN = frozenset(
    (
        *("sheet_names", "sheet_name", "column_mapping", "ignored_columns", "sheet_settings"),
        "left_out_codes",
    )
)


def list_given(config: Mapping[str, Any], t: Texts, *, new_layout: bool) -> list[Choice]:
    """Return the options of a preview as sentences; the patch of each leaves it to detection."""
    return list(_given(config, t, new_layout=new_layout))


def _given(config: Mapping[str, Any], t: Texts, *, new_layout: bool) -> Iterator[Choice]:
    if new_layout:
        yield make_choice(t("previews.answer.new_layout"), {NEW_LAYOUT: False})
    sheets: list[str] = config.get("sheet_names") or []
    if sheets:
        label = t("previews.given_sheets", sheets=name_sheets(sheets, t))
        yield make_choice(label, sheets_patch([]) | {"sheet_names": None})
    yield from _given_options(config, t)
    left_out: list[str] = config.get("left_out_codes") or []
    for code in left_out:
        others = [each for each in left_out if each != code]
        yield make_choice(t("previews.given_left_out", code=code), {"left_out_codes": others})
    settings: dict[str, dict[str, Any]] = config.get("sheet_settings") or {}
    for sheet, options in settings.items():
        for each in _given_options(options, t):
            label = t("previews.given_of_sheet", sheet=sheet, answer=each.label)
            yield Choice(label, each.patch).for_sheets([sheet])


def _given_options(config: Mapping[str, Any], t: Texts) -> Iterator[Choice]:
    mapping: dict[str, str] = config.get("column_mapping") or {}
    for field, column in mapping.items():
        label = t("previews.given_column", field=t(f"previews.fields.{field}"), column=column)
        yield make_choice(label, {"column_mapping": {field: None}})
    for column in config.get("ignored_columns") or ():
        label = t("previews.answer.ignored", column=column)
        yield make_choice(label, {COLUMNS: {column: ""}})
    for name, value in config.items():
        if name not in _OWN and value not in (None, [], {}):
            yield make_choice(shortened(answer_text(name, value, t)), {name: None})


def shortened(text: str) -> str:
    """Return the begin of a text that is long."""
    return text if len(text) <= _MAX_TEXT else f"{text[:_MAX_TEXT]}…"


def answer_text(name: str, value: Any, t: Texts) -> str:
    """Return the answer in words, else the label of the setting and its value."""
    written = value_text(value, t)
    known = t.get(f"previews.answer.{name}.{written}")
    written = t.get(f"previews.{written}", written) if name == "mode" else written
    return known or t("previews.given", label=setting_label(name, t), value=written)


def value_text(value: Any, t: Texts) -> str:
    """Return the value of a setting as a text: its members, its elements, or itself."""
    if isinstance(value, dict):
        members = cast("dict[str, str]", value)
        return ", ".join(f"{key}: {each}" for key, each in members.items())
    if isinstance(value, list):
        return t("previews.and").join(cast("list[str]", value))
    return str(value).lower() if isinstance(value, bool) else str(value)
