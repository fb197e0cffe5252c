"""The detected profile as one sentence that a clerk can check against the price list."""

from collections.abc import Iterator

import msgspec

from pricebook.pricelists.open_tables import locate_row
from pricebook.pricelists.profile_description import ProfileDescription
from pricebook.pricelists.profile_words import with_rates
from pricebook.pricelists.schemas.profile import DetectedProfile, TableProfile
from pricebook.pricelists.text import quote


def describe_profile(profile: DetectedProfile, items: int | None = None) -> str:
    """Return where price, code and everything else were read, and what the price is.

    `items` is the number of articles that were read. Each further table of a sheet has a sentence.
    """
    description = ProfileDescription(_of_first_table(profile))
    if profile.sheet_profiles:
        sentences = [
            _describe_sheet(sheet, with_rates(own, profile))
            for sheet, own in profile.sheet_profiles.items()
        ]
        return " ".join([*sentences, f"Read: {'; '.join(description.rows(items))}."])
    return " ".join([description.sentence(items), *_describe_further_tables(profile)])


def _describe_sheet(sheet: str, own: DetectedProfile) -> str:
    """Return how a sheet is read whose columns or prices differ from those of others."""
    first = ProfileDescription(_of_first_table(own)).how_read()
    return " ".join([f"Sheet {quote(sheet)}: {first}.", *_describe_further_tables(own)])


def _of_first_table(profile: DetectedProfile) -> DetectedProfile:
    if not profile.tables:
        return profile
    first = profile.tables[0]
    own = first.profile or profile
    return msgspec.structs.replace(
        profile, headers=first.headers, characteristic_columns=own.characteristic_columns
    )


def _describe_further_tables(profile: DetectedProfile) -> Iterator[str]:
    return (_describe_table(profile, table) for table in profile.tables[1:])


def _describe_table(profile: DetectedProfile, table: TableProfile) -> str:
    """Return how a further table is read, or why its rows are rejected."""
    sheet, row = locate_row(profile, table.first_row)
    place = (
        f"Sheet {quote(sheet)} from row {row} on"
        if sheet and profile.sheets
        else f"From row {row} on"
    )
    if table.profile is None:
        return f"{place}: not read. {table.refused}"
    own = msgspec.structs.replace(table.profile, sheet=None)
    return f"{place}: {ProfileDescription(own).sentence(None)}"
