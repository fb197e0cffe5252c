"""The commands for notices of price lists by e-mail."""

import asyncio
from typing import Annotated, get_args

from cyclopts import App, Parameter
from rich.table import Table
from rich.text import Text

from pricebook.cli import output
from pricebook.cli.key_values import convert_values
from pricebook.cli.option_types import Limit, PageNumber
from pricebook.cli.server_defaults import describe_settings, load_settings, run_with_database
from pricebook.db.database import Database
from pricebook.errors import SettingsError
from pricebook.http.pagination import CursorPage, CursorPaging
from pricebook.notices import sending, service
from pricebook.notices.schemas import NoticeKind, Recipient, RecipientChange

ALL_KINDS = ",".join(get_args(NoticeKind))

app = App(
    name="notices",
    help="Notices of held, failed, late and unusual price lists and of quarantined rows by e-mail.",
)


@app.command(name="set")
def change(
    name: str,
    *,
    email: str,
    kinds: Annotated[str, Parameter(negative="")] = ALL_KINDS,
    json: bool = False,
) -> None:
    """Choose which notices a user receives, and where.

    Args:
        name: The user name, case-insensitive.
        email: The address of the user.
        kinds: Of which price lists, with commas between: held, failed, late, unusual, quarantined.
        json: Print what the user receives as JSON.
    """
    values = {"email": email, "kinds": [kind.strip() for kind in kinds.split(",")]}
    recipient_change = convert_values("notices set", values, RecipientChange)

    async def set_recipient(database: Database) -> Recipient:
        user_id = await service.get_user_id(database, name)
        return await service.set_recipient(database, user_id, recipient_change)

    recipient = run_with_database(set_recipient)
    if json:
        output.print_json(recipient)
    else:
        output.print_line(
            f"User {recipient.username} receives notices of {', '.join(recipient.kinds)} price"
            f" lists at {recipient.email}."
        )


@app.command(name="list")
def list_all(*, limit: Limit = 200, page: PageNumber = 1, json: bool = False) -> None:
    """List the users who receive notices.

    Args:
        limit: The number of users on a page.
        page: The number of the page.
        json: Print the page as JSON.
    """

    async def query_recipients(database: Database) -> CursorPage[Recipient]:
        return await service.list_recipients(database, CursorPaging(page, limit))

    listing = run_with_database(query_recipients)
    if json:
        output.print_json(listing)
        return
    if not listing.data:
        output.print_none("user who receives notices", listing.total_count)
        return
    table = Table("user", "address", "price lists")
    for recipient in listing.data:
        table.add_row(Text(recipient.username), Text(recipient.email), ", ".join(recipient.kinds))
    output.print_table(table)
    if listing.total_count > len(listing.data):
        output.print_line(f"{len(listing.data)} of {listing.total_count:,} users.")


@app.command
def remove(name: str) -> None:
    """Stop all notices to a user.

    Args:
        name: The user name, case-insensitive.
    """

    async def remove_recipient(database: Database) -> None:
        await service.remove_recipient(database, await service.get_user_id(database, name))

    run_with_database(remove_recipient)
    output.print_line(f"User {name} receives no notices any more.")


@app.command
def test(name: str) -> None:
    """Send a mail to a user at once, to see whether it arrives.

    Args:
        name: The user name, case-insensitive.
    """
    settings = sending.mail_settings(load_settings())
    output.print_line(f"note  settings: {describe_settings()}")
    if settings is None:
        raise SettingsError(
            "SMTP_URL is not set for this command: set it as for the worker, which sends notices."
        )

    async def find_recipient(database: Database) -> Recipient:
        return await service.get_recipient(database, await service.get_user_id(database, name))

    recipient = run_with_database(find_recipient)
    asyncio.run(sending.send_test(settings, recipient))
    output.print_line(
        f"SMTP server {settings.server.host} has accepted a mail to {recipient.email}."
    )
