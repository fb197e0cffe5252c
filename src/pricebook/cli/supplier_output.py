"""The output of the commands for suppliers."""

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from pricebook.cli.output import id_column, print_line, print_none, print_table
from pricebook.suppliers.schemas import SupplierOverview
from pricebook.suppliers.status_schemas import ExpectedList


def print_suppliers(suppliers: Sequence[SupplierOverview], total_count: int) -> None:
    """Print suppliers as a table."""
    if not suppliers:
        print_none("supplier", total_count)
        return
    table = Table("supplier", id_column("id"), "type", "items", "last task", "next list", "")
    for supplier in suppliers:
        table.add_row(
            Text(supplier.name),
            str(supplier.id),
            supplier.source_type,
            f"{supplier.items_count:,}",
            supplier.last_task.state if supplier.last_task else "",
            _next_list(supplier.expected_list),
            "" if supplier.is_active else "inactive",
        )
    print_table(table, fits_terminal=False)
    if total_count > len(suppliers):
        print_line(f"{len(suppliers)} of {total_count:,} suppliers.")


def _next_list(expected: ExpectedList | None) -> str:
    """Return the day on which the next list is expected, or since which it is late."""
    if expected is None:
        return ""
    if expected.late_since is not None:
        return f"late since {expected.late_since:%Y-%m-%d}"
    return f"{expected.expected_at:%Y-%m-%d}"
