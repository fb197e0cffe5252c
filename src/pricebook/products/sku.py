"""SKUs that are generated: PROD-<unix milliseconds>-<4 of A-Z0-9>."""

from collections.abc import Callable, Sequence
from string import ascii_uppercase, digits

ALPHABET = ascii_uppercase + digits
SUFFIX_LENGTH = 4


def generate_skus(
    count: int, now_ms: int, choose_character: Callable[[Sequence[str]], str]
) -> list[str]:
    """Return `count` different SKUs; `choose_character` picks from a secure random source.

    The time part advances by a millisecond each thousand SKUs, which keeps collisions rare.
    """
    skus: dict[str, None] = {}
    while len(skus) < count:
        suffix = "".join(choose_character(ALPHABET) for _ in range(SUFFIX_LENGTH))
        skus[f"PROD-{now_ms + len(skus) // 1000}-{suffix}"] = None
    return list(skus)
