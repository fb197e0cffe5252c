"""The options of a price list for one of several tables of a sheet.

An option names columns of the first table. A later one is read by the columns of the same meaning:
equal titles, or titles that only differ in what their prices are for. Where it has none, a price is
never taken from another column.
"""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from pricebook.pricelists.detection.column_names import (
    column_index,
    find_columns,
    title_reference,
)
from pricebook.pricelists.detection.detection_issues import (
    DetectionError,
    DetectionIssue,
    setting,
)
from pricebook.pricelists.detection.header_texts import header_statement
from pricebook.pricelists.detection.layout import normalized_title
from pricebook.pricelists.detection.previous_facts import remembered_options
from pricebook.pricelists.schemas.profile import DetectedProfile
from pricebook.pricelists.schemas.read_config import Field
from pricebook.pricelists.schemas.read_request import ReadRequest
from pricebook.pricelists.text import quote


def request_of_block(
    request: ReadRequest, titles: Sequence[Sequence[str]], number: int
) -> ReadRequest:
    """Return the request to read one table of a sheet, by the titles of all its tables.

    Names of columns that only other tables have are left out.

    Raises PriceListError if the table does not have the column of the price that is set.
    """
    own, first = titles[number], titles[0]
    config = request.config
    if number:
        request = _with_previous_table(request, own)
        config = msgspec.structs.replace(
            request.config, header_row=None, column_mapping=_mapping(request, first, own)
        )
    price_columns = _names_of_table(config.price_columns, titles, number)
    if config.price_columns and not price_columns:
        raise DetectionError([_missing_price(config.price_columns[0], "price_columns")])
    config = msgspec.structs.replace(
        config,
        price_columns=price_columns,
        ignored_columns=_names_of_table(config.ignored_columns, titles, number),
        characteristic_columns=_names_of_table(config.characteristic_columns, titles, number),
    )
    return msgspec.structs.replace(request, config=config)


def _with_previous_table(request: ReadRequest, titles: Sequence[str]) -> ReadRequest:
    """Return the request with the profile of the table that had these titles, if one had."""
    previous = request.previous_profile
    if previous is None:
        return request
    table = previous_table(previous, titles)
    config = request.config if table else remembered_options(request.config, previous)
    return msgspec.structs.replace(request, previous_profile=table, config=config)


def previous_table(previous: DetectedProfile, titles: Sequence[str]) -> DetectedProfile | None:
    """Return the profile of the table of a previous price list that had these titles."""
    own = _title_set(titles)
    profiles = (table.profile for table in previous.tables)
    return next((each for each in profiles if each and _title_set(each.headers) == own), None)


def _title_set(titles: Iterable[str]) -> set[str]:
    return set(map(normalized_title, titles)) - {""}


def _mapping(request: ReadRequest, first: Sequence[str], own: Sequence[str]) -> Mapping[Field, str]:
    mapping: dict[Field, str] = {}
    for field, name in request.config.column_mapping.items():
        column = _column_of(name, first, own)
        if column is not None:
            mapping[field] = title_reference(own, column)
        elif field == "price":
            raise DetectionError([_missing_price(name, "column_mapping")])
    return mapping


def _missing_price(name: str, option: str) -> DetectionIssue:
    return DetectionIssue(
        f"It has no column {quote(name)}, which {option} sets for the price: name the price of "
        "each table in price_columns, or give its price that title, or import these rows as a "
        "list of their own.",
        "column_mapping.price",
    )


def of_later_table(issue: DetectionIssue, titles: Sequence[str], price: int) -> DetectionIssue:
    """Return the issue of a later table whose price is in doubt with a setting for each table.

    `titles` are those of the first table, `price` is the column of its price.
    """
    if issue.option != "column_mapping.price" or not issue.candidates:
        return issue
    names = [title_reference(titles, price), issue.candidates[0]]
    option = setting("price_columns", f"'{msgspec.json.encode(names).decode()}'")
    doubt = issue.message.partition("; set ")[0]
    message = f"{doubt}; set {option} to name the price of each table."
    return msgspec.structs.replace(issue, message=message, option="price_columns")


def _column_of(name: str, first: Sequence[str], own: Sequence[str]) -> int | None:
    """Return the column of a table that a name of the first table means, None without one."""
    position = column_index(name)
    title = name
    if position is not None and name not in own:
        title = first[position] if position < len(first) else ""
        if not title.strip():
            is_empty = position < len(own) and not own[position].strip()
            return position if is_empty else None
        at_position = own[position] if position < len(own) else ""
        if normalized_title(at_position) == normalized_title(title):
            return position
    columns = find_columns(own, title) or _columns_of_other_quantity(own, title)
    return columns[0] if len(columns) == 1 else None


def _columns_of_other_quantity(own: Sequence[str], title: str) -> list[int]:
    """Return the columns whose title only differs in the quantity that prices are for."""
    wanted = _beside_quantity(title)
    return [index for index, cell in enumerate(own) if wanted and _beside_quantity(cell) == wanted]


def _beside_quantity(title: str) -> str:
    return normalized_title(header_statement(title).beside_quantity)


def _names_of_table(
    names: Sequence[str] | None, titles: Sequence[Sequence[str]], number: int
) -> list[str] | None:
    """Return the columns of an option that a table has; the first keeps those that none has."""
    if names is None:
        return None
    if number:
        columns = (_column_of(name, titles[0], titles[number]) for name in names)
        return [title_reference(titles[number], column) for column in columns if column is not None]
    return [
        name
        for name in names
        if find_columns(titles[0], name) or not any(find_columns(own, name) for own in titles[1:])
    ]
