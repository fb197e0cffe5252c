"""Sentences that leave in doubt what the prices are, unless something else decides it."""

from pricebook.pricelists.detection.currencies import WORD_OR_SIGN, sentence_currency
from pricebook.pricelists.detection.detection_issues import setting
from pricebook.pricelists.detection.discount_base import proves_discount_of_list
from pricebook.pricelists.detection.fact_collector import (
    FACT_LABELS,
    FactCollector,
    sentence_quote,
)
from pricebook.pricelists.detection.header_texts import header_currencies
from pricebook.pricelists.detection.list_quantity import (
    is_quantity_set,
    quantity_column_hint,
    set_column_origin,
)
from pricebook.pricelists.detection.sentences import Doubt, Sentence
from pricebook.pricelists.detection.title_discounts import (
    is_title_with_discount,
    possible_discounts,
)
from pricebook.pricelists.text import comparison_key

_EXAMPLES: dict[Doubt, str] = {
    "currency": setting("currency", "EUR"),
    "price_quantity": setting("price_quantity", 100),
    "vat_included": setting("vat_included", "false"),
    "discount": f"{setting('discount', 30)}, or {setting('discount', 0)} if prices include it",
}


def refuse_doubtful_sentences(collector: FactCollector) -> None:
    """Refuse the price list for each doubt of a sentence that no option decides.

    `list_scale` is about those of `prices_in`.
    """
    for sentence in collector.sources.sentences:
        for doubt in sentence.doubts:
            if doubt == "prices_in" or _is_decided(collector, sentence, doubt):
                continue
            example = _EXAMPLES.get(doubt)
            remedy = f"set it, as in {example}" if example else "write it as in 2026-12-01"
            if doubt == "price_quantity":
                remedy += quantity_column_hint(collector.sources)
            collector.refuse(
                f"{sentence_quote(sentence)}, which leaves the {FACT_LABELS[doubt]} in doubt; "
                f"{remedy}.",
                doubt if example else "",
                possible_discounts(sentence.text) if doubt == "discount" else (),
            )


def _is_decided(collector: FactCollector, sentence: Sentence, doubt: Doubt) -> bool:
    """Return whether an option decides what a sentence leaves in doubt.

    The header of the price decides between the currencies of a sentence: `Where no EUR price is
    shown, items are invoiced in USD`.
    """
    if doubt == "currency" and _is_currency_of_header(collector, sentence):
        return True
    if doubt == "price_quantity":
        sources = collector.sources
        return is_quantity_set(sources.config) or set_column_origin(sources) is not None
    if doubt == "discount":
        sources = collector.sources
        is_title = is_title_with_discount(sources, sentence.note)
        return sources.has_discounts or is_title or proves_discount_of_list(sources, sentence.text)
    return doubt != "valid_from" and getattr(collector.sources.config, doubt) is not None


def _is_currency_of_header(collector: FactCollector, sentence: Sentence) -> bool:
    sources = collector.sources
    codes = header_currencies(sources.price_header, sources.request.currency) or frozenset()
    words: list[str] = WORD_OR_SIGN.findall(sentence.text)
    named = [sentence_currency(word, comparison_key(word), "") or frozenset() for word in words]
    return len(codes) == 1 and any(codes <= each for each in named)
