"""The address on which the API listens."""

import socket

from pricebook.errors import SettingsError
from pricebook.settings import Settings


def require_free_address(settings: Settings) -> None:
    """Raise SettingsError when HOST and PORT cannot be listened on, or somebody does so already."""
    with socket.socket(socket.AF_INET6 if ":" in settings.host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            raise SettingsError(
                f"HOST and PORT: {settings.host}:{settings.port} cannot be used: {error.strerror}."
            ) from error
