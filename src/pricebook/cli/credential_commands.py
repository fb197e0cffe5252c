"""The commands for the credentials of the addresses of price lists."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar

from cyclopts import App, Parameter

from pricebook.cli import output
from pricebook.cli.installation import with_credentials_key
from pricebook.cli.lookups import COMMAND_LINE, find_supplier_id
from pricebook.cli.secret_input import prompt_or_read
from pricebook.cli.server_defaults import load_settings, run_with_database, settings_with_servers
from pricebook.db.database import Database
from pricebook.db.resources import open_resources
from pricebook.services import credential_context_for
from pricebook.suppliers import credentials
from pricebook.suppliers.credential_schemas import (
    CredentialKind,
    NewCredentials,
    StoredCredentials,
)
from pricebook.suppliers.credentials import CredentialContext

ResultT = TypeVar("ResultT")

app = App(name="credentials", help="Credentials of the https addresses of suppliers' price lists.")


@app.command(name="set")
def set_credentials(
    supplier: str,
    *,
    kind: CredentialKind,
    name: Annotated[str | None, Parameter(name=["--name", "--user", "--header"])] = None,
    json: bool = False,
) -> None:
    """Store the credentials of a supplier's address, in place of those that it has.

    The password, token or value is read from standard input; at a terminal the command prompts for
    it.

    Args:
        supplier: The supplier's name, case-insensitive.
        kind: basic (user and password), bearer (a token) or header (a header field of its own).
        name: The user name of basic, the name of the header field of header.
        json: Print what is stored, without the secret, as JSON.
    """
    new = NewCredentials(kind, prompt_or_read("secret"), name)

    async def store(context: CredentialContext) -> StoredCredentials:
        supplier_id = await find_supplier_id(context.database, supplier)
        return await credentials.set_credentials(context, supplier_id, new, COMMAND_LINE)

    stored = _run_with_keys(store)
    if json:
        output.print_json(stored)
    else:
        output.print_line(f"The credentials were stored; they are sent to {stored.origin} only.")


@app.command
def remove(supplier: str) -> None:
    """Delete the credentials of a supplier's address.

    Args:
        supplier: The supplier's name, case-insensitive.
    """

    async def delete(database: Database) -> None:
        supplier_id = await find_supplier_id(database, supplier)
        await credentials.remove_credentials(database, supplier_id)

    run_with_database(delete)
    output.print_line("The credentials were removed.")


@app.command
def encrypt() -> None:
    """Encrypt all credentials with the first key of CREDENTIALS_KEY, after a new one was added.

    Connect as the owner of the database.
    """
    count = _run_with_keys(credentials.encrypt_again)
    output.print_line(f"The credentials of {count} suppliers were encrypted with the first key.")


def _run_with_keys(operation: Callable[[CredentialContext], Awaitable[ResultT]]) -> ResultT:
    """Run an operation with the keys of the settings, or of an installation of `up`."""

    async def open_and_run() -> ResultT:
        async with open_resources(settings) as resources:
            return await operation(credential_context_for(resources))

    with settings_with_servers(with_credentials_key(load_settings())) as settings:
        return asyncio.run(open_and_run())
