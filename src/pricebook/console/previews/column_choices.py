"""The columns that were chosen for a preview: whether they are read so, and what counts beside."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pricebook.console.page_texts import Texts
from pricebook.console.setting_words import setting_label
from pricebook.pricelists.detection.column_names import find_columns

# Fields of a column beside which a value counts for all rows.
_WITH_VALUE = ("currency", "vat_rate", "price_quantity", "discount")


def list_unread_choices(config: Mapping[str, Any], found: Mapping[str, Any], t: Texts) -> list[str]:
    """Return a sentence for each field whose column was set, and which is read otherwise."""
    if not found or found.get("sheets"):
        return []  # of several sheets, only the fields that all have are known
    return [
        t("previews.not_obeyed", field=t(f"previews.fields.{field}"), column=column)
        for field, column in config.get("column_mapping", {}).items()
        if not _is_read(field, column, found)
    ]


def list_shared_choices(config: Mapping[str, Any], found: Mapping[str, Any], t: Texts) -> list[str]:
    """Return a sentence for each value that was set beside a column of its field."""
    return list(_shared_choices(config, found, t))


def _shared_choices(config: Mapping[str, Any], found: Mapping[str, Any], t: Texts) -> Iterator[str]:
    columns: Mapping[str, str] = found.get("columns", {})
    for name in _WITH_VALUE:
        if name in columns and config.get(name) is not None:
            yield t(
                "previews.both_count",
                field=t(f"previews.fields.{name}"),
                column=columns[name].removeprefix("column "),
                label=setting_label(name, t),
                value=config[name],
            )


def _is_read(field: str, column: str, found: Mapping[str, Any]) -> bool:
    """Return whether a field is read from the column of a setting, by any name of that."""
    headers: Sequence[str] = found.get("headers", ())
    reference = found.get("columns", {}).get(field)
    if reference is None:
        return False
    named = find_columns(headers, column)
    # A name that is none of a whole header is that of one of its rows, or the list were refused.
    return not named or not set(named).isdisjoint(find_columns(headers, reference))
