"""Other forms of a word and the words that a misspelt one may be."""

from collections.abc import Iterable

MIN_LETTERS = 4
# Of a word of which other forms are found.
MIN_FORM_LETTERS = 3
# Words of so many letters may have one wrong, longer ones two.
MAX_LETTERS_OF_ONE_ERROR = 5
MAX_SIMILAR_WORDS = 5


# The ending that may differ in another form, by the shortest length of a word.
_ENDINGS = ((7, 2), (6, 1))


def can_be_misspelt(word: str) -> bool:
    """Return whether a word is one of letters, not a code or a number, and long enough."""
    return len(word) >= MIN_LETTERS and word.isalpha()


def is_word(word: str) -> bool:
    """Return whether a word is one of letters, whose other forms can be found."""
    return len(word) >= MIN_FORM_LETTERS and word.isalpha()


def stem_of(word: str) -> str:
    """Return a word without the ending of its form: `hammers` and `hammer` share `hamme`."""
    if not word.isalpha():
        return word
    for length, ending in _ENDINGS:
        if len(word) >= length:
            return word[:-ending]
    return word


def distinct_texts(texts: Iterable[str]) -> tuple[str, ...]:
    """Return the texts without those that contain another one: what has them has it, too."""
    shortest = sorted(dict.fromkeys(texts), key=len)
    return tuple(
        text
        for number, text in enumerate(shortest)
        if not any(each in text for each in shortest[:number])
    )


def nearest_words(word: str, candidates: Iterable[str]) -> tuple[str, ...]:
    """Return the candidates with the fewest errors, none if all have too many."""
    most = 1 if len(word) <= MAX_LETTERS_OF_ONE_ERROR else 2
    errors = {each: count_errors(word, each) for each in candidates}
    fewest = min(errors.values(), default=most + 1)
    if fewest > most:
        return ()
    return tuple(each for each, count in errors.items() if count == fewest)[:MAX_SIMILAR_WORDS]


def count_errors(first: str, second: str) -> int:
    """Return how many letters are missing, added, replaced or exchanged with their neighbour."""
    before: list[int] = []
    previous = list(range(len(second) + 1))
    for row, letter in enumerate(first, start=1):
        current = [row]
        for column, other in enumerate(second, start=1):
            count = min(
                previous[column] + 1, current[-1] + 1, previous[column - 1] + (letter != other)
            )
            is_exchanged = row > 1 and column > 1 and letter == second[column - 2]
            if is_exchanged and first[row - 2] == other:
                count = min(count, before[column - 2] + 1)
            current.append(count)
        before, previous = previous, current
    return previous[-1]
