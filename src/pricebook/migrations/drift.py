"""Whether a database still is what the migrations made, and where it differs."""

from typing import NamedTuple

from pricebook.migrations.schema import Thing, read_expected, read_schema

# Of what an operator adds to a table of ours, these take part in every write; the rest does not.
TAKING_PART = {"column", "constraint", "trigger", "rule", "policy"}


class Drift(NamedTuple):
    """How a database differs, in sentences: what has to be mended, and what was only added."""

    ills: list[str]
    notes: list[str]


def find_drift(database_url: str) -> Drift:
    """Compare a database with what the migrations make; raises DatabaseUnavailableError."""
    return compare(read_expected(), read_schema(database_url))


def compare(expected: list[Thing], found: list[Thing]) -> Drift:
    """Tell each difference once: of a table that is missing, or was added, not its parts."""
    wanted = {thing.key: thing for thing in expected}
    there = {thing.key: thing for thing in found}
    missing = _without_parts([thing for key, thing in wanted.items() if key not in there])
    added = _without_parts([thing for key, thing in there.items() if key not in wanted])
    changed = [thing for key, thing in there.items() if wanted.get(key, thing) != thing]
    return Drift(
        ills=[
            *(f"{thing.title} is missing." for thing in missing),
            *(_changed(wanted[thing.key], thing) for thing in changed),
            *(f"{thing.title} is not ours and takes part." for thing in added if _counts(thing)),
        ],
        notes=[f"{thing.title} is not ours." for thing in added if not _counts(thing)],
    )


def _without_parts(things: list[Thing]) -> list[Thing]:
    tables = {thing.name for thing in things if thing.kind == "table"}
    return [thing for thing in things if thing.part_of not in tables]


def _changed(wanted: Thing, found: Thing) -> str:
    if wanted.kind == "function":
        return f"{found.title} is not as the migrations make it."
    return f"{found.title} is “{found.definition}” instead of “{wanted.definition}”."


def _counts(added: Thing) -> bool:
    """Say whether something that was added changes what may be written, or what is."""
    is_unique = added.kind == "index" and added.definition.startswith("CREATE UNIQUE")
    return added.kind in TAKING_PART or is_unique
