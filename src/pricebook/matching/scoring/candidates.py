"""An index of products by tokens, and the products that an article may be.

numpy is loaded with this module: only the worker imports it.
"""

from array import array
from collections.abc import Hashable, Iterable, Mapping
from typing import Generic, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from pricebook.matching.scoring.token_ids import CODE, GRAM, KINDS, MEASURE, WORD

_Ints = NDArray[np.int32]
_Floats = NDArray[np.float32]
Id = TypeVar("Id", bound=Hashable)

# What a token of a kind counts, beside how rare it is.
_KIND_WEIGHTS = np.array([1.0, 2.0, 1.2, 0.1], dtype=np.float32)
# Tokens of more products than this say too little for the time they take.
_MAX_PRODUCTS = 10_000
# The rarest tokens of an article are read until they have named this many products.
_MAX_POSTINGS = 60_000


class Candidate(NamedTuple, Generic[Id]):
    product_id: Id
    similarity: float


class ProductIndex(Generic[Id]):
    """Products by the ids of their tokens."""

    def __init__(self, rows: Iterable[tuple[Id, Iterable[int]]]) -> None:
        self._ids = list[Id]()
        self._word_weights = dict[str, float]()
        tokens, counts = array("i"), array("i")
        for product_id, token_ids in rows:
            before = len(tokens)
            tokens.extend(token_ids)
            self._ids.append(product_id)
            counts.append(len(tokens) - before)
        self._build(np.frombuffer(tokens, dtype=np.int32), np.frombuffer(counts, dtype=np.int32))

    def _build(self, tokens: _Ints, counts: _Ints) -> None:
        positions = np.repeat(np.arange(len(counts), dtype=np.int64), counts)
        keys = (tokens.astype(np.int64) << 32) | positions
        keys.sort()
        self._postings = (keys & 0xFFFFFFFF).astype(np.int32)
        sorted_tokens = (keys >> 32).astype(np.int32)
        del keys
        starts = np.flatnonzero(np.r_[True, sorted_tokens[1:] != sorted_tokens[:-1]]) if len(sorted_tokens) else np.zeros(0, dtype=np.int64)
        self._tokens = sorted_tokens[starts]
        self._starts = np.append(starts, len(sorted_tokens))
        frequencies = np.diff(self._starts)
        self._weights = (np.log1p(len(counts) / np.maximum(frequencies,1)) ** 2 * _KIND_WEIGHTS[self._tokens & (KINDS - 1)]).astype(np.float32)
        squares = np.bincount(self._postings, np.repeat(self._weights, frequencies), len(counts))
        self._norms = np.sqrt(np.maximum(squares, 1e-6)).astype(np.float32)
        self._scores = np.zeros(len(counts), dtype=np.float32)

    def frequency(self, token: int) -> int:
        slot = int(np.searchsorted(self._tokens, token))
        if slot == len(self._tokens) or self._tokens[slot] != token:
            return 0
        return int(self._starts[slot + 1] - self._starts[slot])

    def search(self, tokens: Mapping[int, float], limit: int, alpha: float=1.0) -> list[tuple[Id, float]]:
        wanted = np.fromiter(tokens.keys(), dtype=np.int32, count=len(tokens))
        factors = np.fromiter(tokens.values(), dtype=np.float32, count=len(tokens))
        if not len(self._tokens) or not len(wanted): return []
        slots = np.minimum(np.searchsorted(self._tokens, wanted), len(self._tokens) - 1)
        is_known = self._tokens[slots] == wanted
        slots, factors = slots[is_known], factors[is_known]
        starts, ends = self._starts[slots], self._starts[slots + 1]
        order = np.argsort(ends - starts, kind="stable")
        scores = self._scores
        read, parts = 0, list[_Ints]()
        norm=0.0
        for index in order:
            size = int(ends[index] - starts[index])
            if parts and (size > _MAX_PRODUCTS or read + size > _MAX_POSTINGS):
                break
            part = self._postings[starts[index] : ends[index]]
            w=self._weights[slots[index]] * factors[index]
            norm+=w
            scores[part] += w
            parts.append(part)
            read += size
        found, values = list[_Ints](), list[_Floats]()
        for part in parts:
            value = scores[part]
            scores[part] = 0
            found.append(part); values.append(value)
        if not parts: return []
        positions = np.concatenate(found)
        similarity = np.concatenate(values) / (self._norms[positions]**alpha*max(norm,1e-6)**0.5)
        n=min(limit,len(similarity))
        best = np.argpartition(-similarity, n-1)[:n]
        best = best[np.argsort(-similarity[best], kind="stable")]
        return [(self._ids[positions[i]], float(similarity[i])) for i in best if similarity[i] > 0]

    def word_weight(self, word: str) -> float:
        """Return how rare a word is, from 0 to 1; 0 if no product has it."""
        known = self._word_weights.get(word)
        if known is None:
            from pricebook.matching.scoring.token_ids import token_id
            frequency = self.frequency(token_id(WORD, word))
            n = max(len(self._ids), 2)
            known = float(np.log1p(n / frequency) / np.log1p(n)) if frequency else 0.0
            self._word_weights[word] = known
        return known

    def code_frequency(self, code: str) -> int:
        """Return the number of products with a code or model number."""
        from pricebook.matching.scoring.token_ids import token_id
        return self.frequency(token_id(CODE, code))
