"""The command that prints what a held price list would change."""

from typing import Annotated
from uuid import UUID

from cyclopts import Parameter

from pricebook.cli import output
from pricebook.cli.lookups import parse_id
from pricebook.cli.option_types import Limit
from pricebook.cli.server_defaults import run_with_database
from pricebook.imports.held_change_list import HeldChangePaging, list_changes_of_task
from pricebook.imports.held_change_schemas import HeldArticle, HeldChangeKind


def list_changes(
    task_id: str,
    *,
    kind: Annotated[HeldChangeKind, Parameter(negative="")] = "changed",
    limit: Limit = 50,
    cursor: str | None = None,
    json: bool = False,
) -> None:
    """List what applying a held price list would change.

    Args:
        task_id: The task's id.
        kind: Prices that change, new articles, or articles that become absent.
        limit: The number of articles on a page, up to 200.
        cursor: Where the page begins, as the page before names it.
        json: Print the page as JSON.
    """
    task: UUID = parse_id(task_id, "pricebook tasks list --state held")
    paging = HeldChangePaging(kind=kind, limit=limit, cursor=cursor)
    page = run_with_database(lambda database: list_changes_of_task(database, task, paging))
    if json:
        output.print_json(page)
        return
    for each in page.data:
        output.print_line(_describe(each))
    if page.next_cursor:
        output.print_line(f"Next page: --cursor={page.next_cursor}")
    elif not page.data:
        output.print_line(f"No articles are {kind}.")


def _describe(article: HeldArticle) -> str:
    """Return an article on one line: its row, code, name, prices and their difference."""
    row = "" if article.row_number is None else f"row {article.row_number}  "
    prices = [str(price) for price in (article.old_price, article.new_price) if price is not None]
    percent = "" if article.percent is None else f" ({article.percent:+.2f} %)"
    return (
        f"{row}{article.supplier_sku}  {article.name}: {' → '.join(prices)} {article.currency}"
        f"{percent}"
    )
