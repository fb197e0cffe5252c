"""What applying a staged price list would change, measured against the safety thresholds."""

from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

import msgspec

from pricebook.db.database import Connection
from pricebook.imports import impact_repository, quarantine_repository, unlike_price_repository
from pricebook.imports.preview_schemas import UnlikePrice
from pricebook.imports.safety_thresholds import ImportImpact, SafetyThresholds, warnings
from pricebook.tasks.counts import Counts

# New prices that a warning names, of those that it counts.
NAMED_UNLIKE, MAX_UNLIKE = 3, 50
MAX_COMPARED = 200_000


async def measure_impact(
    conn: Connection,
    supplier_id: UUID,
    present_items: int,
    counts: Counts,
    thresholds: SafetyThresholds,
) -> ImportImpact:
    """Return what the planned changes mean for the supplier's items; mark rows out of line."""
    before, after = await impact_repository.find_median_prices(conn, supplier_id)
    row_factor = Decimal(str(thresholds.row_price_factor))
    out_of_line = await quarantine_repository.mark_out_of_line(conn, row_factor)
    return ImportImpact(
        present_items=present_items,
        absent=counts.absent,
        rows=counts.imported + counts.rejected + counts.duplicate,
        rejected=counts.rejected,
        median_before=before,
        median_after=after,
        compared=counts.imported - counts.new,
        out_of_line=out_of_line.rows,
        median_factor=out_of_line.median_factor,
    )


async def list_warnings(
    conn: Connection, impact: ImportImpact, counts: Counts, thresholds: SafetyThresholds
) -> list[str]:
    """Return what is unusual in a price list that is applied, without the quarantined rows."""
    row_factor = Decimal(str(thresholds.halfway.row_price_factor))
    large = await quarantine_repository.find_large_changes(conn, row_factor)
    applied = msgspec.structs.replace(
        impact,
        out_of_line=large.rows if large else 0,
        compared=counts.imported - counts.new,
        largest_change=f"{large.supplier_sku}: from {large.old} to {large.new}" if large else "",
    )
    unlike = await list_unlike_prices(conn, counts)
    return [*warnings(applied, thresholds), *describe_unlike_prices(unlike)]


async def list_unlike_prices(conn: Connection, counts: Counts) -> list[UnlikePrice]:
    """Return new prices that are far from the usual ones, one more than MAX_UNLIKE at most.

    The prices of a larger list take seconds to compare; its preview does.
    """
    if not counts.new or counts.imported > MAX_COMPARED:
        return []
    return await unlike_price_repository.list_unlike_prices(conn, MAX_UNLIKE + 1)


def describe_unlike_prices(unlike: Sequence[UnlikePrice]) -> list[str]:
    """Return a sentence about new prices that are far from the usual ones; none without any."""
    if not unlike:
        return []
    n = str(len(unlike)) if len(unlike) <= MAX_UNLIKE else f"More than {MAX_UNLIKE}"
    new = "new price is" if len(unlike) == 1 else "new prices are"
    named = "; ".join(map(_describe, unlike[:NAMED_UNLIKE]))
    more = "; …" if len(unlike) > NAMED_UNLIKE else ""
    sentence = (
        f"{n} {new} more than {unlike_price_repository.FACTOR} times higher or lower than the usual"
        f" one of similar articles: {named}{more}."
    )
    return [sentence]


def _describe(each: UnlikePrice) -> str:
    currency = f" {each.currency}" if each.currency else ""
    return (
        f"{each.supplier_sku} with {each.price}{currency}, usual are {each.usual_price}{currency}"
        f" ({each.similar_to})"
    )
