"""Entries of the audit log as the page shows them: the changed fields, and what they belong to."""

import json
from collections.abc import Collection, Iterator
from typing import Any, cast
from uuid import UUID

from msgspec import Struct

from pricebook.audit.schemas import AuditEntry

ENTITY_PAGES = {
    "product": "/console/products",
    "product_batch": "/console/batches",
    "pricing_rule": "/console/rules",
    "supplier": "/console/suppliers",
    "webhook": "/console/administration/webhooks",
}
# Sides of a change that differ in their depth are shown as they are.
MAX_SHOWN = 300
MAX_FIELDS = 12


class ChangedField(Struct, frozen=True):
    """A field of an entry with its values as texts; None on the side that has none."""

    name: str
    old: str | None
    new: str | None


class ShownEntry(Struct, frozen=True):
    """An entry, its changed fields, how many more it has, and the pages that it leads to."""

    entry: AuditEntry
    fields: list[ChangedField]
    more_fields: int
    entity_page: str | None
    batch_page: str | None
    task_page: str | None


def shown_entry(entry: AuditEntry, product_batches: Collection[UUID]) -> ShownEntry:
    """Return an entry as it is shown; `product_batches` are the batches that have a page."""
    fields = list(changed_fields_of(entry))
    pages = ENTITY_PAGES.get(entry.entity_type)
    has_entity = pages and entry.entity_id and not entry.action.endswith(".deleted")
    return ShownEntry(
        entry,
        fields[:MAX_FIELDS],
        max(0, len(fields) - MAX_FIELDS),
        f"{pages}/{entry.entity_id}" if has_entity else None,
        f"/console/batches/{entry.batch_id}" if entry.batch_id in product_batches else None,
        f"/console/imports/{entry.task_id}" if entry.task_id else None,
    )


def changed_fields_of(entry: AuditEntry) -> Iterator[ChangedField]:
    """Yield the fields that differ, those of nested objects by their paths."""
    before = dict(_leaves(entry.before or {}))
    after = dict(_leaves(entry.after or {}))
    for name in {**before, **after}:
        old, new = before.get(name), after.get(name)
        if old != new or "***" in {old, new}:
            yield ChangedField(name, old, new)


def _leaves(fields: dict[str, Any], path: str = "") -> Iterator[tuple[str, str]]:
    for name, value in fields.items():
        inner = cast("dict[str, Any]", value) if isinstance(value, dict) else {}
        if inner:
            yield from _leaves(inner, f"{path}{name}.")
        elif value is not None:
            yield path + name, _text(cast("object", value))


def _text(value: object) -> str:
    """Return a value as a text of limited length: a string as it is, others as JSON."""
    elements = cast("list[object]", value) if isinstance(value, list) else None
    if elements is not None and all(isinstance(each, str) for each in elements):
        text = ", ".join(map(str, elements)) or "–"
    else:
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]}…"
