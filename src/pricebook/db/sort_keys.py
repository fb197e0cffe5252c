"""The keys by which lists are sorted, and their SQL: orders, and what comes after a position."""

from collections.abc import Sequence
from typing import LiteralString, cast

import msgspec
from msgspec import Struct

from pricebook.db.fragments import Fragment, all_of, fragment

Position = Sequence[str | None]


class Key(Struct, frozen=True):
    """A value by which a list is sorted; nulls come last in either direction.

    With `is_always_null`, no row of the list has the value.
    """

    expression: LiteralString
    type: LiteralString
    is_descending: bool = False
    is_nullable: bool = False
    is_always_null: bool = False

    @property
    def direction(self) -> LiteralString:
        """The direction in SQL."""
        return "DESC" if self.is_descending else "ASC"


def after_position(keys: tuple[Key, ...], position: Position | None) -> Fragment:
    """Return the condition that a row comes after a position."""
    if position is None:
        return fragment("true")
    first, *rest = keys
    if not first.is_nullable:
        return greater(keys, position)
    absent: LiteralString = f"{first.expression} IS NULL"
    if position[0] is None:
        return all_of(fragment(absent), greater(tuple(rest), position[1:]))
    later = greater(keys, position)
    return Fragment(f"({absent} OR {later.text})", later.values)


def greater(keys: tuple[Key, ...], position: Position) -> Fragment:
    """Return the condition that the keys, none of them null, come after others."""
    operator: LiteralString = "<" if keys[0].is_descending else ">"
    if all(key.is_descending == keys[0].is_descending for key in keys):
        columns: LiteralString = ", ".join([key.expression for key in keys])
        values: LiteralString = ", ".join([f"%s::{key.type}" for key in keys])
        return Fragment(f"({columns}) {operator} ({values})", tuple(position))
    first, rest = keys[0], greater(keys[1:], position[1:])
    value: LiteralString = f"%s::{first.type}"
    text: LiteralString = (
        f"{first.expression} {operator}= {value}"
        f" AND ({first.expression} {operator} {value} OR {rest.text})"
    )
    return Fragment(text, (position[0], position[0], *rest.values))


def key_columns(keys: tuple[Key, ...]) -> LiteralString:
    """Return the keys as columns with their names."""
    return ", ".join(
        [f"{key.expression} AS {name}" for key, name in zip(keys, key_names(keys), strict=True)]
    )


def plain_order(keys: tuple[Key, ...]) -> LiteralString:
    """Return the order of rows that have all keys."""
    return ", ".join([f"{key.expression} {key.direction}" for key in keys])


def order_by(keys: tuple[Key, ...], table: LiteralString = "") -> LiteralString:
    """Return the order of a list, whose keys are columns."""
    prefix: LiteralString = f"{table}." if table else ""
    return nulls_last_order(
        tuple(msgspec.structs.replace(key, expression=prefix + key.expression) for key in keys)
    )


def nulls_last_order(keys: tuple[Key, ...]) -> LiteralString:
    """Return the order of rows some of which may lack the first key."""
    first: LiteralString = f"{keys[0].expression} IS NULL, " if keys[0].is_nullable else ""
    return first + plain_order(keys)


def named_keys(keys: tuple[Key, ...]) -> tuple[Key, ...]:
    """Return the keys by their names in a page."""
    return tuple(
        msgspec.structs.replace(key, expression=name)
        for key, name in zip(keys, key_names(keys), strict=True)
    )


def key_names(keys: tuple[Key, ...]) -> list[LiteralString]:
    """Return the names of the keys in a page."""
    return [cast("LiteralString", f"k{number}") for number in range(1, len(keys) + 1)]
