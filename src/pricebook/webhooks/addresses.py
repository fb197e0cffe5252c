"""Checks of an address when a person types it; the worker checks it again at each delivery."""

import asyncio

from pricebook.errors import PricebookError, PriceListError, body_issue, validation_error
from pricebook.pricelists.sources.public_addresses import (
    NetworkPolicy,
    is_public,
    parse_https_url,
    resolve,
    resolve_allowed_addresses,
)

LOOKUP_SECONDS = 2.0


async def require_public_address(url: str, *, allows_private: bool) -> None:
    """Raise ValidationError for an address in a private network, unless those are allowed.

    A host without an address in DNS passes, and one whose lookup takes longer than LOOKUP_SECONDS:
    it may have one by the first delivery.
    """
    if allows_private:
        return
    network = NetworkPolicy(resolve, is_public)
    lookup = asyncio.to_thread(resolve_allowed_addresses, parse_https_url(url), network)
    try:
        await asyncio.wait_for(lookup, LOOKUP_SECONDS)
    except PriceListError as error:
        raise validation_error(body_issue("url", error.message)) from None
    except (PricebookError, TimeoutError):
        return
