"""The user of the operating system who runs a command."""

import getpass
import os


def user_of_command() -> str:
    """Return the user of the operating system who runs this command; behind sudo, who called it."""
    try:
        return os.environ.get("SUDO_USER") or getpass.getuser()
    except (KeyError, OSError):  # a container may run as a user id without a name
        return f"user {os.getuid()}"
