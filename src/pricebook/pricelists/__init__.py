"""Reading of price lists: formats, detection, parser process. No database and no HTTP server.

Usable as a library: `read(path)` returns the detected profile and the typed rows. The names below
are imported on first use, so that the parser process and the API load only the modules they need.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pricebook.pricelists.reader import PriceList, read
    from pricebook.pricelists.schemas import (
        DetectedProfile,
        IgnoredRow,
        ItemRow,
        ReadConfig,
        ReadLimits,
        RejectedRow,
    )

__all__ = [
    "DetectedProfile",
    "IgnoredRow",
    "ItemRow",
    "PriceList",
    "ReadConfig",
    "ReadLimits",
    "RejectedRow",
    "read",
]
_READER_NAMES = frozenset({"PriceList", "read"})


def __getattr__(name: str) -> Any:
    """Import a public name from the module that defines it (PEP 562)."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = "reader" if name in _READER_NAMES else "schemas"
    return getattr(import_module(f"{__name__}.{module}"), name)
