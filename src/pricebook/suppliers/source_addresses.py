"""Addresses of price lists that have a login in them: refused when sent, kept when sent back."""

from collections.abc import Mapping
from typing import Any

from pricebook.errors import FieldIssue, body_issue, validation_error
from pricebook.pricelists.sources.address_logins import has_login, has_masked_login, hide_login

ADDRESS_FIELDS = ("url", "spreadsheet_url", "sheet_url", "source_url")
HAS_LOGIN = (
    "has a user name or a password, which is not allowed, as pages and logs would show it: remove"
    " what stands before the @"
)


def login_issues(config: Mapping[str, Any], *, is_change: bool = False) -> list[FieldIssue]:
    """Return an issue for each address of a source configuration that has a login.

    A change may have a masked one, which `keep_logins` compares with the stored one.
    """
    return [
        body_issue(f"source_config.{name}", HAS_LOGIN)
        for name, address in _addresses(config).items()
        if has_login(address) and not (is_change and has_masked_login(address))
    ]


def keep_logins(stored: Mapping[str, Any], patch: dict[str, Any]) -> dict[str, Any]:
    """Return a patch in which masked addresses are the stored ones that they show.

    Raises ValidationError for a masked address that is not the stored one.
    """
    masked = {
        name: address for name, address in _addresses(patch).items() if has_masked_login(address)
    }
    if issues := [
        body_issue(f"source_config.{name}", HAS_LOGIN)
        for name, address in masked.items()
        if hide_login(str(stored.get(name, ""))) != address
    ]:
        raise validation_error(*issues)
    return {**patch, **{name: stored[name] for name in masked}}


def _addresses(config: Mapping[str, Any]) -> dict[str, str]:
    return {
        name: address for name in ADDRESS_FIELDS if isinstance(address := config.get(name), str)
    }
