"""How a price list was read, as sentences that a clerk can check against it."""

from collections.abc import Iterator, Sequence

import msgspec

from pricebook.pricelists.detection.ambiguity_errors import FIELD_LABELS
from pricebook.pricelists.profile_clauses import ProfileClauses
from pricebook.pricelists.profile_words import describe_sheets, with_rates
from pricebook.pricelists.row_tables import RowTable, row_tables
from pricebook.pricelists.schemas.profile import DetectedProfile
from pricebook.pricelists.table_differences import TableClauses, compare_tables, join_clauses
from pricebook.pricelists.text import quote, quote_list

_MAX_PLACES = 10
_MAX_EXAMPLES = 10


class Description(msgspec.Struct, frozen=True):
    """What is known of some tables of a price list; without `place`, of the whole price list."""

    place: str
    clauses: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """The clauses as one sentence."""
        text = "; ".join(self.clauses).removesuffix(".")
        return f"{self.place}: {text}." if self.place else f"{text[:1].upper()}{text[1:]}."


def describe_profile(profile: DetectedProfile, items: int | None = None) -> str:
    """Return where price, code and everything else were read, and what the price is.

    `items` is the number of articles that were read.
    """
    return " ".join(each.sentence for each in describe_tables(profile, items))


def describe_tables(profile: DetectedProfile, items: int | None = None) -> list[Description]:
    """Return what all tables have in common, then of each what differs, then what was read.

    Tables about which the same is known are described together.
    """
    tables = row_tables(profile)
    read = [each for each in tables if each.profile] or tables[:1]
    compared = compare_tables([_clauses_of(each, tables, profile) for each in read])
    rows = list(_describe_rows(profile, items))
    refused = [_describe_refused(each, tables) for each in tables if each.profile is None]
    if not compared.differing:
        return [Description("", (*join_clauses(compared.common), *rows)), *refused]
    common = join_clauses(compared.common)
    return [
        *([Description("All tables", common)] if common else []),
        *(
            Description(_join_places(places), join_clauses(clauses) or ("nothing else",))
            for places, clauses in compared.differing
        ),
        *refused,
        *([Description("Read", tuple(rows))] if rows else []),
    ]


def _clauses_of(
    table: RowTable, tables: Sequence[RowTable], profile: DetectedProfile
) -> TableClauses:
    own = msgspec.structs.replace(table.profile or profile, headers=tuple(table.headers))
    own = with_rates(own, profile) if len(tables) > 1 else own
    return TableClauses(_place(table, tables), ProfileClauses(own).clauses())


def _place(table: RowTable, tables: Sequence[RowTable]) -> str:
    """Return the sheet of a table, and its first row if the sheet has others."""
    of_sheet = [each for each in tables if each.rows_before == table.rows_before]
    sheet = f"sheet {quote(table.name)}" if table.name and len(of_sheet) < len(tables) else ""
    row = f"from row {table.first_row - table.rows_before} on" if len(of_sheet) > 1 else ""
    return " ".join(filter(None, [sheet, row]))


def _join_places(places: Sequence[str]) -> str:
    shown = ", ".join(places[:_MAX_PLACES])
    others = f" and {len(places) - _MAX_PLACES} others" if len(places) > _MAX_PLACES else ""
    return f"{shown[:1].upper()}{shown[1:]}{others}"


def _describe_refused(table: RowTable, tables: Sequence[RowTable]) -> Description:
    return Description(_join_places([_place(table, tables)]), (f"not read. {table.refused}",))


def _describe_rows(profile: DetectedProfile, items: int | None) -> Iterator[str]:
    """Yield how many articles were read of which sheets, and what else they hold."""
    sheets = describe_sheets(profile)
    if items is not None:
        articles = f"{items:,} article{'' if items == 1 else 's'}"
        yield f"{articles} of {sheets}" if sheets else articles
    elif sheets:
        yield sheets
    if profile.unread_sheets:
        yield f"sheets not read: {quote_list(profile.unread_sheets)}"
    yield from ProfileClauses(profile).hidden()
    if profile.unread_cells:
        texts = [
            f"{count:,} of {FIELD_LABELS[field]}{_examples(profile.unread_texts.get(field, ()))}"
            for field, count in profile.unread_cells.items()
        ]
        yield f"cells not understood and kept as text: {', '.join(texts)}"
    if keys := ProfileClauses(profile).proposed_key():
        yield f"some codes have several prices, {keys} would distinguish them (key_columns)"


def _examples(texts: Sequence[str]) -> str:
    return f" ({quote_list(texts, _MAX_EXAMPLES)})" if texts else ""
