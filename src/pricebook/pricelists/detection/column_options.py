"""What the options of a request and the previous profile set about columns."""

from collections.abc import Mapping

from pricebook.pricelists.detection import key_columns, layout, previous_facts
from pricebook.pricelists.detection.column_names import column_index, find_columns
from pricebook.pricelists.detection.header_row import ExpectedColumns, TableHeader
from pricebook.pricelists.schemas.read_config import Field, ReadConfig
from pricebook.pricelists.schemas.read_request import ReadRequest


def remembered_config(request: ReadRequest) -> ReadConfig:
    """Return the options of a request, completed by those that are remembered."""
    return previous_facts.remembered_options(request.config, request.previous_profile)


def expected_columns(request: ReadRequest) -> ExpectedColumns:
    """Return what the options of a request and the previous profile set."""
    config = remembered_config(request)
    catalog = {"net": False, "gross": True, "as_listed": None}[request.catalog_vat]
    price, *others = config.price_columns or [""]
    configured: Mapping[Field, str] = {
        **config.column_mapping,
        **({"price": price} if price else {}),
    }
    return ExpectedColumns(
        mapping=layout.with_previous_mapping(
            configured, request.previous_profile, config.ignored_columns or ()
        ),
        currency=config.currency or request.currency,
        ignored=(*ignored_columns(request, with_positions=True), *others),
        vat_included=catalog if config.vat_included is None else config.vat_included,
        today=request.today,
        price_quantity_is_set=request.config.price_quantity is not None,
        needs_code=not key_columns.key_names(request),
        configured=frozenset(configured),
    )


def ignored_columns(request: ReadRequest, *, with_positions: bool) -> tuple[str, ...]:
    """Return the columns that name no field, by the option or that of the previous price list.

    Without `with_positions`, those that are named by position are left out.
    """
    names = request.config.ignored_columns
    if names is None:
        previous = request.previous_profile
        mapped = set(request.config.column_mapping.values())
        remembered = previous.ignored_columns if previous else ()
        return tuple(name for name in remembered if name not in mapped)
    return tuple(name for name in names if with_positions or column_index(name) is None)


def price_columns_of(header: TableHeader, config: ReadConfig, price: int) -> list[int]:
    """Return the columns of the price: those that the option names, else the only one."""
    named = [find_columns(header.cells, name, header.parts) for name in config.price_columns or ()]
    return [each[0] for each in named if each] or [price]
