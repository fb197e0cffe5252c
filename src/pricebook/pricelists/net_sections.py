"""Sections whose titles state that their articles take no discount."""

from pricebook.pricelists.detection.undiscounted import excludes_discounts
from pricebook.pricelists.row_fields import RowRejectedError
from pricebook.pricelists.row_terms import RowTerms, without_discounts
from pricebook.pricelists.text import quote


def in_section(terms: RowTerms, section: str, *, states_discounts: bool) -> RowTerms:
    """Return the terms of a row below a section title: without discounts if the title states that.

    Raises RowRejectedError if the row `states_discounts` of its own, or if the title leaves it
    open.
    """
    if not terms.discounts or not (excludes := excludes_discounts(section)):
        return terms
    if excludes == "all" and not states_discounts:
        return without_discounts(terms)
    verb = "says" if excludes == "all" else "may say"
    raise RowRejectedError(
        "discount_unknown",
        f"The section {quote(section)} {verb} that its prices take no discount: write the discount "
        "of the row, 0 for none, into a column of discounts, or rename the section.",
    )
