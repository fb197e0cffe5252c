"""The commands for user accounts."""

import sys
from collections.abc import Sequence
from typing import Annotated

from cyclopts import App, Parameter
from rich.table import Table
from rich.text import Text

from pricebook.auth import service
from pricebook.auth.account_schemas import NewUser, UserChange, UserRow
from pricebook.auth.passwords import generate_password, hash_password
from pricebook.auth.schemas import Role
from pricebook.cli import output, secret_input
from pricebook.cli.server_defaults import load_settings, run_with_database
from pricebook.errors import ValidationError

app = App(name="users", help="User accounts of the staff.")


@app.command
def add(name: str, *, role: Role, password_stdin: bool = False) -> None:
    """Create an account.

    Without --password-stdin, the command prompts for the password. Without a terminal, it generates
    a password and prints it.

    Args:
        name: The user name.
        role: The role of the user.
        password_stdin: Read the password from standard input.
    """
    entered_password = _read_password() if password_stdin else _prompt_password()
    password = entered_password or generate_password()
    user = NewUser(name, role, _hash(password))
    run_with_database(lambda database: service.add_users(database, [user]))
    output.print_line(f"User {name} was created with role {role}.")
    if entered_password is None:
        output.print_line(f"password {password}")


@app.command(name="list")
def list_all(*, json: bool = False) -> None:
    """List the accounts.

    Args:
        json: Print the accounts as JSON.
    """
    users = run_with_database(service.list_users)
    if json:
        output.print_json(users)
    else:
        _print_users(users)


@app.command(name="set")
def change(
    name: str,
    *,
    role: Role | None = None,
    active: Annotated[bool | None, Parameter(negative="--inactive")] = None,
    password_stdin: bool = False,
) -> None:
    """Change an account; tokens issued before the change become invalid within a minute.

    Args:
        name: The user name, case-insensitive.
        role: The new role.
        active: Whether the user can log in.
        password_stdin: Read a new password from standard input.
    """
    if role is None and active is None and not password_stdin:
        raise ValidationError(
            "Nothing to change: add --role, --active, --inactive or --password-stdin."
        )
    password_hash = _hash(_read_password()) if password_stdin else None
    user_change = UserChange(role, active, password_hash)
    run_with_database(lambda database: service.change_user(database, name, user_change))
    output.print_line(f"User {name} was changed.")


@app.command
def remove(name: str) -> None:
    """Delete an account; its tokens become invalid within a minute.

    Args:
        name: The user name, case-insensitive.
    """
    run_with_database(lambda database: service.remove_user(database, name))
    output.print_line(f"User {name} was deleted.")


def _hash(password: str) -> str:
    return hash_password(password, load_settings().bcrypt_cost)


def _read_password() -> str:
    return secret_input.read_standard_input("password")


def _prompt_password() -> str | None:
    return secret_input.prompt("password") if sys.stdin.isatty() else None


def _print_users(users: Sequence[UserRow]) -> None:
    """Print the accounts as a table."""
    if not users:
        output.print_none("user")
        return
    table = Table("user", "role", "", "created")
    for user in users:
        state = "" if user.is_active else "inactive"
        table.add_row(Text(user.username), user.role, state, f"{user.created_at:%Y-%m-%d}")
    output.print_table(table)
