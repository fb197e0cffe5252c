"""Where a name differs from another one: words that it lacks, and letters of similar words."""

import re
from difflib import SequenceMatcher, get_close_matches

# A number, a word, or what separates them; `300ml` is a number and a word.
TOKEN = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d]+|[\W_]+")
# Words that are less alike than this are different words.
SIMILAR = 0.7
# Of longer names the rest is not compared, which bounds the time.
MAX_TOKENS = 100


def mark_differences(name: str, other: str) -> list[tuple[str, bool]]:
    """Return the parts of a name in order, each with whether it differs from the other name."""
    words = {each.casefold() for each in TOKEN.findall(other)[:MAX_TOKENS]}
    parts: list[tuple[str, bool]] = []
    for number, token in enumerate(TOKEN.findall(name)):
        is_same = token.casefold() in words or not token[0].isalnum() or number >= MAX_TOKENS
        parts += [(token, False)] if is_same else _mark_letters(token, words)
    return parts


def _mark_letters(word: str, words: set[str]) -> list[tuple[str, bool]]:
    """Return the parts of a word, compared with the one of `words` that is most like it."""
    similar = get_close_matches(word.casefold(), words, 1, SIMILAR) if word.isalpha() else []
    if not similar or len(word.casefold()) != len(word):
        return [(word, True)]
    matcher = SequenceMatcher(None, word.casefold(), similar[0], autojunk=False)
    return [
        (word[start:end], operation != "equal")
        for operation, start, end, _, _ in matcher.get_opcodes()
        if start < end
    ]
