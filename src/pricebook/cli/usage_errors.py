"""Wrong usage of the command line as sentences that name the command and what may be meant."""

from collections.abc import Sequence
from difflib import get_close_matches

from cyclopts import App, CycloptsError, UnknownCommandError, UnusedCliTokensError


def describe_usage_error(app: App, error: CycloptsError) -> str:
    """Return what is wrong with the words of a command, and where its help is."""
    chain = tuple(error.command_chain or ())
    command = " ".join(("pricebook", *chain))
    words = error.unused_tokens or []
    if isinstance(error, UnknownCommandError) and words:
        sentence = _unknown_command(command, words[0], _names(app, chain))
    elif isinstance(error, UnusedCliTokensError) and words:
        sentence = f"`{command}` takes no further words: {' '.join(words)}."
    else:
        sentence = str(error)
    return f"{sentence} See `{command} --help`."


def _unknown_command(group: str, word: str, names: Sequence[str]) -> str:
    nearest = " or ".join(f'"{each}"' for each in get_close_matches(word, names))
    hint = f" Did you mean {nearest}?" if nearest else ""
    return f'`{group}` has no command "{word}".{hint}'


def _names(app: App, chain: Sequence[str]) -> list[str]:
    for name in chain:
        app = app[name]
    return [name for name in app if not name.startswith("-")]
