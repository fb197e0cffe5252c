"""The SKUs that the system makes: PROD-<unix milliseconds>-<4 of A-Z0-9>."""

from collections.abc import Callable, Sequence
from string import ascii_uppercase, digits

ALPHABET = ascii_uppercase + digits
SUFFIX_LENGTH = 4


def generate_skus(
    count: int, now_ms: int, choose_character: Callable[[Sequence[str]], str]
) -> list[str]:
    """Make `count` different SKUs; `choose` picks a letter from a secure source.

    Many at once move on a millisecond each thousand, so that four letters stay enough.
    """
    skus: dict[str, None] = {}
    while len(skus) < count:
        suffix = "".join(choose_character(ALPHABET) for _ in range(SUFFIX_LENGTH))
        skus[f"PROD-{now_ms + len(skus) // 1000}-{suffix}"] = None
    return list(skus)
