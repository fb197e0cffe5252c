"""The filters of unmatched items that commands for matches take."""

from dataclasses import dataclass
from typing import Annotated, Any

from cyclopts import Parameter

from pricebook.cli.lookups import find_supplier_id
from pricebook.db.database import Database
from pricebook.matching.schemas import BandFilter, LeastBand


@dataclass(frozen=True, kw_only=True)
class Filters:
    """Items by their best suggestion."""

    supplier: Annotated[
        str | None,
        Parameter(help="Name of a supplier, or a part that no other name has; codes are its."),
    ] = None
    band: Annotated[
        BandFilter | None,
        Parameter(help="Only items whose best suggestion has this band; none: without one."),
    ] = None
    min_band: Annotated[
        LeastBand | None,
        Parameter(help="Only items whose best suggestion has this band or a surer one."),
    ] = None
    min_score: Annotated[
        float | None, Parameter(help="Only items whose best suggestion has at least this score.")
    ] = None
    without_objections: Annotated[
        bool,
        Parameter(help="Only items with nothing against their best suggestion.", negative=""),
    ] = False
    only_one: Annotated[
        bool, Parameter(help="Only items with exactly one suggestion.", negative="")
    ] = False
    search: Annotated[str | None, Parameter(help="Words of the name or the code of the item.")] = (
        None
    )


ALL_ITEMS = Filters()


async def filter_of(database: Database, filters: Filters) -> dict[str, Any]:
    """Return the fields of a MatchFilter; raises NotFoundError for an unknown supplier."""
    name = filters.supplier
    return {
        "supplier_id": await find_supplier_id(database, name) if name else None,
        "band": filters.band,
        "min_band": filters.min_band,
        "min_score": filters.min_score,
        "without_objections": filters.without_objections,
        "only_one": filters.only_one,
        "search": filters.search,
    }
