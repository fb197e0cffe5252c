"""Addresses of price lists that have a login in them: refused when sent, never shown."""

import re
from collections.abc import Mapping
from typing import Any

from pricebook.errors import FieldIssue, body_issue

ADDRESS_FIELDS = ("url", "spreadsheet_url", "sheet_url", "source_url")
HAS_LOGIN = (
    "has a user name or a password, which is not allowed, as pages and logs would show it: remove"
    " what stands before the @"
)
MASK = "***"
_login = re.compile(r"(?<=://)[^/?#\s]*@")
# Parameters whose names look secret, as in mask_address of the audit log.
_secret = re.compile(
    r"([?&][^=&#\s]*(?:password|secret|token|key|auth|sig|credential)[^=&#\s]*=)[^&#\s]+",
    re.IGNORECASE,
)


def has_login(address: str) -> bool:
    """Return whether an address has a user name or a password."""
    return _login.search(address) is not None


def login_issues(config: Mapping[str, Any]) -> list[FieldIssue]:
    """Return an issue for each address of a source configuration that has a login."""
    return [
        body_issue(f"source_config.{name}", HAS_LOGIN)
        for name in ADDRESS_FIELDS
        if isinstance(address := config.get(name), str) and has_login(address)
    ]


def hide_login(address: str) -> str:
    """Return an address with its user name and password masked."""
    return _login.sub(f"{MASK}@", address)


def mask_address(address: str) -> str:
    """Return an address with its login and the parameters that look secret masked."""
    return _secret.sub(rf"\1{MASK}", hide_login(address))
