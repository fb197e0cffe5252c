"""Entries of the audit log as the page shows them: the changed fields, and what they belong to."""

import json
import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any, cast
from uuid import UUID

from msgspec import Struct

from pricebook.audit.schemas import AuditEntry

ENTITY_PAGES = {
    "product": "/console/products",
    "product_batch": "/console/batches",
    "pricing_rule": "/console/rules",
    "supplier": "/console/suppliers",
    "user": "/console/administration/users",
    "webhook": "/console/administration/webhooks",
}
UUID_TEXT = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
# Sides of a change that differ in their depth are shown as they are.
MAX_SHOWN = 300
# Fields whose values are states or yes and no, which the page has words for.
WORD_FIELDS = {
    *("state", "status", "role", "is_active", "read_only", "dry_run", "create_products"),
    *("creates_products", "with_unchanged", "keeps_thresholds"),
}
MAX_FIELDS = 12


class ChangedField(Struct, frozen=True):
    """A field of an entry with its values as texts; None on the side that has none."""

    name: str
    old: str | None
    new: str | None

    @property
    def has_words(self) -> bool:
        """Whether the page has words for the values."""
        return self.name in WORD_FIELDS

    @property
    def ids(self) -> list[str]:
        """The values that are ids."""
        return [each for each in (self.old, self.new) if each and UUID_TEXT.fullmatch(each)]


class ShownEntry(Struct, frozen=True):
    """An entry, the name of what it changed, its changed fields, and the pages that it leads to.

    `more_fields` is the number of the changed fields that are not shown.
    """

    entry: AuditEntry
    name: str | None
    fields: list[ChangedField]
    more_fields: int
    entity_page: str | None
    batch_page: str | None
    task_page: str | None


def ids_of(entries: Collection[AuditEntry]) -> set[UUID]:
    """Return the ids in the fields of entries, and of what they changed if they do not name it."""
    texts = (
        text for each in entries for field in changed_fields_of(each, {}) for text in field.ids
    )
    unnamed = (each.entity_id for each in entries if not each.entity_name)
    return {*map(UUID, texts), *(each for each in unnamed if each)}


def shown_entry(
    entry: AuditEntry, product_batches: Collection[UUID], names: Mapping[UUID, str]
) -> ShownEntry:
    """Return an entry as it is shown, with names in place of ids.

    `product_batches` are the batches that have a page.
    """
    fields = list(changed_fields_of(entry, {str(each): name for each, name in names.items()}))
    pages = ENTITY_PAGES.get(entry.entity_type)
    has_entity = pages and entry.entity_id and not entry.action.endswith(".deleted")
    return ShownEntry(
        entry,
        entry.entity_name or (names.get(entry.entity_id) if entry.entity_id else None),
        fields[:MAX_FIELDS],
        max(0, len(fields) - MAX_FIELDS),
        f"{pages}/{entry.entity_id}" if has_entity else None,
        f"/console/batches/{entry.batch_id}" if entry.batch_id in product_batches else None,
        f"/console/imports/{entry.task_id}" if entry.task_id else None,
    )


def changed_fields_of(entry: AuditEntry, names: Mapping[str, str]) -> Iterator[ChangedField]:
    """Yield the fields that differ, those of nested objects by their paths; ids by their names."""
    before = dict(_leaves(entry.before or {}))
    after = dict(_leaves(entry.after or {}))
    for name in {**before, **after}:
        old, new = before.get(name), after.get(name)
        if old != new or "***" in {old, new}:
            yield ChangedField(name, *(each and names.get(each, each) for each in (old, new)))


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
