"""The commands for accounts."""

import asyncio
import getpass
import sys
from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar

from cyclopts import App, Parameter

from pricebook.auth import service
from pricebook.auth.passwords import hash_password
from pricebook.auth.schemas import NewUser, Role, UserChange
from pricebook.cli import output
from pricebook.cli.installation import generate_password
from pricebook.cli.server_defaults import load_settings, settings_with_servers
from pricebook.db.database import Database
from pricebook.errors import ValidationError
from pricebook.services import open_resources

ResultT = TypeVar("ResultT")

app = App(name="users", help="Accounts of those who work here.")


@app.command
def add(name: str, *, role: Role, password_stdin: bool = False) -> None:
    """Make an account.

    Without --password-stdin the password is asked for; where there is no terminal, one is made and
    printed.

    Args:
        name: The user name.
        role: What the user may do.
        password_stdin: Read the password from standard input.
    """
    entered_password = _read_password() if password_stdin else _prompt_password()
    password = entered_password or generate_password()
    user = NewUser(name, role, _hash(password))
    _run(lambda database: service.add_users(database, [user]))
    output.print_line(f"User {name} can log in, as {role}.")
    if entered_password is None:
        output.print_line(f"password {password}")


@app.command(name="list")
def list_all(*, json: bool = False) -> None:
    """List the accounts.

    Args:
        json: Print them as JSON.
    """
    users = _run(service.list_users)
    if json:
        output.print_json(users)
    else:
        output.print_users(users)


@app.command(name="set")
def change(
    name: str,
    *,
    role: Role | None = None,
    active: Annotated[bool | None, Parameter(negative="--inactive")] = None,
    password_stdin: bool = False,
) -> None:
    """Change an account; tokens that were given for what it was are worth nothing within a minute.

    Args:
        name: The user name, in any case.
        role: The new role.
        active: Whether the user may log in.
        password_stdin: Read a new password from standard input.
    """
    if role is None and active is None and not password_stdin:
        raise ValidationError("Nothing to change: give --role, --active, --inactive or a password.")
    password_hash = _hash(_read_password()) if password_stdin else None
    user_change = UserChange(role, active, password_hash)
    _run(lambda database: service.change_user(database, name, user_change))
    output.print_line(f"User {name} is changed.")


@app.command
def remove(name: str) -> None:
    """Remove an account; its tokens are worth nothing within a minute.

    Args:
        name: The user name, in any case.
    """
    _run(lambda database: service.remove_user(database, name))
    output.print_line(f"User {name} is removed.")


def _run(operation: Callable[[Database], Awaitable[ResultT]]) -> ResultT:
    async def open_and_run() -> ResultT:
        async with open_resources(settings) as resources:
            return await operation(resources.database)

    with settings_with_servers(load_settings()) as settings:
        return asyncio.run(open_and_run())


def _hash(password: str) -> str:
    return hash_password(password, load_settings().bcrypt_cost)


def _read_password() -> str:
    """Read what stands on standard input, but for one line end."""
    try:
        text = sys.stdin.read()
    except UnicodeDecodeError:
        raise ValidationError("The password on standard input is not UTF-8.") from None
    return text.removesuffix("\n").removesuffix("\r")


def _prompt_password() -> str | None:
    if not sys.stdin.isatty():
        return None
    password = getpass.getpass("Password: ")
    if getpass.getpass("The same again: ") != password:
        raise ValidationError("The two passwords differ.")
    return password
