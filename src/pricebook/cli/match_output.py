"""The output of the commands for matches."""

from collections.abc import Sequence
from math import floor

from rich.table import Table

from pricebook.cli.output import counted, nonzero, print_line, print_none, print_table
from pricebook.http.pagination import CursorPage
from pricebook.matching.auto_link_schemas import AutoLink, UnlinkedCertain
from pricebook.matching.cluster_schemas import Cluster, MadeProduct
from pricebook.matching.decision_schemas import DecidedBatch, UndoneBatch
from pricebook.matching.model_schemas import MatchModel
from pricebook.matching.run_schemas import MatchRun
from pricebook.matching.schemas import MatchSummary, SuggestedMatch, SuggestedProduct

MAX_SHOWN_SUGGESTIONS = 3
# 0.29 * 100 is a little less than 29.
EPSILON = 1e-9


def print_run(run: MatchRun) -> None:
    """Print the result of a run."""
    if run.error:
        print_line(f"The run failed: {run.error}")
        return
    without = run.items_done - run.certain - run.likely - run.possible
    print_line(
        f"{counted(run.items_done, 'unmatched item')} examined: {run.certain:,} certain,"
        f" {run.likely:,} likely, {run.possible:,} possible, {without:,} without a suggestion;"
        f" {run.linked:,} linked."
    )
    if run.likely and not run.certain:
        print_line(
            "None is certain: that takes a GTIN or model number that a product, or an item linked"
            " to it, has too. See `pricebook matches list --band likely --without-objections`."
        )
    if without:
        print_line("Without a suggestion: `pricebook matches list --band none`.")
    if run.weights:
        print_line(
            f"Scores are by weights {run.weights}, learnt from decisions:"
            " `pricebook matches weights`."
        )
    if run.creates_products:
        print_line(
            f"{counted(run.created, 'product')} created; items with a likely product wait:"
            " `pricebook matches list --band likely`."
        )


def print_runs(runs: Sequence[MatchRun], total_count: int) -> None:
    """Print a table of runs."""
    if not runs:
        print_none("run", total_count)
        return
    table = Table("requested", "by", "items", "state", "examined", "certain", "likely", "linked")
    for run in runs:
        items = "all" if run.supplier_id is None else "of a supplier"
        if run.supplier_item_ids is not None:
            items = f"{len(run.supplier_item_ids):,} named" if run.supplier_item_ids else "compared"
        counts = (run.items_done, run.certain, run.likely, run.linked)
        table.add_row(
            f"{run.created_at:%Y-%m-%d %H:%M:%S}",
            run.requested_by,
            items,
            run.error or run.state,
            *(f"{count:,}" for count in counts),
        )
    print_table(table)
    print_line(f"{len(runs):,} of {counted(total_count, 'run')}.")


def score_text(score: float) -> str:
    """Return a score with two digits, rounded down so that it passes as --min-score."""
    return f"{floor(score * 100 + EPSILON) / 100:.2f}"


def print_unlinked(unlinked: UnlinkedCertain) -> None:
    """Print why items with a certain suggestion are not linked, with the number for each reason."""
    if not unlinked.total:
        return
    print_line(
        f"{counted(unlinked.total, 'item')} with a certain suggestion"
        f" {'is' if unlinked.total == 1 else 'are'} not linked:"
    )
    explained = unlinked.auto_link_off + unlinked.taken_back + unlinked.archived
    reasons = {
        "auto-link of the supplier is off: `pricebook matches auto-link SUPPLIER on`, or"
        " `pricebook matches accept --band certain`": unlinked.auto_link_off,
        "the link was undone, so that a person decides:"
        " `pricebook matches accept --band certain`": unlinked.taken_back,
        "the product is archived": unlinked.archived,
        "not examined again, or changed at the same time: the next run links it": unlinked.total
        - explained,
    }
    for reason, count in reasons.items():
        if count:
            print_line(f"    {count:,}: {reason}")


def print_matches(page: CursorPage[SuggestedMatch]) -> None:
    """Print items, each with its best suggestions, reasons and objections."""
    for match in page.data:
        item = match.supplier_item
        print_line(f"{item.supplier_name} {item.supplier_sku}  {item.name}  {item.current_price}")
        for each in match.suggestions[:MAX_SHOWN_SUGGESTIONS]:
            target = f"  target {each.target_price}" if each.target_price is not None else ""
            score = score_text(each.score)
            print_line(f"    {each.band} {score}  {each.internal_sku}  {each.name}{target}")
            if each.reasons:
                print_line(f"        for: {'; '.join(each.reasons)}")
            if against := _objections(each):
                print_line(f"        against: {'; '.join(against)}")


def print_short(page: CursorPage[SuggestedMatch]) -> None:
    """Print one line for each item, with its best suggestion."""
    for match in page.data:
        item = match.supplier_item
        start = f"{item.supplier_name} {item.supplier_sku}  {item.name}"
        if not match.suggestions:
            print_line(f"none       {start}")
            continue
        best = match.suggestions[0]
        against = _objections(best)
        print_line(
            f"{best.band:8} {score_text(best.score)}  {start}  =  {best.internal_sku}  {best.name}"
            + (f"  against: {'; '.join(against)}" if against else "")
        )


def _objections(suggestion: SuggestedProduct) -> list[str]:
    """Return what speaks against a suggestion, also items that its product has already."""
    siblings = suggestion.same_supplier_skus
    linked = [f"already has {', '.join(siblings)} of this supplier"] if siblings else []
    return [*suggestion.objections, *linked]


def print_rest(
    page: CursorPage[SuggestedMatch], summary: MatchSummary, *, is_band_none: bool
) -> None:
    """Print how much of the list was shown, and what is not on it."""
    if page.data:
        print_line(f"{len(page.data):,} of {counted(page.total_count, 'item')}.")
    else:
        print_none("item", page.total_count)
    if page.next_cursor:
        print_line(f"Next page: --cursor={page.next_cursor}")
    if summary.not_examined:
        print_line(
            f"{counted(summary.not_examined, 'unmatched item')} not examined yet:"
            " `pricebook matches run` suggests products, as the worker does after imports."
        )
    if summary.none and not is_band_none:
        print_line(
            f"{counted(summary.none, 'item')} without a suggestion:"
            " `pricebook matches list --band none`."
        )


def print_decided(decided: DecidedBatch) -> None:
    """Print the counts of a batch, each remark, and each decision that was not carried out."""
    done = nonzero(
        linked=decided.linked,
        rejected=decided.rejected,
        unlinked=decided.unlinked,
        dismissed=decided.dismissed,
        unchanged=decided.unchanged,
        refused=decided.refused,
    )
    undo = (
        f" Take it back: `pricebook matches undo {decided.batch_id}`." if decided.batch_id else ""
    )
    print_line(f"{done or 'Nothing to decide'}.{undo}")
    for outcome in decided.outcomes:
        if text := outcome.reason or outcome.remark:
            print_line(f"{outcome.supplier_sku or outcome.supplier_item_id}: {text}")


def print_undone(undone: UndoneBatch) -> None:
    """Print what the undo of a batch has restored, and what it has left."""
    done = [
        f"{counted(undone.unlinked, 'link')} taken back",
        f"{counted(undone.restored, 'rejection')} lifted",
    ]
    if undone.relinked:
        done.append(f"{counted(undone.relinked, 'link')} made again")
    if undone.rejected_again:
        done.append(f"{counted(undone.rejected_again, 'earlier rejection')} in effect again")
    print_line(f"{', '.join(done)}.")
    if undone.unlinked or undone.restored:
        print_line("The worker suggests products for these items again; so does `matches run`.")
    made = undone.made_product
    if made is not None:
        kept = "stays: it has items, or was changed since"
        print_line(
            f"The product {made.internal_sku}"
            f" {'is archived' if made.outcome == 'archived' else kept}."
        )
    for each in undone.left:
        print_line(f"{each.supplier_sku or each.supplier_item_id}: {each.reason}")


def print_auto_link(supplier: str, state: AutoLink) -> None:
    """Print whether certain matches of a supplier are linked by themselves, and why not."""
    if state.is_on:
        since = f"since {state.switched_on_at:%Y-%m-%d %H:%M} UTC" if state.switched_on_at else ""
        print_line(f"{supplier}: auto-link is on {since}, switched on by {state.switched_on_by}.")
        return
    if state.switched_off_at is None:
        print_line(f"{supplier}: auto-link is off.")
        return
    by = f" by {state.switched_off_by}" if state.switched_off_by else ""
    why = (
        f": {state.switched_off_reason}{by}"
        if state.switched_off_reason
        else f", switched off{by}"
        if by
        else ""
    )
    print_line(
        f"{supplier}: auto-link is off since {state.switched_off_at:%Y-%m-%d %H:%M} UTC{why}."
    )


def print_clusters(clusters: Sequence[Cluster], total_count: int) -> None:
    """Print clusters with their items."""
    if not clusters:
        print_none("cluster", total_count)
        return
    for cluster in clusters:
        print_line(f"{cluster.id}  {score_text(cluster.score)}  {'; '.join(cluster.reasons)}")
        for item in cluster.supplier_items:
            print_line(
                f"    {item.supplier_name} {item.supplier_sku}  {item.name}  {item.current_price}"
            )
    print_line(f"{len(clusters):,} of {counted(total_count, 'cluster')}.")


def print_made_product(made: MadeProduct) -> None:
    """Print a product that was made of items, and how it is taken back."""
    print_line(
        f"{made.internal_sku}: {made.name}, {made.status},"
        f" {counted(len(made.supplier_items), 'item')} linked."
    )
    facts = (("GTIN", made.gtin), ("MPN", made.mpn), ("brand", made.brand))
    known = [f"{name} {value}" for name, value in facts if value]
    if known:
        print_line(f"{', '.join(known)}.")
    print_line(
        f"Take it back: `pricebook matches undo {made.batch_id}`; the product is archived then,"
        " unless somebody has changed it."
    )


def print_models(models: Sequence[MatchModel]) -> None:
    """Print a table of learnt weights."""
    table = Table("weights", "learnt", "decisions", "used")
    for model in models:
        learnt = f"{model.created_at:%Y-%m-%d %H:%M}" if model.created_at else "with the release"
        used = "yes" if model.is_active else ""
        table.add_row(str(model.version), learnt, f"{model.decisions:,}", used)
    print_table(table)
