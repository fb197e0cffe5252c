"""Forms of previews: the answers to questions, and the settings of all columns and prices."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from pricebook.console.page_texts import load_texts
from pricebook.console.previews.price_list_samples import Column
from pricebook.console.previews.question_choices import for_sheets
from pricebook.errors import ValidationError

ANSWER = re.compile(r"^answer\.\d+$")
CURRENCY = re.compile(r"[A-Z]{3}")
PERCENT = re.compile(r"[0-9]{1,2}(\.[0-9]+)?")
OTHER = re.compile(r"^(?:other|alone)\.(\d+)$")
SHEET = re.compile(r"^sheets\.\d+$")
TYPED = "typed."
COLUMN = "column."
IGNORED = "ignored"
# The form of the settings always has it.
SETTING = "mode"
TEXTS = (SETTING, "currency", "decimal_separator", "vat_rate", "discount")
NUMBERS = ("price_quantity", "header_row")
# A value of all rows, or the column of each row's.
COLUMN_OR_VALUE = ("currency", "vat_rate", "price_quantity")
Patch = dict[str, Any]


def read_answers(form: Mapping[str, str]) -> list[Patch]:
    """Return the chosen and typed answers as JSON patches; raises ValidationError."""
    t = load_texts()
    patches = [_patch(text) for name, text in form.items() if ANSWER.fullmatch(name) and text]
    for name, text in form.items():
        if (other := OTHER.fullmatch(name)) and text:
            answers = [f"{kind}.{other[1]}" for kind in ("answer", "other", "alone")]
            if len([each for each in answers if form.get(each)]) > 1:
                raise ValidationError(t("previews.two_answers"))
            patches.append(_patch(text))
        elif name.startswith(TYPED) and text.strip():
            path, _, sheets = name.removeprefix(TYPED).partition("@[")
            option, _, member = path.partition(".")
            value: Any = text.strip().upper() if option == "currency" else text.strip()
            value = value.replace(",", ".") if option == "vat_rate" else value
            value = _number(option, value) if option in NUMBERS else value
            typed: Patch = {option: {member: value} if member else value}
            patches.append(for_sheets(typed, _sheet_list(f"[{sheets}")) if sheets else typed)
    sheets = [_patch(text) for name, text in form.items() if SHEET.fullmatch(name) and text]
    if sheets:
        names = dict.fromkeys(each for patch in sheets for each in patch.get("sheet_names", ()))
        patches.append({**sheets[0], "sheet_names": list(names)})
    return patches


def _sheet_list(text: str) -> list[str]:
    try:
        return msgspec.json.decode(text, type=list[str])
    except (msgspec.DecodeError, RecursionError):
        raise ValidationError("The answer is malformed.") from None


def _patch(text: str) -> Patch:
    try:
        return msgspec.json.decode(text, type=dict[str, Any])
    except (msgspec.DecodeError, RecursionError):
        raise ValidationError("The answer is malformed.") from None


def read_settings(form: Mapping[str, str], columns: list[Column]) -> list[Patch]:
    """Return the settings that a form has as JSON patches; raises ValidationError.

    An empty setting is detected; a column without another choice keeps its meaning.
    """
    t = load_texts()
    options: Patch = {name: form[name].strip() or None for name in TEXTS if name in form}
    options["vat_rate"] = (options.get("vat_rate") or "").replace(",", ".") or None
    options["currency"] = (options.get("currency") or "").upper() or None
    _check(
        options, "currency", CURRENCY, t("previews.currency_expected", field=t("previews.currency"))
    )
    _check(
        options, "vat_rate", PERCENT, t("previews.percent_expected", field=t("previews.vat_rate"))
    )
    options |= {name: _number(name, form[name].strip()) for name in NUMBERS if name in form}
    options["vat_included"] = {"true": True, "false": False}.get(form.get("vat_included", ""))
    if form.get("sheet"):
        options |= {"sheet_names": [form["sheet"]], "sheet_name": None}
    chosen = _columns(form, columns)
    doubled = next((name for name in COLUMN_OR_VALUE if options.get(name) and name in chosen), None)
    if doubled:
        field, label = t(f"previews.fields.{doubled}"), t(f"previews.{doubled}")
        raise ValidationError(t("previews.column_or_value", field=field, label=label))
    return [options, *_meaning_patches(chosen)]


def _check(options: Patch, name: str, pattern: re.Pattern[str], reason: str) -> None:
    if options[name] and not pattern.fullmatch(options[name]):
        raise ValidationError(reason)


def _meaning_patches(chosen: Mapping[str, list[Column]]) -> Iterator[Patch]:
    """Yield the meaning of the chosen columns, of a sheet only where its columns are its own."""
    for sheet in dict.fromkeys(each.sheet for columns in chosen.values() for each in columns):
        of_sheet = {
            field: own
            for field, columns in chosen.items()
            if (own := [each for each in columns if each.sheet == sheet])
        }
        patch: Patch = {"columns": dict(_meanings(of_sheet))}
        yield for_sheets(patch, [sheet]) if sheet else patch


def _columns(form: Mapping[str, str], columns: list[Column]) -> dict[str, list[Column]]:
    """Return the columns of each chosen meaning; what is left as it is, is no choice."""
    chosen: dict[str, list[Column]] = {}
    for index, column in enumerate(columns):
        field = form.get(f"{COLUMN}{index}", "")
        if field not in {"", column.field}:
            chosen.setdefault(field, []).append(column)
    return chosen


def _meanings(chosen: Mapping[str, list[Column]]) -> Iterator[tuple[str, str | None]]:
    """Yield each column with its field, None for none; raises ValidationError for two of one."""
    t = load_texts()
    for field, columns in chosen.items():
        if field != IGNORED and len(columns) > 1:
            letters = t("previews.and").join(each.letters for each in columns)
            label = t.get(f"previews.fields.{field}", field)
            raise ValidationError(t("previews.two_columns", field=label, letters=letters))
        yield from ((each.reference, None if field == IGNORED else field) for each in columns)


def _number(name: str, text: str) -> int | None:
    if text and not (text.isascii() and text.isdecimal()):
        label = load_texts()(f"previews.{name}")
        raise ValidationError(load_texts()("previews.whole_number", field=label))
    return int(text[:9]) if text else None
