"""Sequences in parts."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")


def chunks(values: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """Yield values in sequences of at most `size`."""
    return (values[start : start + size] for start in range(0, len(values), size))
