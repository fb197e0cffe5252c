"""The login in an address: detected, and masked wherever the address is shown."""

import re
from collections.abc import Mapping
from typing import Any

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


def hide_login(address: str) -> str:
    """Return an address with its user name and password masked."""
    return _login.sub(f"{MASK}@", address)


def has_masked_login(address: str) -> bool:
    """Return whether an address is one whose login is masked."""
    return has_login(address) and hide_login(address) == address


def hide_logins(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return a source configuration with the logins of its addresses masked."""
    return {
        name: hide_login(value) if isinstance(value, str) else value
        for name, value in config.items()
    }


def mask_address(address: str) -> str:
    """Return an address with its login and the parameters that look secret masked."""
    return _secret.sub(rf"\1{MASK}", hide_login(address))
