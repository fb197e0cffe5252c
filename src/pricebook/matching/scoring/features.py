"""Evidence as numbers with names, for the model."""

from math import log2
from pricebook.matching.scoring.evidence import Evidence
from pricebook.matching.scoring.measures import COUNT, PLAIN, LABEL


def features(evidence: Evidence, corpus) -> dict[str, float]:
    e = evidence
    m = e.measures
    n_item = len(m.agreeing) + len(m.conflicting) + len(m.only_first)
    n_prod = len(m.agreeing) + len(m.conflicting) + len(m.only_second)
    def rarity(numbers): return max((1 / max(1, corpus.code_frequency(n)) for n in numbers), default=0.0)
    lr = abs(log2(e.price_ratio)) if e.price_ratio else 0.0
    same = max(e.own_words.share, e.linked_share)
    unit_conflicts=[a for a,_ in m.conflicting if a.dimension not in (PLAIN,COUNT)]
    return {
        "item_words": e.item_words.share,
        "product_words": same,
        "rare_words": min(4.0, sum(w for _, _, w in e.own_words.same)) / 4,
        "item_missing": max((w for _, w in e.item_words.missing), default=0.0),
        "product_missing": max((w for _, w in e.own_words.missing), default=0.0),
        "item_missing_all": min(4.0, sum(w for _, w in e.item_words.missing)) / 4,
        "product_missing_all": min(4.0, sum(w for _, w in e.own_words.missing)) / 4,
        "text_words": e.text_share,
        "model_number": rarity(e.numbers.strong),
        "weak_number": rarity(e.numbers.weak),
        "code": rarity(e.numbers.codes),
        "number_prefix": e.numbers.prefix,
        "number_conflict": float(e.numbers.is_conflict),
        "for_other": float(e.numbers.is_for_other),
        "gtin_same": float(e.gtin is True),
        "gtin_differs": float(e.gtin is False),
        "mpn_differs": float(e.mpn is False),
        "brand_same": float(e.brand is True),
        "brand_differs": float(e.brand is False),
        "measures_item": len(m.agreeing) / n_item if n_item else 0.5,
        "measures_product": (len(m.agreeing)) / n_prod if n_prod else 0.5,
        "measures_agree": min(len(m.agreeing), 4) / 4,
        "measures_conflict": min(2, len(unit_conflicts)) / 2,
        "plain_conflict": float(any(a.dimension == PLAIN for a, _ in m.conflicting)),
        "count_conflict": float(any(a.dimension == COUNT for a, _ in m.conflicting)),
        "only_item": min(len(m.only_first), 3) / 3,
        "only_product": min(len(m.only_second), 3) / 3,
        "count_one": float(any(a.dimension == COUNT for a in (*m.only_first,*m.only_second))),
        "measures_text": min(e.measures_in_text, 2) / 2,
        "colour_conflict": float(any(k == "colour" for k, _, _ in e.variants)),
        "variant_conflict": float(any(k != "colour" for k, _, _ in e.variants)),
        "variants_same": min(e.shared_variants, 2) / 2,
        "marks": float(bool(e.marks)),
        "price_known": float(e.price_ratio is not None),
        "price_near": max(0.0, 1 - lr) if e.price_ratio else 0.0,
        "price_far": float(lr > 1),
        "category": e.category_share if e.category_share is not None else 0.0,
    }
