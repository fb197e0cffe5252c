"""What a detected profile has about a table, as clauses that are compared with those of others."""

from collections.abc import Iterator
from typing import NamedTuple

from pricebook.pricelists.detection.column_names import (
    column_index,
    column_letters,
    title_reference,
)
from pricebook.pricelists.detection.tax_sample import TAX_TWIN
from pricebook.pricelists.profile_words import (
    FIELD_WORDS,
    describe_number,
    describe_rate,
    unit_word,
)
from pricebook.pricelists.schemas.profile import (
    BILLED_SEPARATELY,
    DetectedProfile,
    PriceBasis,
)
from pricebook.pricelists.schemas.read_config import DISCOUNT_FIELDS, Field
from pricebook.pricelists.text import quote, quote_list

# What options decide about rows, columns and cells in doubt.
_IN_DOUBT = {
    "hidden_rows": "hidden rows",
    "hidden_columns": "hidden columns",
    "struck_out": "struck-out articles",
}


class Clause(NamedTuple):
    """What is known of the columns or prices of a table; `kind` is what it is about."""

    kind: str
    text: str


class ProfileClauses:
    """The parts of the sentence about a profile, of which each quotes a sentence once."""

    def __init__(self, profile: DetectedProfile) -> None:
        self._profile = profile
        self._headers = profile.headers
        self._basis = profile.basis or PriceBasis(currency=profile.currency)
        self._quoted: set[str] = set()
        self._fields: dict[Field, str] = {
            field: self._column(reference) for field, reference in profile.columns.items()
        }

    def clauses(self) -> dict[str, list[Clause]]:
        """Return what the price is, the other fields, the columns kept as text, those not read."""
        return {
            "price": list(self._price_parts()),
            "fields": list(self._other_fields()),
            "kept": [Clause(each, quote(each) + self._hidden(each)) for each in self._kept()],
            "unread": [Clause(each, each) for each in self._unread()],
        }

    def _price_parts(self) -> Iterator[Clause]:
        by_content = " (found by content)" if "price" in self._profile.inferred_fields else ""
        column = self._fields.get("price", "that is not known")
        yield Clause("column", f"price from column {column}{by_content}{self._where_empty()}")
        yield Clause("currency", self._currency())
        yield Clause("vat", self._vat())
        yield from (Clause("quantity", each) for each in self._quantity())
        yield from (Clause("discount", each) for each in self._discounts())
        if surcharge := self._surcharge():
            yield Clause("surcharge", surcharge)
        if "deposit" in self._fields:
            yield Clause("deposit", f"less the deposit of column {self._fields['deposit']}")
        elif "deposit" in self._profile.price_facts:
            yield Clause("deposit", f"including a deposit{self._origin('deposit')}")
        yield from (Clause("other", each) for each in self._other_prices())
        rates = map(describe_rate, self._profile.exchange_rates.items())
        yield from (Clause("rate", each) for each in rates)

    def _surcharge(self) -> str:
        if "surcharge" in self._fields:
            return f"plus the surcharge of column {self._fields['surcharge']}"
        fact = self._profile.price_facts.get("surcharge")
        if fact is None:
            return ""
        kind = "the surcharge that is billed separately"
        kind = kind if fact.value == BILLED_SEPARATELY else "a surcharge that may be added"
        return f"without {kind}{self._origin('surcharge')}"

    def _where_empty(self) -> str:
        """Return from which columns the prices are in rows that have none."""
        fact = self._profile.price_facts.get(TAX_TWIN)
        texts = list(self._further_prices())
        texts += [f"{self._column(fact.value)} and the rate"] if fact else []
        return f", where it is empty, from column {', else column '.join(texts)}" if texts else ""

    def _further_prices(self) -> Iterator[str]:
        """Yield the further columns of the price, with a currency that is not that of the list."""
        for each in self._profile.price_columns[1:]:
            currency = self._profile.price_currencies.get(each)
            yield self._column(each) + (f" in {currency}" if currency else "")

    def _origin(self, name: str) -> str:
        """Return in brackets where something is stated, unless that is its column or the header.

        A sentence is quoted once, then its row is named.
        """
        fact = self._profile.price_facts.get(name)
        if fact is None or fact.origin in {"column", "cell", "header", "assumed"}:
            return ""
        if fact.origin == "table":
            return " (as in another table of the sheet)"
        if fact.origin == "sentence":
            row = fact.source.partition(",")[0] if fact.source in self._quoted else fact.source
            self._quoted.add(fact.source)
            return f" ({row})"
        return " (set)" if fact.origin == "setting" else " (as set for an earlier list)"

    def _currency(self) -> str:
        currency = self._basis.currency
        fact = self._profile.price_facts.get("currency")
        is_assumed = fact is None or fact.origin == "assumed"
        if "currency" in self._fields:
            return f"in the currency of column {self._fields['currency']}, else {currency}"
        if is_assumed:
            return f"{currency} (assumed: the list names no currency)"
        return currency + self._origin("currency")

    def _vat(self) -> str:
        rate = ""
        if "vat_rate" in self._fields:
            rate = f" at the rate of column {self._fields['vat_rate']}"
        elif self._basis.vat_rate is not None:
            origin = "" if self._have_one_source("vat_rate", "vat_included") else "vat_rate"
            rate = f" of {describe_number(self._basis.vat_rate)} %{self._origin(origin)}"
        if self._basis.vat_included is None:
            return f"VAT not stated,{rate}" if rate else "VAT not stated"
        basis = "including VAT" if self._basis.vat_included else "net of VAT"
        return f"{basis}{rate}{self._origin('vat_included')}"

    def hidden(self) -> Iterator[str]:
        """Yield whether what is hidden or struck out was read, as far as that is set."""
        for name, words in _IN_DOUBT.items():
            if fact := self._profile.price_facts.get(name):
                reading = "read" if fact.value == "read" else "left out"
                yield f"{words} {reading}{self._origin(name)}"

    def _have_one_source(self, *names: str) -> bool:
        """Return whether facts have the same source, or are all set."""
        facts = [self._profile.price_facts.get(name) for name in names]
        sources = {
            (fact.origin, "" if fact.origin == "setting" else fact.source) if fact else None
            for fact in facts
        }
        return len(sources) == 1

    def _quantity(self) -> Iterator[str]:
        quantity, unit = self._basis.price_quantity, self._basis.unit
        name = unit_word(unit, quantity) if unit else ""
        if "price_quantity" in self._fields:
            yield f"for the quantity of column {self._fields['price_quantity']}"
        elif quantity != 1 or unit not in {None, "H87"}:
            amount = " ".join(
                filter(None, ["" if quantity == 1 else describe_number(quantity), name])
            )
            yield f"per {amount}{self._origin('price_quantity')}"
        if self._basis.in_hundredths:
            yield f"in cents{self._origin('prices_in')}"
        if self._basis.in_thousands:
            yield f"in thousands{self._origin('prices_in')}"
        if self._basis.prices_per_pack:
            size = self._fields.get("pack_size", "that is not known")
            yield f"per pack of the size in column {size}{self._origin('prices_per_pack')}"
        if self._basis.unit_packs:
            size, origin = self._fields["pack_size"], self._origin("unit_packs")
            yield f"per pack of the size in column {size} where the unit is a pack{origin}"

    def _discounts(self) -> Iterator[str]:
        chain = " and ".join(f"{describe_number(discount)} %" for discount in self._basis.discounts)
        parts = [f"{chain}{self._origin('discount')}"] if chain else []
        columns = [self._fields[field] for field in DISCOUNT_FIELDS if field in self._fields]
        if columns:
            parts.append(f"the discount of column {' and then of column '.join(columns)}")
        parts += self._discounts_of_groups()
        if not parts:
            return
        if self._basis.discount_base == "none":
            yield f"{' and '.join(parts)} already taken off"
        elif self._basis.discount_base == "list_price" and "list_price" in self._fields:
            yield f"computed as {self._fields['list_price']} less {' and '.join(parts)}"
        else:
            yield f"less {' and '.join(parts)}"
        if self._basis.net_marks:
            marks = quote_list(self._basis.net_marks)
            yield f"without discount where marked {marks}{self._origin('net_marks')}"

    def _discounts_of_groups(self) -> Iterator[str]:
        if "discount_group" in self._fields:
            yield f"the discount of the group in column {self._fields['discount_group']}"
        elif self._basis.discount_groups:
            yield f"the discount of the section{self._origin('discount_groups')}"
        if self._basis.title_discounts:
            yield f"the discount of the section title{self._origin('title_discounts')}"

    def _other_prices(self) -> Iterator[str]:
        tiers = [
            f"from {quantity} in {self._column(reference)}"
            for quantity, reference in self._profile.tier_columns.items()
        ]
        if tiers:
            yield f"tiers {', '.join(tiers)}"
        if "pack_price" in self._fields:
            yield f"in whole packs the price of column {self._fields['pack_price']}"
        if "list_price" in self._fields and self._basis.discount_base != "list_price":
            yield f"list price of column {self._fields['list_price']} kept beside it"
        if "next_price" in self._fields:
            day = self._basis.next_from
            since = f"from {day.isoformat()}" if day else "later"
            yield f"{since} the price of column {self._fields['next_price']}"
        if self._basis.valid_from:
            yield f"from {self._basis.valid_from.isoformat()} on{self._origin('valid_from')}"
        if days := self._promotion_days():
            yield f"promotion prices {days}"
        if "valid_from" in self._fields:
            yield f"each from the day in column {self._fields['valid_from']}"

    def _promotion_days(self) -> str:
        """Return until when prices of promotions hold, by a column or a text."""
        if "valid_until" in self._fields:
            return f"until the day in column {self._fields['valid_until']}"
        first, last = self._basis.promotion_from, self._basis.promotion_until
        days = [f"from {first.isoformat()}"] if first else []
        days += [f"until {last.isoformat()}"] if last else []
        return f"{' '.join(days)}{self._origin('promotion_days')}" if days else ""

    def _other_fields(self) -> Iterator[Clause]:
        for field, label in FIELD_WORDS.items():
            if field in self._fields:
                by_content = field in self._profile.inferred_fields
                suffix = " (found by content)" if by_content else ""
                yield Clause(field, f"{label} from {self._fields[field]}{suffix}")
        if self._profile.key_columns:
            keys = " and ".join(map(self._column, self._profile.key_columns))
            yield Clause("key", f"an article is identified by {keys}")

    def _kept(self) -> Iterator[str]:
        return filter(str.strip, self._profile.characteristic_columns)

    def _unread(self) -> Iterator[str]:
        kept = self._profile.characteristic_columns
        fact = self._profile.price_facts.get(TAX_TWIN)
        used = [*self._profile.columns.values(), *self._profile.tier_columns.values()]
        used += [*self._profile.key_columns, *self._profile.price_columns]
        used += [fact.value] if fact else []
        for further in self._profile.sheet_columns.values():
            used += further.values()
        used_indices = set(map(self._index, used))
        for index, header in enumerate(self._headers):
            if header and header not in kept and index not in used_indices:
                yield self._name(index)

    def proposed_key(self) -> str:
        """Return the columns that would distinguish repeated codes; empty for none."""
        return " and ".join(map(self._column, self._profile.proposed_key_columns))

    def _index(self, reference: str) -> int | None:
        if self._headers.count(reference) == 1:
            return self._headers.index(reference)
        return column_index(reference)

    def _column(self, reference: str) -> str:
        """Return a column as a spreadsheet and its header name it: `E "Preis"`."""
        index = self._index(reference)
        if index is None or index >= len(self._headers):
            return quote(reference)
        return self._name(index)

    def _name(self, index: int) -> str:
        header = self._headers[index]
        name = f"{column_letters(index)} {quote(header)}" if header else column_letters(index)
        return name + self._hidden(title_reference(self._headers, index))

    def _hidden(self, reference: str) -> str:
        return " (hidden)" if reference in self._profile.hidden_columns else ""
