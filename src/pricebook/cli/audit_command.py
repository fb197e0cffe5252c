"""The command for the audit log: who changed what."""

from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from cyclopts import Parameter
from msgspec.structs import replace

from pricebook.audit import service
from pricebook.audit.schemas import AuditEntry, AuditPage, AuditQuery, AuthorType
from pricebook.cli import output
from pricebook.cli.lookups import parse_id
from pricebook.cli.option_types import Limit, Time
from pricebook.cli.server_defaults import run_with_database
from pricebook.db.database import Database


def _help(text: str) -> Parameter:
    return Parameter(help=text)


@dataclass(frozen=True, kw_only=True)
class Filters:
    """Which changes to list; they combine with AND."""

    actor: Annotated[str | None, _help("Only changes by the user, key or program named so.")] = None
    actor_type: Annotated[AuthorType | None, _help("Only changes by actors of this type.")] = None
    action: Annotated[str | None, _help("Only this action: item.linked.")] = None
    entity_type: Annotated[str | None, _help("Only changes of this type: product.")] = None
    entity: Annotated[
        str | None,
        _help("Only changes of the entity with this id, SKU or name; of an item SUPPLIER:CODE."),
    ] = None
    task: Annotated[str | None, _help("Only changes by this import task or of it.")] = None
    batch: Annotated[str | None, _help("Only changes of this batch of decisions.")] = None
    request: Annotated[str | None, _help("Only changes by the request with this id.")] = None
    since: Annotated[Time | None, _help("From this day (UTC) or time, included.")] = None
    until: Annotated[Time | None, _help("Before this day (UTC) or time, not included.")] = None


def list_audit(
    *,
    filters: Annotated[Filters, Parameter(name="*")] = Filters(),
    limit: Limit = 50,
    cursor: str | None = None,
    json: bool = False,
) -> None:
    """List who changed what, the newest changes first.

    Args:
        filters: Which changes to list.
        limit: The number of changes on a page, up to 200.
        cursor: Where the page begins, as the page before says.
        json: Print the page as JSON.
    """
    name = filters.entity
    # A cursor belongs to all filters, that of the entity included.
    query = _query_of(filters, limit, cursor if name is None else None)

    async def list_entries(database: Database) -> AuditPage:
        if name is None:
            return await service.list_entries(database, query)
        entity_id = await service.find_entity_id(database, name, filters.entity_type)
        of_entity = replace(query, entity_id=entity_id, cursor=cursor)
        return await service.list_entries(database, of_entity)

    page = run_with_database(list_entries)
    if json:
        output.print_json(page)
        return
    if not page.data:
        output.print_none("change", page.total_count or 0)
        return
    for entry in page.data:
        _print_entry(entry)
    total = "more" if page.total_count is None else f"{page.total_count:,}"
    output.print_line(f"{len(page.data):,} of {total} changes.")
    if page.next_cursor:
        output.print_line(f"Next page: --cursor={page.next_cursor}")


def _query_of(filters: Filters, limit: int, cursor: str | None) -> AuditQuery:
    """Return the query of these filters, without the entity; raises ValidationError."""
    return AuditQuery(
        actor=filters.actor,
        actor_type=filters.actor_type,
        action=filters.action,
        entity_type=filters.entity_type,
        task_id=_parse_id(filters.task, "pricebook tasks list"),
        batch_id=_parse_id(filters.batch, "pricebook matches batches list"),
        request_id=filters.request,
        since=filters.since,
        until=filters.until,
        limit=limit,
        cursor=cursor,
    )


def _parse_id(text: str | None, listed_by: str) -> UUID | None:
    return None if text is None else parse_id(text, listed_by)


def _print_entry(entry: AuditEntry) -> None:
    """Print a change on one line: when, who, what, and each field before and after."""
    name = entry.entity_name or entry.entity_id or ""
    before, after = entry.before or {}, entry.after or {}
    changes = [
        f"{field} {_shown(before.get(field))} → {_shown(after.get(field))}"
        for field in sorted({*before, *after})
    ]
    author = f"{entry.actor.name} ({entry.actor.type})"
    fields = f": {', '.join(changes)}" if changes else ""
    task = f"  task {entry.task_id}" if entry.task_id else ""
    output.print_line(f"{entry.at:%Y-%m-%d %H:%M:%S} {author} {entry.action} {name}{fields}{task}")


def _shown(value: Any) -> str:
    return "–" if value is None else str(value)
