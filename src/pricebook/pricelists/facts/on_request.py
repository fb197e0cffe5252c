"""Texts in place of a price: `on request`, `auf Anfrage`, `договорная`, `#N/A`."""


def is_price_on_request(cell: str) -> bool:
    """Return whether a price cell says that the price is to be requested, or not available."""
    raise NotImplementedError(cell)
