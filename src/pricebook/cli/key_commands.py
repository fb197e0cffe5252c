"""The commands for the API keys of programs."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated
from uuid import UUID

from cyclopts import App, Parameter
from rich.table import Column, Table
from rich.text import Text

from pricebook.auth import key_service
from pricebook.auth.key_schemas import DEFAULT_DAYS, MAX_DAYS, ApiKey, NewApiKey
from pricebook.auth.schemas import Role
from pricebook.cli import output
from pricebook.cli.lookups import COMMAND_LINE
from pricebook.cli.option_types import Limit, PageNumber
from pricebook.cli.read_options import option
from pricebook.cli.server_defaults import run_with_database
from pricebook.db.database import Database
from pricebook.errors import ValidationError
from pricebook.http.pagination import CursorPage, CursorPaging

app = App(name="keys", help="API keys of programs that use the API.")


@dataclass(frozen=True, kw_only=True)
class KeyRights:
    """What a new key may do, and until when."""

    role: Annotated[Role, option("What the key may do.")]
    read_only: Annotated[
        bool, option("The key changes nothing: only GET and HEAD requests are accepted with it.")
    ] = False
    days: Annotated[int, option("The days until it expires.")] = DEFAULT_DAYS
    never: Annotated[bool, option("The key does not expire, whatever --days is.")] = False


@app.command
def add(
    name: str, *, rights: Annotated[KeyRights, Parameter(name="*")], json: bool = False
) -> None:
    """Create an API key and print it, once: only its hash is stored.

    Args:
        name: The name of the program that will use it.
        rights: What the key may do, and until when.
        json: Print the key with its fields as JSON.
    """
    expires_at = None if rights.never else _expiry(rights.days)
    new_key = NewApiKey(name, rights.role, expires_at, rights.read_only)
    created = run_with_database(
        lambda database: key_service.create_key(database, new_key, COMMAND_LINE)
    )
    if json:
        output.print_json(created)
        return
    output.print_line(
        f"API key {created.name} was created with role {_describe_rights(created)}; it expires"
        f" {_describe_expiry(created)}."
    )
    output.print_line(f"key {created.key}")


@app.command(name="list")
def list_all(
    *,
    limit: Limit = 200,
    page: PageNumber = 1,
    json: bool = False,
) -> None:
    """List the API keys, newest first, expired and revoked ones too.

    Args:
        limit: The number of keys on a page, up to 200.
        page: The number of the page.
        json: Print the page as JSON, with the ids.
    """

    async def query_keys(database: Database) -> CursorPage[ApiKey]:
        return await key_service.list_keys(database, CursorPaging(page, limit))

    listing = run_with_database(query_keys)
    if json:
        output.print_json(listing)
    else:
        _print_keys(listing)


@app.command
def revoke(key: str) -> None:
    """Revoke an API key; within 20 seconds requests with it are refused.

    Args:
        key: The id of the key, or the name of one that is not revoked.
    """

    async def revoke_key(database: Database) -> ApiKey:
        key_id = _as_id(key) or await key_service.find_key_id(database, key)
        return await key_service.revoke_key(database, key_id, COMMAND_LINE)

    output.print_line(f"API key {run_with_database(revoke_key).name} is revoked.")


def _expiry(days: int) -> datetime:
    if not 1 <= days <= MAX_DAYS:
        raise ValidationError(f"--days must be 1 to {MAX_DAYS:,}.")
    return datetime.now(UTC) + timedelta(days)


def _as_id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _print_keys(listing: CursorPage[ApiKey]) -> None:
    if not listing.data:
        output.print_none("key", listing.total_count)
        return
    dates = (Column(name, no_wrap=True) for name in ("expires", "last used"))
    table = Table("key", "role", "", *dates, "created by")
    for key in listing.data:
        table.add_row(
            Text(key.name),
            _describe_rights(key),
            "" if key.state == "active" else key.state,
            _describe_expiry(key),
            f"{key.last_used_at:%Y-%m-%d %H:%M}" if key.last_used_at else "never",
            Text(key.created_by),
        )
    output.print_table(table)
    if listing.total_count > len(listing.data):
        output.print_line(f"{len(listing.data)} of {listing.total_count:,} keys.")


def _describe_rights(key: ApiKey) -> str:
    return f"{key.role}, read-only" if key.read_only else key.role


def _describe_expiry(key: ApiKey) -> str:
    return f"{key.expires_at:%Y-%m-%d}" if key.expires_at else "never"
