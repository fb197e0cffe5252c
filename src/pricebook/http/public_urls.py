"""The check of an https address that a request names; it is checked again at each connection."""

import asyncio

from pricebook.errors import PricebookError, PriceListError, body_issue, validation_error
from pricebook.pricelists.sources.public_addresses import (
    PUBLIC_NETWORK,
    parse_https_url,
    resolve_allowed_addresses,
)

LOOKUP_SECONDS = 2.0


async def require_public_url(url: str, *, allows_private: bool, field: str = "url") -> None:
    """Raise ValidationError naming a field for an address in a private network, unless allowed.

    Also for a malformed address. A host without an address in DNS passes, and one whose lookup
    takes longer than LOOKUP_SECONDS: it may have one by the first connection.
    """
    if allows_private:
        return
    try:
        target = parse_https_url(url)
        lookup = asyncio.to_thread(resolve_allowed_addresses, target, PUBLIC_NETWORK)
        await asyncio.wait_for(lookup, LOOKUP_SECONDS)
    except PriceListError as error:
        raise validation_error(body_issue(field, error.message.rstrip("."))) from None
    except (PricebookError, TimeoutError):
        return
