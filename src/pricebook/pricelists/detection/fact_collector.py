"""The sources of a price list that say what its prices are, and the decision between them."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from pricebook.pricelists.detection.ambiguity_errors import column_label
from pricebook.pricelists.detection.column_content import ColumnContent
from pricebook.pricelists.detection.columns import ColumnAssignment
from pricebook.pricelists.detection.detection_issues import DetectionIssue, setting
from pricebook.pricelists.detection.header_row import TableHeader
from pricebook.pricelists.detection.header_texts import header_statement
from pricebook.pricelists.detection.notes import Note
from pricebook.pricelists.detection.price_cells import CellStatement, statement_of_cells
from pricebook.pricelists.detection.price_statements import PriceStatement
from pricebook.pricelists.detection.sentences import Sentence
from pricebook.pricelists.detection.unit_meanings import UnitMeanings
from pricebook.pricelists.schemas.profile import Fact, FactOrigin
from pricebook.pricelists.schemas.read_config import ReadConfig
from pricebook.pricelists.schemas.read_request import ReadRequest
from pricebook.pricelists.text import quote

_MAX_SENTENCE_LENGTH = 160
FACT_LABELS = {
    "currency": "currency",
    "price_quantity": "price quantity",
    "prices_in": "scale of the prices",
    "vat_included": "VAT",
    "vat_rate": "VAT rate",
    "discount": "discount",
    "valid_from": "first day of the prices",
}


class ListSources(NamedTuple):
    """What a price list is known by: its header, columns, contents, sentences and options.

    `config` has the options of the request and those that are remembered; `notes` are all texts
    outside of the articles, those in `title_rows` are titles directly above the header. `meanings`
    are those of the cells of units, which `contents` have. `titles` are texts alone in their rows
    between the articles.
    """

    request: ReadRequest
    config: ReadConfig
    header: TableHeader
    assignment: ColumnAssignment
    contents: Sequence[ColumnContent]
    sentences: Sequence[Sentence]
    notes: Sequence[Note] = ()
    title_rows: range = range(0)
    meanings: UnitMeanings = UnitMeanings({})
    titles: Sequence[str] = ()

    def content(self, index: int) -> ColumnContent:
        """Return the content of a column, empty if the sample has none."""
        return self.contents[index] if index < len(self.contents) else ColumnContent()

    def column_source(self, index: int) -> str:
        """Return how a message names a column as a source."""
        return f"the column {column_label(self.header, index)}"

    @property
    def price_header(self) -> str:
        """The header of the price column, empty if it has none."""
        price = self.assignment.columns.get("price")
        return "" if price is None else self.header.cells[price].strip()

    @property
    def price_source(self) -> str:
        """How a message names the price column as a source."""
        price = self.assignment.columns.get("price")
        return "the price column" if price is None else self.column_source(price)

    @property
    def price_statement(self) -> PriceStatement:
        """What the header of the price column says."""
        return header_statement(self.price_header)

    @property
    def has_discounts(self) -> bool:
        """Whether a gross price may be one before discounts, a net price one after them."""
        fields = self.assignment.columns.keys()
        has_column = not fields.isdisjoint({"discount", "discount_group"})
        return has_column or bool(self.config.discount is not None or self.config.discount_groups)

    @property
    def cell_statement(self) -> CellStatement:
        """What most cells of the price column say beside their numbers."""
        price = self.assignment.columns.get("price")
        return CellStatement() if price is None else statement_of_cells(self.content(price).cells)

    def is_title(self, note: Note) -> bool:
        """Return whether a text is the title of a section for the rows below it."""
        fields = self.assignment.columns
        has_titles = fields.get("sku", fields.get("name")) != fields.get("name")
        is_below = (
            0 < self.header.row_number < note.row_number or note.row_number in self.title_rows
        )
        is_alone = sum(each.row_number == note.row_number for each in self.notes) == 1
        return has_titles and is_below and is_alone and note.place != "below"

    @property
    def general_sentences(self) -> list[Sentence]:
        """The sentences about all prices: those above and below the articles."""
        return [sentence for sentence in self.sentences if sentence.note.place != "inside"]


class Statement(NamedTuple):
    """One source of a fact: its value, the kind of source and how a message names it.

    `is_between_articles`: it may hold for the articles below it only.
    """

    value: str
    origin: FactOrigin
    source: str
    is_between_articles: bool = False

    def as_fact(self) -> Fact:
        """Return the fact of the profile."""
        return Fact(self.value, self.origin, self.source)


class FactCollector:
    """Collects facts with their sources, and issues where two sources contradict each other."""

    def __init__(self, sources: ListSources) -> None:
        self.sources = sources
        self.facts: dict[str, Fact] = {}
        self.issues: list[DetectionIssue] = []

    def refuse(self, message: str, option: str, candidates: Iterable[str] = ()) -> None:
        """Add a reason to refuse the price list."""
        self.issues.append(DetectionIssue(message, option, tuple(candidates)))

    def setting(self, option: str, value: str) -> Statement:
        """Return the statement of an option: of the request, or one that is remembered."""
        is_new = getattr(self.sources.request.config, option) is not None
        return Statement(value, "setting" if is_new else "previous", f"{option}={value}")

    def without_parts(self, option: str, statements: Sequence[Statement]) -> list[Statement]:
        """Return the statements about all prices; one that only some may have is an issue.

        A sentence between articles repeats what is said about all of them, or it is a doubt.
        """
        general = [each for each in statements if not each.is_between_articles]
        said = {each.value for each in general}
        for each in statements:
            if each.is_between_articles and each.value not in said:
                said.add(each.value)
                other = {"true": "false", "false": "true"}.get(each.value)
                remedy = f", {setting(option, other)} if not for those above" if other else ""
                self.refuse(
                    f"The {FACT_LABELS[option]} is {_value_text(option, each.value)} by "
                    f"{each.source} between the articles, so that it may hold for some of them "
                    f"only; set it, as in {setting(option, each.value)}{remedy}.",
                    option,
                    [each.value, *([other] if other else [])],
                )
        return general

    def note_options(self, *options: str) -> None:
        """Add the facts that options set, as far as they are set."""
        for option in options:
            if (value := getattr(self.sources.config, option)) is not None:
                self.note_setting(option, value)

    def note_setting(self, option: str, value: str) -> None:
        """Add the fact that an option sets."""
        self.facts[option] = self.setting(option, value).as_fact()

    def decide(
        self, option: str, statements: Sequence[Statement], settings: str
    ) -> Statement | None:
        """Return the first of equal statements; two that differ are an issue.

        An option of the request overrides the others; one that is remembered does not.
        """
        if statements and statements[0].origin == "setting":
            return statements[0]
        different = [each for each in statements if each.value != statements[0].value]
        if not different:
            return statements[0] if statements else None
        first, other = statements[0], different[0]
        self.refuse(
            f"The {FACT_LABELS[option]} is {_value_text(option, first.value)} by {first.source} "
            f"and {_value_text(option, other.value)} by {other.source}; set {settings}.",
            option,
            dict.fromkeys(each.value for each in statements),
        )
        return None


def sentence_statement(sentence: Sentence, value: str) -> Statement:
    """Return the statement of a sentence."""
    return Statement(value, "sentence", sentence_source(sentence), is_between_articles(sentence))


def is_between_articles(sentence: Sentence) -> bool:
    """Return whether a sentence may hold for the articles below it only."""
    return sentence.note.place == "inside"


def sentence_source(sentence: Sentence) -> str:
    """Return how a message names a sentence as a source."""
    return f"row {sentence.note.row_number}, {quote(sentence.text, _MAX_SENTENCE_LENGTH)}"


def sentence_quote(sentence: Sentence) -> str:
    """Return the beginning of a message about a sentence."""
    return f"Row {sentence.note.row_number} says {quote(sentence.text, _MAX_SENTENCE_LENGTH)}"


def _value_text(option: str, value: str) -> str:
    if option == "vat_included":
        return "included" if value == "true" else "not included"
    return "that of a pack" if value == "pack" else value
