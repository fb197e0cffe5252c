"""The settings of its supplier that a preview is read with, each with what forgets it."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from msgspec import Struct

from pricebook.console.page_texts import Texts
from pricebook.console.previews.given_answers import answer_text, shortened, value_text
from pricebook.console.previews.preview_forms import NUMBERS, TEXTS
from pricebook.console.previews.price_list_samples import Column
from pricebook.console.setting_words import setting_label
from pricebook.imports.preview_basis import EXCHANGE_RATE, BasisChange, UsedSetting
from pricebook.imports.preview_changes import PreviewChanges

# Groups of the settings of the supplier that decide how its price lists are read.
SETTING_GROUPS = ("prices", "discounts", "sheets", "columns", "import")
MAX_GROUPS = 100
_GROUPS = "discount_groups"
_FIELDS = {*TEXTS, *NUMBERS, "vat_included"}


class ShownSetting(Struct, frozen=True):
    """A setting as a sentence, the field of the form that changes it, and what forgets it.

    `is_here`: that form is on the page of the preview, else on that of the supplier.
    """

    text: str
    anchor: str
    is_here: bool
    origin: str
    name: str
    member: str
    sheet: str = ""


def show_settings(
    settings: Sequence[UsedSetting], t: Texts, columns: Sequence[Column] = ()
) -> list[ShownSetting]:
    """Return the settings as the page of a preview lists them."""
    return [
        ShownSetting(
            text=t("previews.given_of_sheet", sheet=each.sheet, answer=_text(each, t))
            if each.sheet
            else _text(each, t),
            anchor=_anchor_here(each, columns) or _anchor(each),
            is_here=bool(_anchor_here(each, columns)),
            origin=each.origin,
            name=each.name,
            member=each.member or "",
            sheet=each.sheet or "",
        )
        for each in settings
    ]


def show_changes(changes: PreviewChanges, t: Texts) -> list[str]:
    """Return a sentence for each change since a preview was read."""
    sentences = [_change_text(each, t) for each in changes.basis]
    if changes.is_imported:
        sentences.append(t("previews.outdated_by_import"))
    if changes.is_of_earlier_release:
        sentences.append(t("previews.outdated_by_release"))
    return sentences


def _change_text(change: BasisChange, t: Texts) -> str:
    if change.name == EXCHANGE_RATE:
        none = t("previews.changed_from_no_rate")
        label = t("previews.changed_rate", currency=change.member)
    else:
        none = t("previews.changed_from_nothing")
        label = _label(change, t)
    before, now = (
        none if each is None else _value(each, t) for each in (change.before, change.now)
    )
    return t("previews.changed", label=label, before=before, now=now)


def _label(change: BasisChange, t: Texts) -> str:
    label = setting_label(change.name, t)
    if change.member is not None:
        label = t("previews.changed_column", field=t(f"previews.fields.{change.member}"))
    if change.sheet:
        return t("previews.given_of_sheet", sheet=change.sheet, answer=label)
    return label


def _value(value: Any, t: Texts) -> str:
    """Return a value in words, without its label."""
    text = format(value, "f") if isinstance(value, Decimal) else value_text(value, t)
    return shortened(text)


def _text(setting: UsedSetting, t: Texts) -> str:
    if setting.member is not None:
        field = t(f"previews.fields.{setting.member}")
        return t("previews.given_column", field=field, column=setting.value)
    return shortened(answer_text(setting.name, setting.value, t))


def list_groups(
    settings: Sequence[UsedSetting], config: Mapping[str, Any]
) -> list[tuple[str, str]]:
    """Return the discount groups that a preview is read with, and the discount of each."""
    of_supplier = [each.value for each in settings if each.name == _GROUPS and not each.sheet]
    found: list[dict[str, str]] = [config.get(_GROUPS) or {}, *of_supplier]
    groups = next(filter(None, found), dict[str, str]())
    return list(groups.items()) if len(groups) <= MAX_GROUPS else []


def _anchor_here(setting: UsedSetting, columns: Sequence[Column]) -> str:
    """Return the field of the form of the preview that changes a setting, empty without one."""
    if setting.sheet:
        return ""
    if setting.member is not None:
        fields = [each.field for each in columns]
        return f"column.{fields.index(setting.member)}" if setting.member in fields else ""
    if setting.name == _GROUPS:
        return _GROUPS if len(setting.value) <= MAX_GROUPS else ""
    return setting.name if setting.name in _FIELDS else ""


def _anchor(setting: UsedSetting) -> str:
    if setting.origin == "previous":
        return "layout"
    if setting.sheet:
        return "sheet_settings"
    return f"column_{setting.member}" if setting.member else setting.name
