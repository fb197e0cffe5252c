"""Words of a search that the trigram index of a text finds by a part of them only."""

# The last characters of a number occur in few texts, its first ones often in all.
NUMBER_SUFFIX_LETTERS = 5


def is_long_number(word: str) -> bool:
    """Return whether a word is a long number or SKU; only ASCII keeps its length when folded."""
    end = word[-NUMBER_SUFFIX_LETTERS:]
    is_long = len(word) > NUMBER_SUFFIX_LETTERS + 1
    return is_long and word.isascii() and end.isalnum() and any(map(str.isdigit, end))


def number_suffix(number: str) -> str:
    """Return the part of a long number by which it is found."""
    return number[-NUMBER_SUFFIX_LETTERS:]
