"""Messages in the words of the pages: a setting is called as the form calls its field."""

import re

from pricebook.console.page_texts import Texts

QUOTES = "\"'"
# Fields of the settings of a preview; the other settings are on the page of a supplier.
_OF_PREVIEWS = frozenset(
    (
        *("currency", "vat_included", "vat_rate", "price_quantity", "decimal_separator", "mode"),
        *("header_row", "left_out_codes"),
    )
)
_SETTINGS = (
    *("column_mapping", "ignored_columns", "characteristic_columns", "key_columns", "sheet_names"),
    *("sheet_name", "header_row", "decimal_separator", "price_quantity", "prices_per_pack"),
    *("vat_included", "vat_rate", "discount_groups", "discount_base", "row_price_factor"),
    *("net_marks", "ignored_marks", "unit_meanings", "price_columns", "title_discounts"),
    *("sheet_settings", "hidden_rows", "hidden_columns", "left_out_codes"),
)
# Settings that a preview has no field for.
_ONLY_OF_SUPPLIERS = frozenset(
    (
        *("characteristic_columns", "key_columns", "sheet_names", "prices_per_pack"),
        *("discount_base", "row_price_factor", "net_marks", "ignored_marks", "unit_meanings"),
        *("price_columns", "title_discounts", "sheet_settings", "hidden_rows", "hidden_columns"),
    )
)
# Words of sentences, too: these are settings only with a value, `currency=TRY`.
_WORDS = ("currency", "discount")
_NEW_LAYOUT = re.compile(r" \(--new-layout, new_layout\)")
_RATE = re.compile(r"set one with `pricebook rates set [^`]*` or POST \S+-rates,")
_COLUMN = re.compile(r'(?:column_mapping or )?--column (\w+)="([^"]*)"')
_OF_SHEET = re.compile(r'(?:--set )?sheet_settings\.(?:"[^"]*"|[\w-]+)\.(column_mapping\.(?=\w))?')
_SET = re.compile(
    rf"(?:--set )?\b({'|'.join((*_SETTINGS, *_WORDS))})="
    r"""("[^"]*"|\{[^}]*\}|'\[[^\]]*\]'|[^\s,;"]*[^\s,;."])"""
)
_NAME = re.compile(rf"`?\b({'|'.join(_SETTINGS)})\b`?(?: of the supplier)?")


def setting_label(name: str, t: Texts) -> str:
    """Return how the forms call a setting."""
    page = "previews." if name in _OF_PREVIEWS else "suppliers."
    return t.get(page + name, name)


def list_named_settings(text: str) -> list[str]:
    """Return the settings that a message names, and that only the page of the supplier has."""
    found = dict.fromkeys(match[1] for match in _NAME.finditer(text))
    return [name for name in found if name in _ONLY_OF_SUPPLIERS]


def plain_words(text: str, t: Texts) -> str:
    """Return a message with the labels of form fields instead of the names of settings."""

    def label(name: str) -> str:
        return f"“{setting_label(name, t)}”"

    def of_column(match: re.Match[str]) -> str:
        field = t.get(f"previews.fields.{match[1]}", match[1])
        return t("previews.set_column", field=field, column=match[2])

    text = _OF_SHEET.sub(lambda match: "--column " if match[1] else "", text)
    text = _RATE.sub(t("previews.set_rate"), _NEW_LAYOUT.sub("", text))
    text = _COLUMN.sub(of_column, text)
    text = _SET.sub(lambda match: f"{label(match[1])}: {match[2].strip(QUOTES)}", text)
    return _NAME.sub(lambda match: label(match[1]), text)
