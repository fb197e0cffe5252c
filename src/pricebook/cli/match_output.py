"""The output of the commands for matches."""

from collections.abc import Sequence

from rich.table import Table

from pricebook.cli.output import out, print_line
from pricebook.http.pagination import CursorPage
from pricebook.matching.auto_link_schemas import AutoLink
from pricebook.matching.cluster_schemas import Cluster
from pricebook.matching.decision_schemas import DecidedBatch, MatchBatch
from pricebook.matching.model_schemas import MatchModel
from pricebook.matching.run_schemas import MatchRun
from pricebook.matching.schemas import SuggestedMatch

MAX_SHOWN_SUGGESTIONS = 3


def print_run(run: MatchRun) -> None:
    """Print the result of a run."""
    if run.state == "queued":
        print_line("Another run is running: this one follows it, by the worker.")
        return
    if run.error:
        print_line(f"The run failed: {run.error}")
        return
    without = run.items_done - run.certain - run.likely - run.possible
    print_line(
        f"{run.items_done:,} unmatched items examined: {run.certain:,} certain, {run.likely:,}"
        f" likely, {run.possible:,} possible, {without:,} without a suggestion;"
        f" {run.linked:,} linked."
    )
    if run.creates_products:
        print_line(
            f"{run.created:,} products created; items with a likely product wait:"
            " `pricebook matches list --band likely`."
        )


def print_matches(page: CursorPage[SuggestedMatch]) -> None:
    """Print items, each with its best suggestions, reasons and objections."""
    for match in page.data:
        item = match.supplier_item
        print_line(f"{item.supplier_name} {item.supplier_sku}  {item.name}  {item.current_price}")
        for each in match.suggestions[:MAX_SHOWN_SUGGESTIONS]:
            target = f"  target {each.target_price}" if each.target_price is not None else ""
            print_line(
                f"    {each.band} {each.score:.2f}  {each.internal_sku}  {each.name}{target}"
            )
            if each.reasons:
                print_line(f"        for: {'; '.join(each.reasons)}")
            if each.objections:
                print_line(f"        against: {'; '.join(each.objections)}")
    print_line(f"{len(page.data):,} of {page.total_count:,} items.")
    if page.next_cursor:
        print_line(f"Next page: --cursor {page.next_cursor}")


def print_decided(decided: DecidedBatch) -> None:
    """Print the counts of a batch and each decision that was not carried out."""
    print_line(
        f"{decided.linked:,} linked, {decided.rejected:,} rejected, {decided.unchanged:,} as"
        f" before, {decided.refused:,} refused. Take it back:"
        f" `pricebook matches undo {decided.batch_id}`."
    )
    for outcome in decided.outcomes:
        if outcome.reason:
            print_line(f"{outcome.supplier_item_id}: {outcome.reason}")


def print_batches(batches: Sequence[MatchBatch]) -> None:
    """Print a line for each batch."""
    for batch in batches:
        undone = (
            f"; undone {batch.undone_at:%Y-%m-%d %H:%M} by {batch.undone_by}"
            if batch.undone_at
            else ""
        )
        print_line(
            f"{batch.id}  {batch.created_at:%Y-%m-%d %H:%M}  {batch.kind} by {batch.created_by}:"
            f" {batch.linked:,} linked, {batch.rejected:,} rejected{undone}"
        )
    print_line(f"{len(batches):,} batches.")


def print_auto_link(supplier: str, state: AutoLink) -> None:
    """Print whether certain matches of a supplier are linked by themselves."""
    if state.is_on:
        since = f"since {state.switched_on_at:%Y-%m-%d %H:%M} UTC" if state.switched_on_at else ""
        print_line(f"{supplier}: auto-link is on {since}, switched on by {state.switched_on_by}.")
    elif state.switched_off_at:
        print_line(
            f"{supplier}: auto-link is off since {state.switched_off_at:%Y-%m-%d %H:%M} UTC."
        )
    else:
        print_line(f"{supplier}: auto-link is off.")


def print_clusters(clusters: Sequence[Cluster], total_count: int) -> None:
    """Print clusters with their items."""
    for cluster in clusters:
        print_line(f"{cluster.id}  {cluster.score:.2f}  {'; '.join(cluster.reasons)}")
        for item in cluster.supplier_items:
            print_line(
                f"    {item.supplier_name} {item.supplier_sku}  {item.name}  {item.current_price}"
            )
    print_line(f"{len(clusters):,} of {total_count:,} clusters.")


def print_models(models: Sequence[MatchModel]) -> None:
    """Print a table of learnt weights."""
    table = Table("weights", "learnt", "decisions", "used")
    for model in models:
        learnt = f"{model.created_at:%Y-%m-%d %H:%M}" if model.created_at else "with the release"
        used = "yes" if model.is_active else ""
        table.add_row(str(model.version), learnt, f"{model.decisions:,}", used)
    out.print(table)
