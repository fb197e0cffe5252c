"""Messages in the words of the pages: a setting is called as the form calls its field."""

import re
from typing import Literal

from pricebook.console.page_texts import Texts

QUOTES = "\"'"
# Fields of the settings of a preview; the other settings are on the page of a supplier.
_OF_PREVIEWS = frozenset(
    (
        *("currency", "vat_included", "vat_rate", "price_quantity", "decimal_separator", "mode"),
        *("header_row", "discount"),
    )
)
_SETTINGS = (
    *("column_mapping", "ignored_columns", "characteristic_columns", "key_columns", "sheet_names"),
    *("sheet_name", "header_row", "decimal_separator", "price_quantity", "prices_per_pack"),
    "prices_in",
    *("vat_included", "vat_rate", "discount_groups", "discount_base", "row_price_factor"),
    *("net_marks", "ignored_marks", "unit_meanings", "price_columns", "title_discounts"),
    *("sheet_settings", "hidden_rows", "hidden_columns", "struck_out"),
)
# Settings that the page of a preview changes under other names.
_NAMED_OTHERWISE = frozenset(("column_mapping", "ignored_columns", "discount_groups", "sheet_name"))
# Words of sentences, too: these are settings only with a value, `currency=TRY`.
_WORDS = ("currency", "discount", "encoding", "delimiter", "mode")
SETTING_NAMES = (*_SETTINGS, *_WORDS)
Page = Literal["supplier", "preview"]
# What the page of a preview calls a setting that is no field of its own there: the title of a
# question, an answer, a heading. All other settings are on the page of the supplier only.
_ON_PREVIEWS = {
    **{name: f"previews.{name}" for name in _OF_PREVIEWS},
    "discount_groups": "previews.groups",
    "column_mapping": "previews.columns",
    "ignored_columns": "previews.no_field",
    "hidden_rows": "previews.questions.hidden_rows",
    "struck_out": "previews.questions.struck_out",
    "title_discounts": "previews.questions.title_discounts",
    "sheet_name": "previews.sheet",
    "sheet_names": "previews.sheet",
}
_NEW_LAYOUT = re.compile(r" \(--new-layout, new_layout\)")
_RATE = re.compile(r"set one with `pricebook rates set [^`]*` or POST \S+-rates,")
_COLUMN = re.compile(r'(?:column_mapping or )?--column (\w+)="([^"]*)"')
_OF_SHEET = re.compile(r'(?:--set )?sheet_settings\.(?:"[^"]*"|[\w-]+)\.(column_mapping\.(?=\w))?')
_SET = re.compile(
    rf"(?:--set )?\b({'|'.join(SETTING_NAMES)})="
    r"""("[^"]*"|\{[^}]*\}|'\[[^\]]*\]'|[^\s,;"]*[^\s,;."])"""
)
_IGNORED = re.compile(
    r"\bname (?:(the (?:other )?column|a column|the other|one) )?in `?ignored_columns\b`?"
)
_WORD = re.compile(rf"(?<=set )({'|'.join(_WORDS)})\b")
_NAME = re.compile(rf"`?\b({'|'.join(_SETTINGS)})\b`?(?: of the supplier)?")


def setting_label(name: str, t: Texts) -> str:
    """Return how the forms call a setting."""
    page = "previews." if name in _OF_PREVIEWS else "suppliers."
    return t.get(page + name, name)


def list_named_settings(text: str) -> list[str]:
    """Return the settings that a message names, and that only the page of the supplier has."""
    found = dict.fromkeys(match[1] for match in _NAME.finditer(text))
    return [name for name in found if name not in _OF_PREVIEWS | _NAMED_OTHERWISE]


def label_on(page: Page, name: str, t: Texts) -> str:
    """Return how a page calls a setting, quoted; a preview names that it is set elsewhere."""
    key = _ON_PREVIEWS.get(name) if page == "preview" else None
    if key is not None:
        return f"“{t(key)}”"
    label = f"“{t.get(f'suppliers.{name}', name)}”"
    return t("previews.in_settings", label=label) if page == "preview" else label


def plain_words(text: str, t: Texts, page: Page = "supplier") -> str:
    """Return a message with the labels of form fields instead of the names of settings.

    They are those of the page of a preview, or of the settings of a supplier.
    """

    def of_column(match: re.Match[str]) -> str:
        fields = "previews.fields" if page == "preview" else "suppliers.columns"
        field = t.get(f"{fields}.{match[1]}", match[1])
        return t("previews.set_column", field=field, column=match[2])

    def of_value(match: re.Match[str]) -> str:
        value = match[2].strip(QUOTES)
        if page == "preview" and match[1] == "ignored_columns":
            return t("previews.set_no_field", column=value)
        return f"{label_on(page, match[1], t)}: {value}"

    def of_ignored(match: re.Match[str]) -> str:
        what = f"{match[1]} " if match[1] else ""
        return t("previews.name_no_field", what=what)

    text = _OF_SHEET.sub(lambda match: "--column " if match[1] else "", text)
    text = _RATE.sub(t("previews.set_rate"), _NEW_LAYOUT.sub("", text))
    text = _SET.sub(of_value, _COLUMN.sub(of_column, text))
    text = _IGNORED.sub(of_ignored, text) if page == "preview" else text
    text = _WORD.sub(lambda match: label_on(page, match[1], t), text)
    return _NAME.sub(lambda match: label_on(page, match[1], t), text)
