"""The options of a preview as answers change them: one column has one meaning."""

from collections.abc import Mapping
from typing import Any, cast

from pricebook.suppliers.source_config_change import merge_patch

Patch = dict[str, Any]
NEW_LAYOUT = "new_layout"
# Not an option: the meaning of columns, a field, null for none, and "" as it is detected.
COLUMNS = "columns"
_MAPPING, _IGNORED = "column_mapping", "ignored_columns"
_SHEETS = "sheet_settings"
_LEFT_OUT = "left_out_codes"
# Not an option: codes beside those that are left out already.
LEFT_OUT_TOO = "left_out_too"
OBJECTS = (_MAPPING, "discount_groups", "unit_meanings", _SHEETS)
_COMPLETED = (*OBJECTS, _IGNORED)  # an answer changes some members of these


def apply_patch(config: Patch, stored: Mapping[str, Any], patch: Patch) -> Patch:
    """Return the options of a preview with an answer; `stored` are those of its supplier.

    A column that is not to be read is added to the others, and no longer that of a field.
    """
    options = {
        name: value for name, value in patch.items() if name not in {NEW_LAYOUT, COLUMNS, _SHEETS}
    }
    config = dict(config)
    if patch.get(_SHEETS):
        config[_SHEETS] = _settings_with(config, stored, patch[_SHEETS])
    if added := options.pop(LEFT_OUT_TOO, None):
        options[_LEFT_OUT] = list(dict.fromkeys([*(config.get(_LEFT_OUT) or ()), *added]))
    touched: set[str] = {*options, *((_MAPPING, _IGNORED) if COLUMNS in patch else ())}
    if options.get(_IGNORED):
        touched.add(_MAPPING)
    for name in _COMPLETED:
        if name in touched and stored.get(name):
            config.setdefault(name, stored[name])
    ignored: list[str] = options.pop(_IGNORED, None) or []
    if patch.get(_IGNORED, ()) is None:
        config.pop(_IGNORED, None)
    config = merge_patch(config, options)
    if config.get(_IGNORED):
        mapping: dict[str, str] = options.get(_MAPPING) or {}
        answered = set(mapping.values())
        config[_IGNORED] = [each for each in config[_IGNORED] if each not in answered]
    set_columns: dict[str, str | None] = patch.get(COLUMNS) or {}
    columns: dict[str, str | None] = {**dict.fromkeys(ignored, None), **set_columns}
    return _with_columns(config, columns) if columns else config


def changed_options(before: Mapping[str, Any], after: Mapping[str, Any]) -> Patch:
    """Return what leads from some options to others, as a JSON patch."""
    changed: Patch = {}
    for name in {**before, **after}:
        old, new = cast("Any", before.get(name)), after.get(name)
        if isinstance(new, dict) and (name in OBJECTS or isinstance(old, dict)):
            members = changed_options(cast("Patch", old or {}), cast("Patch", new))
            if members:
                changed[name] = members
        elif old != new:
            changed[name] = new
    if "sheet_names" in changed:
        changed["sheet_name"] = None  # either option replaces both
    return changed


def _settings_with(
    config: Mapping[str, Any], stored: Mapping[str, Any], patch: Mapping[str, Patch | None]
) -> Patch:
    """Return the options of single sheets with an answer about some of them."""
    settings: dict[str, Patch] = dict(config.get(_SHEETS) or stored.get(_SHEETS) or {})
    for sheet, options in patch.items():
        changed = apply_patch(settings.get(sheet, {}), {}, options or {})
        settings[sheet] = changed
        if not changed:
            del settings[sheet]
    return settings


def _with_columns(config: Patch, columns: Mapping[str, str | None]) -> Patch:
    """Return options with the meaning of columns, which replaces any that these had."""
    set_before: dict[str, str] = config.get(_MAPPING) or {}
    ignored_before: list[str] = config.get(_IGNORED) or []
    mapping = {field: column for field, column in set_before.items() if column not in columns}
    ignored = [each for each in ignored_before if each not in columns]
    mapping |= {field: column for column, field in columns.items() if field}
    ignored += [column for column, field in columns.items() if field is None]
    changed: Patch = {_MAPPING: mapping, _IGNORED: ignored}
    return config | {name: each for name, each in changed.items() if each or name in config}
