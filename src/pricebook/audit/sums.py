"""Who did how many of what, among the newest entries that pass the filters of the audit log."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from uuid import UUID

import msgspec

from pricebook.audit import kind_repository, service
from pricebook.audit.kind_repository import AuditSum
from pricebook.audit.schemas import AuditEntry, AuditQuery, AuthorType
from pricebook.db.database import Database

# So many entries are summed: of each action, or of all where a filter passes few entries.
SUMMED = 1_000


async def sum_entries(database: Database, query: AuditQuery) -> tuple[list[AuditSum], bool]:
    """Return the sums of the newest SUMMED entries, largest first, and whether there may be more.

    Without a filter that few entries pass, they are the newest SUMMED of each type of actors and
    action.
    """
    if query.is_narrow:
        newest = msgspec.structs.replace(query, limit=SUMMED, cursor=None)
        page = await service.list_entries(database, newest)
        return _sums_of(page.data), page.next_cursor is not None
    async with database.connection() as conn:
        sums = await kind_repository.list_sums(conn, query, SUMMED)
    totals: Counter[tuple[str, str]] = Counter()
    for each in sums:
        totals[each.actor_type, each.action] += each.changes
    return sums, SUMMED in totals.values()


def _sums_of(entries: Iterable[AuditEntry]) -> list[AuditSum]:
    found: defaultdict[tuple[AuthorType, str, str], list[UUID | None]] = defaultdict(list)
    for entry in entries:
        found[entry.actor.type, entry.actor.name, entry.action].append(entry.batch_id)
    sums = [
        AuditSum(*key, changes=len(batch_ids), batches=len({*batch_ids} - {None}))
        for key, batch_ids in found.items()
    ]
    return sorted(sums, key=lambda each: (-each.changes, each.actor_name, each.action))
