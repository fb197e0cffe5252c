"""Discounts of rows by the sections that they are in, where no column has discount groups."""

from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

import msgspec

from pricebook.pricelists.detection.section_groups import code_of, group_key, title_keys
from pricebook.pricelists.detection.table import DetectedTable
from pricebook.pricelists.detection.title_discounts import (
    TitleDiscount,
    discount_text,
    read_title_discount,
)
from pricebook.pricelists.detection.undiscounted import excludes_discounts
from pricebook.pricelists.row_fields import RowRejectedError
from pricebook.pricelists.row_terms import RowTerms
from pricebook.pricelists.row_title_discounts import names_discount, with_title_discount
from pricebook.pricelists.schemas.read_config import TitleDiscounts
from pricebook.pricelists.sections import SEPARATOR
from pricebook.pricelists.text import quote, quote_list

_Chain = tuple[Decimal, ...]


class _Group(NamedTuple):
    name: str
    discounts: _Chain


class SectionDiscounts:
    """Takes the discounts of section titles, and those of `discount_groups` for sections."""

    def __init__(self, table: DetectedTable) -> None:
        basis = table.basis
        self._option: TitleDiscounts | None = basis.title_discounts
        has_column = "discount_group" in table.columns
        # Keys and groups, none if a column has the group of each row.
        self._groups = [
            (group_key(name), _Group(name, discounts))
            for name, discounts in (() if has_column else basis.discount_groups.items())
        ]
        self._of_list = basis.discounts
        self._find = lru_cache(maxsize=1024)(self._group_of)

    def apply(self, terms: RowTerms, section: str) -> RowTerms:
        """Return the terms of a row that states no discount, with that of its section.

        Raises RowRejectedError if it is not known.
        """
        if not (self._groups or self._option or names_discount(section)):
            return terms
        if not self._groups:
            return with_title_discount(terms, section, self._option)
        title = section.rpartition(SEPARATOR)[2]
        if self._option is not None and read_title_discount(title) != TitleDiscount():
            return with_title_discount(terms, section, self._option)
        group = self._find(section)
        if group is None:
            return terms
        if self._of_list not in {(), group.discounts}:
            raise RowRejectedError(
                "discount_unknown",
                f"The discount is {discount_text(group.discounts)} by discount_groups for "
                f"{quote(group.name)} and {discount_text(self._of_list)} by discount: set one of "
                "them.",
            )
        details = msgspec.structs.replace(
            terms.details, discounts=group.discounts, discount_group=group.name
        )
        found = terms._replace(discounts=group.discounts, details=details)
        return with_title_discount(found, section, None)

    def _group_of(self, section: str) -> _Group | None:
        """Return the group of the nearest title that has one; None below a title without discounts.

        A number that begins again within a section may be that of another one.
        """
        titles = [title for title in section.split(SEPARATOR) if title]
        found = [(title, self._groups_of(title)) for title in reversed(titles)]
        named = [(title, groups) for title, groups in found if groups]
        if not named:
            if titles and excludes_discounts(section) == "all":
                return None
            raise _missing_group(section, titles)
        title, groups = named[0]
        for upper, others in named[1:]:
            begins_again = not code_of(title).startswith(f"{code_of(upper)}.")
            if begins_again and _are_numbers(title, groups) and _are_numbers(upper, others):
                groups = [*groups, *others]
        if len({group.discounts for group in groups}) > 1:
            raise RowRejectedError(
                "discount_group_unknown",
                f"The section {quote(section)} has several entries in discount_groups, "
                f"{quote_list(group.name for group in groups)}: keep the one that is meant.",
            )
        return groups[0]

    def _groups_of(self, title: str) -> list[_Group]:
        keys = title_keys(title)
        return [group for key, group in self._groups if key in keys]


def _are_numbers(title: str, groups: list[_Group]) -> bool:
    """Return whether groups name a title by its number only."""
    return {group_key(group.name) for group in groups} == {group_key(code_of(title))}


def _missing_group(section: str, titles: list[str]) -> RowRejectedError:
    if not titles:
        return RowRejectedError(
            "discount_group_unknown",
            "The row is below no section title, so that discount_groups has no entry for it: write "
            "a title above it, or name a column of discount groups.",
        )
    example = msgspec.json.encode({titles[0]: "0"}).decode()
    return RowRejectedError(
        "discount_group_unknown",
        f"The section {quote(section)} has no entry in discount_groups: add it by its title or its "
        f"number, as in discount_groups={example} for no discount.",
    )
