"""The settings of its supplier that a preview is read with, each with what forgets it."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from msgspec import Struct

from pricebook.console.page_texts import Texts
from pricebook.console.previews.given_answers import answer_text, value_text
from pricebook.console.setting_words import setting_label
from pricebook.imports.preview_basis import EXCHANGE_RATE, BasisChange, UsedSetting
from pricebook.imports.preview_changes import PreviewChanges

_MAX_TEXT = 160


class ShownSetting(Struct, frozen=True):
    """A setting as a sentence, the field of the form that changes it, and what forgets it."""

    text: str
    anchor: str
    origin: str
    name: str
    member: str
    sheet: str = ""


def show_settings(settings: Sequence[UsedSetting], t: Texts) -> list[ShownSetting]:
    """Return the settings as the page of a preview lists them."""
    return [
        ShownSetting(
            text=t("previews.given_of_sheet", sheet=each.sheet, answer=_text(each, t))
            if each.sheet
            else _text(each, t),
            anchor=_anchor(each),
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
    return _shortened(text)


def _shortened(text: str) -> str:
    return text if len(text) <= _MAX_TEXT else f"{text[:_MAX_TEXT]}…"


def _text(setting: UsedSetting, t: Texts) -> str:
    if setting.member is not None:
        field = t(f"previews.fields.{setting.member}")
        return t("previews.given_column", field=field, column=setting.value)
    return _shortened(answer_text(setting.name, setting.value, t))


def _anchor(setting: UsedSetting) -> str:
    if setting.origin == "previous":
        return "layout"
    if setting.sheet:
        return "sheet_settings"
    return f"column_{setting.member}" if setting.member else setting.name
