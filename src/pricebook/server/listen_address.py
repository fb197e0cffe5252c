"""Validation of HOST and PORT before the processes start."""

import socket

from pricebook.errors import SettingsError
from pricebook.settings import Settings


def require_free_address(settings: Settings) -> None:
    """Raise SettingsError when HOST and PORT cannot be bound or are in use."""
    with socket.socket(socket.AF_INET6 if ":" in settings.host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            raise SettingsError(
                f"HOST and PORT: {settings.host}:{settings.port} cannot be used: {error.strerror}."
            ) from error
