"""Checks of the texts of settings; no problem contains a secret."""

import re
from ipaddress import ip_network

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict

MIN_SECRET_BYTES = 32
MIN_SECRET_CHARACTERS = 8
PLACEHOLDER = re.compile(r"change[-_ ]?me|your[-_ ]|placeholder|example", re.IGNORECASE)
ORIGIN = re.compile(r"https?://([a-z0-9.-]+|\[[0-9a-f:.]+\])(:[0-9]{1,5})?")


def secret_problem(secret: str) -> str | None:
    """Return why a key of tokens is refused; None for a strong one."""
    if not secret:
        return "is not set: generate one with `openssl rand -hex 32`"
    if len(secret.encode()) < MIN_SECRET_BYTES:
        return f"is weak: it has fewer than {MIN_SECRET_BYTES} bytes"
    if len(set(secret)) < MIN_SECRET_CHARACTERS:
        return "is weak: it repeats a few characters"
    if PLACEHOLDER.search(secret):
        return "is weak: it is a placeholder from documentation"
    return None


def credentials_key_problem(text: str) -> str | None:
    """Return why one of the keys, separated by commas, is refused; None if all are strong."""
    keys = split_list(text) or [""]
    return next(filter(None, map(secret_problem, keys)), None)


def database_url_problem(url: str) -> str | None:
    """Return why the URL of a database is refused; None for a valid one."""
    try:
        conninfo_to_dict(url)
    except ProgrammingError:  # its message contains the value
        return "is not a database URL like postgresql://pricebook@db/pricebook"
    return None


def redis_url_problem(url: str) -> str | None:
    """Return why the URL of a Redis is refused; None for a valid one."""
    from redis.asyncio.connection import parse_url  # noqa: PLC0415 (takes a noticeable time)

    try:
        parse_url(url)
    except ValueError:  # its message may contain a part of the password
        return "is not a Redis URL like redis://cache:6379/0"
    return None


def origins_problem(text: str) -> str | None:
    """Return which origin of CORS is refused; None if none is."""
    for part in split_list(text):
        if not ORIGIN.fullmatch(part):
            return (
                f"names {part!r}: expected origins like https://shop.example, separated by commas"
            )
    return None


def proxies_problem(text: str) -> str | None:
    """Return which network of proxies is refused; None if none is."""
    for part in split_list(text):
        try:
            ip_network(part)
        except ValueError:
            return f"names {part!r}: expected networks like 10.0.0.0/8, separated by commas"
    return None


def split_list(text: str) -> list[str]:
    """Return the parts of a text with commas between them."""
    return [part.strip() for part in text.split(",") if part.strip()]
