"""Reading of price lists: formats, detection, parser process. No database and no HTTP server.

Usable as a library: `read(path)` returns the detected profile and the typed rows. The names below
are imported on first use, so that the parser process and the API load only the modules they need.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pricebook.pricelists.reader import PriceList, read
    from pricebook.pricelists.schemas.price_list_rows import IgnoredRow, ItemRow, RejectedRow
    from pricebook.pricelists.schemas.profile import DetectedProfile
    from pricebook.pricelists.schemas.read_config import ReadConfig
    from pricebook.pricelists.schemas.read_request import ReadLimits

_MODULES = {
    "DetectedProfile": "schemas.profile",
    "IgnoredRow": "schemas.price_list_rows",
    "ItemRow": "schemas.price_list_rows",
    "PriceList": "reader",
    "ReadConfig": "schemas.read_config",
    "ReadLimits": "schemas.read_request",
    "RejectedRow": "schemas.price_list_rows",
    "read": "reader",
}
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


def __getattr__(name: str) -> Any:
    """Import a public name from the module that defines it (PEP 562)."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
