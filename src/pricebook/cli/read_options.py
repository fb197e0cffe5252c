"""The options of reading a price list, the same in every command that reads one."""

from dataclasses import dataclass
from typing import Annotated, Any

from cyclopts import Parameter

from pricebook.cli.key_values import convert_values, parse_assignments, parse_key_values
from pricebook.pricelists.schemas.read_config import ReadConfig


def option(text: str, **more: Any) -> Parameter:
    """Return an option without a negative form, described by a sentence."""
    return Parameter(help=text, negative="", **more)


@dataclass(frozen=True, kw_only=True)
class ReadOptions:
    """How a price list is read."""

    column: Annotated[
        list[str] | None,
        option('FIELD=HEADER, the column of a field: price="Net price", sku="column A".'),
    ] = None
    settings: Annotated[
        list[str] | None,
        option(
            "KEY=VALUE, an option of reading: header_row=3, currency=EUR,"
            " discount_groups.A=30+5, key_columns=Name,Pack, of one sheet only:"
            " sheet_settings.Fittings.currency=USD.",
            name="--set",
        ),
    ] = None

    def read_config(self, **more: Any) -> ReadConfig:
        """Return the read options and `more`; raises ValidationError if one is invalid."""
        values = parse_assignments("--set", self.settings or [], ReadConfig) | more
        if self.column:
            mapping = parse_key_values("--column", "FIELD=HEADER", self.column)
            values["column_mapping"] = values.get("column_mapping", {}) | mapping
        return convert_values("--column or --set", values, ReadConfig)
