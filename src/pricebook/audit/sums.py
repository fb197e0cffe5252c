"""Who did how many of what, among the newest entries that pass the filters of the audit log."""

from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

import msgspec
from msgspec import Struct

from pricebook.audit import service
from pricebook.audit.schemas import AuditEntry, AuditQuery, AuthorType
from pricebook.db.database import Database

# So many entries are summed: they are read by the statements of a page, whatever the filters are.
SUMMED = 1_000


class AuditSum(Struct, frozen=True):
    """How often an actor did something, and in how many batches."""

    actor_type: AuthorType
    actor_name: str
    action: str
    changes: int
    batches: int


async def sum_entries(database: Database, query: AuditQuery) -> tuple[list[AuditSum], bool]:
    """Return the sums of the newest SUMMED entries, largest first, and whether there are more."""
    newest = msgspec.structs.replace(query, limit=SUMMED, cursor=None)
    page = await service.list_entries(database, newest)
    return _sums_of(page.data), page.next_cursor is not None


def _sums_of(entries: Iterable[AuditEntry]) -> list[AuditSum]:
    found: defaultdict[tuple[AuthorType, str, str], list[UUID | None]] = defaultdict(list)
    for entry in entries:
        found[entry.actor.type, entry.actor.name, entry.action].append(entry.batch_id)
    sums = [
        AuditSum(*key, changes=len(batch_ids), batches=len({*batch_ids} - {None}))
        for key, batch_ids in found.items()
    ]
    return sorted(sums, key=lambda each: (-each.changes, each.actor_name, each.action))
