"""The search that is proposed for an article: the words by which staff search finds it best."""

from collections.abc import Sequence

from pricebook.db.database import Connection
from pricebook.products import search_repository

MAX_WORDS = 12
# Shorter words are in too many products, and no index finds them.
MIN_LENGTH = 3
# Of more products with a word, these are compared.
MAX_PRODUCTS = 500
SIGNS = ",;:()[]\"'"


async def propose_search(conn: Connection, codes: Sequence[str], name: str) -> str:
    """Return the first of these codes that a product has, or words of a name.

    The words are the two rarest that a product has together, or the rarest; a number is never
    alone if a word finds something. It is the name as it is if no product has any of them.
    """
    found = await search_repository.find_by_codes(conn, codes) if codes else {}
    for code in codes:
        if code in found:
            return code
    words = list(dict.fromkeys(word.strip(SIGNS) for word in name.split()))
    long = [word for word in words if len(word) >= MIN_LENGTH][:MAX_WORDS]
    best = await search_repository.find_best_words(conn, long, MAX_PRODUCTS) if long else []
    return " ".join(word for word in long if word in best) or name
