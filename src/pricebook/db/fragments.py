"""Parts of SQL statements with their values, put together in the order of their placeholders."""

from string import Formatter
from typing import Any, LiteralString, cast

from msgspec import Struct


class Fragment(Struct, frozen=True):
    """A part of a statement, and the values of its `%s`."""

    text: LiteralString
    values: tuple[Any, ...] = ()


def fragment(text: LiteralString, *values: Any) -> Fragment:
    """Return a part with its values."""
    return Fragment(text, values)


def compose(template: LiteralString, **parts: Fragment | LiteralString) -> Fragment:
    """Return a template with its names in braces replaced by parts, and the values of all parts.

    A part that occurs twice brings its values twice.
    """
    texts: list[LiteralString] = []
    values: list[Any] = []
    for literal, name, _, _ in Formatter().parse(template):
        texts.append(cast("LiteralString", literal))
        if name is not None:
            part = parts[name]
            texts.append(part.text if isinstance(part, Fragment) else part)
            values += part.values if isinstance(part, Fragment) else ()
    return Fragment("".join(texts), tuple(values))


def all_of(*conditions: Fragment) -> Fragment:
    """Return the condition that all conditions hold; `true` for none."""
    if not conditions:
        return Fragment("true")
    return Fragment(
        " AND ".join([each.text for each in conditions]),
        tuple(value for each in conditions for value in each.values),
    )


def any_of(*conditions: Fragment) -> Fragment:
    """Return the condition that one of the conditions holds."""
    if len(conditions) == 1:
        return conditions[0]
    return Fragment(
        "(" + " OR ".join([each.text for each in conditions]) + ")",
        tuple(value for each in conditions for value in each.values),
    )


def equals(**columns: Any) -> list[Fragment]:
    """Return the conditions that columns have these values; None is no condition."""
    return [
        Fragment(cast("LiteralString", f"{name} = %s"), (value,))
        for name, value in columns.items()
        if value is not None
    ]
