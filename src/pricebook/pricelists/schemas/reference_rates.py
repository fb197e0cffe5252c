"""Types of files of exchange rates."""

from datetime import date
from decimal import Decimal

import msgspec

from pricebook.pricelists.schemas.read_request import ReadLimits


class ReferenceRate(msgspec.Struct, frozen=True, gc=False):
    """An exchange rate of a day: one unit of `base` is worth `rate` units of `currency`."""

    base: str
    currency: str
    day: date
    rate: Decimal


class RateFileRequest(msgspec.Struct, frozen=True, kw_only=True):
    """One local file of exchange rates to read."""

    path: str
    limits: ReadLimits
