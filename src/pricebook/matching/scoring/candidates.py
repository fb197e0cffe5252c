"""An index of products by tokens: which products an article may be.

This module loads numpy, so that only the worker imports it.
"""

from array import array
from collections.abc import Hashable, Iterable, Mapping, Sequence
from sys import byteorder
from typing import Generic, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from pricebook.matching.scoring.token_ids import CODE, KINDS, WORD, Query, token_id

Id = TypeVar("Id", bound=Hashable)
Row = tuple[Id, Iterable[int]]
_Ints = NDArray[np.int32]
_Floats = NDArray[np.float32]

# What tokens count beside their rarity, by kind: words, codes, measures, groups of three letters.
_KIND_WEIGHTS = np.array([1.0, 2.0, 1.2, 0.1], dtype=np.float32)
# A token of more products says too little for the time that it takes.
_MAX_PRODUCTS = 10_000
# The rarest tokens of an article are read until they have named this many products.
_MAX_POSTINGS = 60_000
# The length of a product's texts counts less than in a cosine: linked items make it longer.
_LENGTH_EXPONENT = 0.7
# Work on many numbers goes in parts, for the memory that copies take.
_CHUNK, _CHUNK_OF_PRODUCTS = 1 << 22, 1 << 16
# Where the lower half of a number of 64 bits is.
_LOW = 0 if byteorder == "little" else 1


class Candidate(NamedTuple, Generic[Id]):
    """A product that an article may be; `similarity` is 0 or more, about 1 for equal texts."""

    product_id: Id
    similarity: float


def _sorted_pairs(tokens: "array[int]", counts: _Ints) -> NDArray[np.int64]:
    """Return pairs of a token and the position of a product, in order, each in one number.

    The token is in the upper half. Temporary arrays are small beside the result.
    """
    numbers = np.frombuffer(tokens, dtype=np.int32)
    pairs = np.empty(len(numbers), dtype=np.int64)
    ends = np.cumsum(counts, dtype=np.int64)
    for first in range(0, len(counts), _CHUNK_OF_PRODUCTS):
        last = min(first + _CHUNK_OF_PRODUCTS, len(counts))
        part = slice(ends[first] - counts[first], ends[last - 1])
        positions = np.repeat(np.arange(first, last, dtype=np.int64), counts[first:last])
        pairs[part] = (numbers[part].astype(np.int64) << 32) | positions
    pairs.sort()
    return pairs


def _take_meanings(tokens: _Ints, weights: _Floats, meanings: Mapping[int, Sequence[int]]) -> None:
    """Take what words name from the weights of words, as a product with a word names that too."""
    if not meanings:
        return
    places = {token: place for place, token in enumerate(tokens.tolist())}
    named = {
        places[word]: float(sum(weights[places[each]] for each in of_word if each in places))
        for word, of_word in meanings.items()
        if word in places
    }
    for place, weight in named.items():
        weights[place] = max(0.0, weights[place] - weight)


class _Postings(Generic[Id]):
    """Products and their tokens in arrays, with the positions of products by token."""

    def __init__(self, rows: Iterable[Row[Id]]) -> None:
        self.ids = list[Id]()
        tokens, counts = array("i"), array("i")
        for product_id, token_ids in rows:
            before = len(tokens)
            tokens.extend(token_ids)
            self.ids.append(product_id)
            counts.append(len(tokens) - before)
        pairs = _sorted_pairs(tokens, np.frombuffer(counts, dtype=np.int32))
        del tokens
        halves = pairs.view(np.int32)
        self.postings: _Ints = halves[_LOW::2].copy()
        by_token = halves[1 - _LOW :: 2].copy()
        is_first = np.ones(len(pairs), dtype=np.bool_)
        is_first[1:] = by_token[1:] != by_token[:-1]
        starts = np.flatnonzero(is_first)
        self.tokens: _Ints = by_token[starts]
        self.starts = np.append(starts, len(pairs)).astype(np.int64)
        self.norms: _Floats = np.ones(len(counts), dtype=np.float32)
        self.scores: _Floats = np.zeros(len(counts), dtype=np.float32)

    @property
    def frequencies(self) -> NDArray[np.int64]:
        """The number of products by token."""
        return np.diff(self.starts)

    def slots(self, tokens: _Ints) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """Return where tokens are in the arrays, and whether they are there at all."""
        if not len(self.tokens):
            return np.zeros(len(tokens), dtype=np.int64), np.zeros(len(tokens), dtype=np.bool_)
        slots = np.minimum(np.searchsorted(self.tokens, tokens), len(self.tokens) - 1)
        return slots, self.tokens[slots] == tokens

    def frequencies_of(self, tokens: _Ints) -> NDArray[np.int64]:
        """Return the number of products with each token."""
        slots, is_known = self.slots(tokens)
        found = self.starts[np.minimum(slots + 1, len(self.starts) - 1)] - self.starts[slots]
        return np.where(is_known, found, 0)

    def only_product_with(self, token: int) -> Id | None:
        """Return the product with a token, None if none or several have it."""
        slots, is_known = self.slots(np.array([token], dtype=np.int32))
        if not is_known[0]:
            return None
        first, last = self.starts[slots[0] : slots[0] + 2]
        return self.ids[self.postings[first]] if last - first == 1 else None

    def set_norms(self, weights: _Floats) -> None:
        """Set the lengths of products from the weights of the tokens."""
        by_posting = np.repeat(weights, self.frequencies)
        squares = np.zeros(len(self.ids))
        for start in range(0, len(by_posting), _CHUNK):
            part = slice(start, start + _CHUNK)
            squares += np.bincount(self.postings[part], by_posting[part], minlength=len(squares))
        lengths = np.sqrt(np.maximum(squares, 1e-6)) ** _LENGTH_EXPONENT
        self.norms = lengths.astype(np.float32)

    def search(self, tokens: _Ints, weights: _Floats, limit: int) -> list[Candidate[Id]]:
        """Return the products most like weighted tokens, rarest token first."""
        slots, is_known = self.slots(tokens)
        parts, read = list[_Ints](), 0
        for slot, weight in zip(slots[is_known], weights[is_known], strict=True):
            part = self.postings[self.starts[slot] : self.starts[slot + 1]]
            if parts and (len(part) > _MAX_PRODUCTS or read + len(part) > _MAX_POSTINGS):
                break
            self.scores[part] += weight
            parts.append(part)
            read += len(part)
        return self._best(parts, limit) if parts else []

    def _best(self, parts: list[_Ints], limit: int) -> list[Candidate[Id]]:
        """Return the products with the best scores, and set all scores back to 0."""
        values = list[_Floats]()
        for part in parts:
            # A product that an earlier part has named has the score 0 by now.
            values.append(self.scores[part])
            self.scores[part] = 0
        positions = np.concatenate(parts)
        similarity = np.concatenate(values) / self.norms[positions]
        count = min(limit, len(similarity))
        best = np.argpartition(-similarity, count - 1)[:count]
        best = best[np.argsort(-similarity[best], kind="stable")]
        return [
            Candidate(self.ids[positions[each]], float(similarity[each]))
            for each in best
            if similarity[each] > 0
        ]


class ProductIndex(Generic[Id]):
    """Products by the ids of their tokens; see token_ids.py for these.

    It holds about 10 bytes for each token of a product, beside the product's id.
    """

    def __init__(self, rows: Iterable[Row[Id]] = ()) -> None:
        """Index rows of a product's id and the ids of its tokens, each id once."""
        self._postings = _Postings(rows)
        self._word_weights = dict[str, float]()
        self._postings.set_norms(self._weights(self._postings.tokens, self._postings.frequencies))

    def __len__(self) -> int:
        return len(self._postings.ids)

    def _weights(self, tokens: _Ints, frequencies: NDArray[np.int64]) -> _Floats:
        """Return what tokens count: the square of their rarity, by their kind."""
        rarity = np.log1p(len(self) / np.maximum(frequencies, 1))
        return (rarity**2 * _KIND_WEIGHTS[tokens & (KINDS - 1)]).astype(np.float32)

    def search(self, query: Query, limit: int) -> list[Candidate[Id]]:
        """Return the products that are most like an article, at most `limit`, best first."""
        tokens = query.tokens
        known = np.fromiter(tokens.keys(), dtype=np.int32, count=len(tokens))
        factors = np.fromiter(tokens.values(), dtype=np.float32, count=len(tokens))
        frequencies = self._postings.frequencies_of(known)
        order = np.argsort(frequencies, kind="stable")
        order = order[frequencies[order] > 0]
        known = known[order]
        weights = self._weights(known, frequencies[order]) * factors[order]
        _take_meanings(known, weights, query.meanings)
        length = float(np.sqrt(max(float(weights.sum()), 1e-6)))
        return [
            candidate._replace(similarity=candidate.similarity / length)
            for candidate in self._postings.search(known, weights, limit)
        ]

    def product_with(self, code: str) -> Id | None:
        """Return the product with a code or model number, None if none or several have it."""
        return self._postings.only_product_with(token_id(CODE, code))

    def _frequency(self, token: int) -> int:
        tokens = np.array([token], dtype=np.int32)
        return int(self._postings.frequencies_of(tokens)[0])

    def word_weight(self, word: str) -> float:
        """Return how rare a word is in the products, from 0 to 1; 0 if no product has it."""
        weight = self._word_weights.get(word)
        if weight is None:
            frequency = self._frequency(token_id(WORD, word))
            count = max(len(self), 2)
            weight = float(np.log1p(count / frequency) / np.log1p(count)) if frequency else 0.0
            self._word_weights[word] = weight
        return weight

    def code_frequency(self, code: str) -> int:
        """Return the number of products with a code, a model number or a GTIN."""
        return self._frequency(token_id(CODE, code))
