"""Credentials of the https address of a supplier's price list."""

import re
from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct

from pricebook.errors import body_issue, validation_error
from pricebook.http.field_types import doc

CredentialKind = Literal["basic", "bearer", "header"]

MAX_NAME = 255
MAX_SECRET = 8_000
# RFC 9110: the name of a header field, the characters of a value.
HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
HEADER_VALUE = re.compile(r"[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?")
# RFC 6750.
BEARER_TOKEN = re.compile(r"[A-Za-z0-9._~+/-]+=*")
CONTROL_CHARACTER = re.compile(r"[\x00-\x1f\x7f]")
# Fields that the download sets, and those by which a connection works.
RESERVED_HEADERS = frozenset(
    {
        *("host", "user-agent", "accept-encoding", "connection", "content-length", "expect"),
        *("transfer-encoding", "te", "trailer", "upgrade", "proxy-authorization"),
    }
)


class StoredCredentials(Struct, frozen=True):
    """What is shown of stored credentials: all but the secret."""

    kind: Annotated[
        CredentialKind,
        doc("`basic`: user and password; `bearer`: a token; `header`: a header field of its own."),
    ]
    name: Annotated[
        str | None, doc("User name, or name of the header field; null for a bearer token.")
    ]
    origin: Annotated[
        str, doc("Scheme, host and port that they are sent to; no other host receives them.")
    ]
    updated_at: Annotated[datetime, doc("Time at which they were set, ISO 8601 UTC.")]
    updated_by: Annotated[str, doc("Who set them.")]


class NewCredentials(Struct, frozen=True, forbid_unknown_fields=True):
    """Credentials to store for the address of a supplier's price list."""

    kind: Annotated[
        CredentialKind,
        doc("`basic`: user and password; `bearer`: a token; `header`: a header field of its own."),
    ]
    secret: Annotated[
        Annotated[str, Meta(min_length=1, max_length=MAX_SECRET)],
        doc("Password, token or value of the header field; never returned.", writeOnly=True),
    ]
    name: Annotated[
        Annotated[str, Meta(min_length=1, max_length=MAX_NAME)] | None,
        doc("User name of `basic`, name of the header field of `header`; null for `bearer`."),
    ] = None

    def __post_init__(self) -> None:
        """Raise ValidationError for a name or a secret that no request can send."""
        problems = {"name": _name_problem(self), "secret": _secret_problem(self)}
        if issues := [body_issue(name, problem) for name, problem in problems.items() if problem]:
            raise validation_error(*issues)

    def __repr__(self) -> str:
        """Leave the secret out: logs and tracebacks show this text."""
        return f"NewCredentials({self.kind}, {self.name})"


class EncryptedCredentials(Struct, frozen=True):
    """Credentials as they are stored, with the id of the key that encrypted the secret."""

    kind: CredentialKind
    name: str | None
    origin: str
    key_id: str
    ciphertext: bytes


class CredentialKeyCount(Struct, frozen=True):
    """How many suppliers have credentials that a key has encrypted."""

    key_id: str
    suppliers: int


def _name_problem(new: NewCredentials) -> str | None:
    name = new.name
    if new.kind == "bearer":
        return "is not used by bearer" if name is not None else None
    if not name:
        return f"is required by {new.kind}"
    if len(name) > MAX_NAME:
        return f"expected at most {MAX_NAME} characters"
    return _user_problem(name) if new.kind == "basic" else _header_problem(name)


def _user_problem(name: str) -> str | None:
    is_refused = ":" in name or CONTROL_CHARACTER.search(name)
    return "has a colon or a control character" if is_refused else None


def _header_problem(name: str) -> str | None:
    if not HEADER_NAME.fullmatch(name):
        return "is not the name of a header field, such as X-Api-Key"
    is_reserved = name.lower() in RESERVED_HEADERS
    return "is a header field that the download sets itself" if is_reserved else None


def _secret_problem(new: NewCredentials) -> str | None:
    if not 1 <= len(new.secret) <= MAX_SECRET:
        return f"expected 1 to {MAX_SECRET:,} characters"
    if new.kind == "basic" and CONTROL_CHARACTER.search(new.secret):
        return "has a control character, such as a line break"
    if new.kind == "bearer" and not BEARER_TOKEN.fullmatch(new.secret):
        return "is not a bearer token: it has other characters"
    if new.kind == "header" and not HEADER_VALUE.fullmatch(new.secret):
        return "is not printable ASCII without spaces around it"
    return None
