"""The commands for accounts."""

import asyncio
import getpass
import sys
from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar

from cyclopts import App, Parameter

from pricebook import console
from pricebook.auth import service
from pricebook.auth.passwords import hash_password
from pricebook.auth.schemas import NewUser, Role, UserChange
from pricebook.connect import connected, find_settings
from pricebook.db import Database
from pricebook.errors import ValidationError
from pricebook.installation import make_password
from pricebook.resources import open_resources

result = TypeVar("result")

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
    asked = _read_password() if password_stdin else _ask_password()
    password = asked or make_password()
    user = NewUser(name, role, _hash(password))
    _run(lambda database: service.add_users(database, [user]))
    console.say(f"User {name} can log in, as {role}.")
    if asked is None:
        console.say(f"password {password}")


@app.command(name="list")
def list_all(*, json: bool = False) -> None:
    """List the accounts.

    Args:
        json: Print them as JSON.
    """
    users = _run(service.list_users)
    if json:
        console.print_json(users)
    else:
        console.print_users(users)


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
    wanted = UserChange(role, active, password_hash)
    _run(lambda database: service.change_user(database, name, wanted))
    console.say(f"User {name} is changed.")


@app.command
def remove(name: str) -> None:
    """Remove an account; its tokens are worth nothing within a minute.

    Args:
        name: The user name, in any case.
    """
    _run(lambda database: service.remove_user(database, name))
    console.say(f"User {name} is removed.")


def _run(work: Callable[[Database], Awaitable[result]]) -> result:
    async def open_and_work() -> result:
        async with open_resources(settings) as resources:
            return await work(resources.database)

    with connected(find_settings()) as settings:
        return asyncio.run(open_and_work())


def _hash(password: str) -> str:
    return hash_password(password, find_settings().bcrypt_cost)


def _read_password() -> str:
    """Read what stands on standard input, but for one line end."""
    try:
        given = sys.stdin.read()
    except UnicodeDecodeError:
        raise ValidationError("The password on standard input is not UTF-8.") from None
    return given.removesuffix("\n").removesuffix("\r")


def _ask_password() -> str | None:
    if not sys.stdin.isatty():
        return None
    password = getpass.getpass("Password: ")
    if getpass.getpass("The same again: ") != password:
        raise ValidationError("The two passwords differ.")
    return password
