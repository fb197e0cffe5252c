"""Whether the prices of a list include VAT, and its rate."""

from decimal import Decimal

from pricebook.pricelists.detection.column_content import is_numeric
from pricebook.pricelists.detection.detection_issues import (
    column_setting,
    setting,
)
from pricebook.pricelists.detection.fact_collector import (
    FactCollector,
    ListSources,
    Statement,
    is_between_articles,
    sentence_source,
    sentence_statement,
)
from pricebook.pricelists.detection.header_texts import header_statement
from pricebook.pricelists.detection.previous_facts import PER_ROW
from pricebook.pricelists.detection.sentences import Sentence
from pricebook.pricelists.detection.statement_tokens import tokenize
from pricebook.pricelists.detection.tax_remarks import stated_tax
from pricebook.pricelists.detection.tax_sample import find_tax_twin
from pricebook.pricelists.detection.tax_words import TAXES_BESIDE_GROSS_WORDS
from pricebook.pricelists.detection.undiscounted import is_about_marked
from pricebook.pricelists.schemas.profile import Fact


def find_vat(collector: FactCollector) -> tuple[bool | None, Decimal | None]:
    """Return whether prices include VAT, None if nothing says so, and the rate in percent."""
    included, rate = _vat_included(collector), _vat_rate(collector)
    _check_conversion(collector, rate, included=included)
    return included, rate


def _check_conversion(
    collector: FactCollector, rate: Decimal | None, *, included: bool | None
) -> None:
    """Refuse prices that cannot be converted to the VAT basis of the catalog."""
    sources = collector.sources
    wanted = sources.request.catalog_vat
    if wanted == "as_listed":
        return
    if included is None:
        is_refused = any(issue.option == "vat_included" for issue in collector.issues)
        if not is_refused and not _is_stated_by_candidates(sources):
            collector.refuse(
                f"The catalog has {wanted} prices, and nothing says whether those of this list "
                f"include VAT; set {setting('vat_included', 'false')} or "
                f"{setting('vat_included', 'true')}.",
                "vat_included",
                ("false", "true"),
            )
        return
    is_rate_known = rate is not None or "vat_rate" in sources.assignment.columns
    if included != (wanted == "gross") and not is_rate_known:
        wording, other = ("include", "false") if included else ("exclude", "true")
        source = collector.facts["vat_included"].source
        collector.refuse(
            f"The catalog has {wanted} prices, those of this list {wording} VAT by {source}, and "
            f"no rate is known; set {setting('vat_rate', 20)} or {column_setting('vat_rate')}, or "
            f"{setting('vat_included', other)} if they do not.",
            "vat_rate",
        )


def _is_stated_by_candidates(sources: ListSources) -> bool:
    """Return whether the price is still to be chosen, and a header says what its choice means."""
    list_prices = sources.header.candidates["list_price"]
    return "price" not in sources.assignment.columns and any(
        header_statement(cell).vat_included
        for index, cell in enumerate(sources.header.cells)
        if index not in list_prices
    )


def _vat_included(collector: FactCollector) -> bool | None:
    sources = collector.sources
    configured = sources.config.vat_included
    statements = (
        [] if configured is None else [collector.setting("vat_included", str(configured).lower())]
    )
    of_cells = sources.cell_statement
    statements += [
        Statement(str(value).lower(), "cell", of_cells.source)
        for value in sorted(of_cells.statement.vat_included)
    ]
    header = sources.price_statement
    # Beside discounts, gross and net may mean prices before and after these.
    may_be_discounts = sources.has_discounts and not _has_tax_twin(sources)
    is_list_price = _is_list_price(sources)
    if not (header.is_gross_or_net and (may_be_discounts or is_list_price)):
        statements += [
            Statement(str(value).lower(), "header", sources.price_source)
            for value in sorted(header.vat_included)
        ]
    sentences = [each for each in sources.sentences if "vat_included" not in each.doubts]
    others = [each for each in sentences if not _is_title(sources, each)]
    if configured is not None or statements or any(map(_is_of_list, others)):
        sentences = others
    is_named = any(
        each.statement.vat_included and not each.statement.is_gross_or_net for each in sentences
    )
    statements += [
        sentence_statement(sentence, str(value).lower())
        for sentence in sentences
        if not (sentence.statement.is_gross_or_net and may_be_discounts and is_named)
        and not is_about_marked(sentence.text, sentence.note.text, sources.header.cells)
        for value in sorted(sentence.statement.vat_included)
    ]
    statements = collector.without_parts("vat_included", statements)
    decided = collector.decide(
        "vat_included",
        statements,
        f"{setting('vat_included', 'true')} or {setting('vat_included', 'false')}",
    )
    if decided is None:
        return None
    collector.facts["vat_included"] = decided.as_fact()
    return decided.value == "true"


def _is_list_price(sources: ListSources) -> bool:
    """Return whether a gross price is one before discounts: a sentence excludes the tax.

    Not beside a net price, which may be the same price without the tax.
    """
    header, own = sources.price_statement, sources.assignment.columns.get("price")
    is_gross = header.is_gross_or_net and header.vat_included == frozenset({True})
    has_net = any(
        header_statement(cell).vat_included == frozenset({False})
        for index, cell in enumerate(sources.header.cells)
        if index != own and is_numeric(sources.content(index))
    )
    return is_gross and not has_net and any(map(_excludes_tax, sources.general_sentences))


def _excludes_tax(sentence: Sentence) -> bool:
    """Return whether a sentence excludes a tax of lists in which gross may mean list prices."""
    keys = {token.key for token in tokenize(sentence.text)}
    is_excluded = sentence.statement.vat_included == frozenset({False})
    return is_excluded and not TAXES_BESIDE_GROSS_WORDS.isdisjoint(keys)


def _is_of_list(sentence: Sentence) -> bool:
    """Return whether a sentence states the tax basis of all articles."""
    return sentence.note.place != "inside" and bool(sentence.statement.vat_included)


def _is_title(sources: ListSources, sentence: Sentence) -> bool:
    """Return whether a sentence is the title of a section, whose rows are compared with it."""
    is_title = sources.is_title(sentence.note)
    return is_title and stated_tax(sentence.note.text.strip()) is not None


def _has_tax_twin(sources: ListSources) -> bool:
    """Return whether the same prices with the other tax basis prove what gross and net mean."""
    columns, contents = sources.assignment.columns, sources.contents
    if "price" not in columns:
        return False
    currency = sources.request.currency
    return find_tax_twin(sources.header, columns, contents, currency) is not None


def _vat_rate(collector: FactCollector) -> Decimal | None:
    """Return the rate; several rates without a column leave open which one holds for a row."""
    sources = collector.sources
    if sources.config.vat_rate is not None:
        collector.note_setting("vat_rate", f"{sources.config.vat_rate:f}")
        return sources.config.vat_rate
    statements = [
        Statement(f"{rate:f}", "header", sources.price_source)
        for rate in sorted(sources.price_statement.vat_rates)
    ]
    statements += [
        Statement(f"{rate:f}", "sentence", sentence_source(sentence))
        for sentence in sources.sentences
        if not (is_between_articles(sentence) and sources.is_title(sentence.note))
        for rate in sorted(sentence.statement.vat_rates)
    ]
    column = sources.assignment.columns.get("vat_rate")
    if column is not None:
        collector.facts["vat_rate"] = Fact(PER_ROW, "column", sources.column_source(column))
    if len({statement.value for statement in statements}) != 1:
        return None
    collector.facts.setdefault("vat_rate", statements[0].as_fact())
    return Decimal(statements[0].value)
