"""Secrets that commands read: from standard input, or typed at a terminal; never arguments."""

import getpass
import sys

from pricebook.errors import ValidationError


def read_standard_input(what: str) -> str:
    """Return standard input without one trailing line end; raises ValidationError."""
    try:
        text = sys.stdin.read()
    except UnicodeDecodeError:
        raise ValidationError(f"The {what} on standard input is not UTF-8.") from None
    return text.removesuffix("\n").removesuffix("\r")


def prompt_or_read(what: str) -> str:
    """Return what is typed at a terminal, twice the same, or standard input without a terminal."""
    return prompt(what) if sys.stdin.isatty() else read_standard_input(what)


def prompt(what: str) -> str:
    """Return what is typed at a terminal; raises ValidationError if it differs the second time."""
    typed = getpass.getpass(f"{what.capitalize()}: ")
    if getpass.getpass(f"Repeat the {what}: ") != typed:
        raise ValidationError(f"The two {what}s differ.")
    return typed
