"""The form of a product: its fields as texts, and what was typed as a change or a new product."""

from collections.abc import Mapping
from typing import Any, TypeVar

from msgspec import Struct

from pricebook.console.form_fields import convert_fields, field_text, read_number
from pricebook.console.number_texts import price_text
from pricebook.errors import ValidationError
from pricebook.products.schemas import CreateProductRequest, ProductChange, StaffProductDetail

FIELDS = ("name", "category_id", "status", "target_price", "gtin", "mpn", "brand")
BEFORE = "before_"  # the prefix of what a form was shown with
# An empty field of these means none; the others are never empty.
NULLABLE = {"category_id", "target_price", "gtin", "mpn", "brand"}

StructT = TypeVar("StructT", bound=Struct)


class ProductForm(Struct, frozen=True, kw_only=True):
    """A form as it is shown.

    `before` has the texts that are stored, `typed` those of the fields; `issues` say by field why
    it was refused, `conflicts` what somebody else has set meanwhile.
    """

    before: Mapping[str, str]
    typed: Mapping[str, str]
    issues: Mapping[str, str] = {}
    conflicts: Mapping[str, str] = {}

    @property
    def is_refused(self) -> bool:
        """Whether nothing was saved."""
        return bool(self.issues or self.conflicts)


def field_texts(product: StaffProductDetail) -> dict[str, str]:
    """Return the fields of a product as its form has them."""
    texts = {name: field_text(getattr(product, name)) for name in FIELDS}
    return {**texts, "target_price": price_text(product.target_price) or ""}


def new_form(product: CreateProductRequest | None) -> ProductForm:
    """Return the form of a new product, empty or as it is proposed."""
    given = {} if product is None else {name: getattr(product, name) for name in FIELDS}
    texts = {name: str(value) for name, value in given.items() if value is not None}
    return ProductForm(before={}, typed={"status": "draft", **texts})


def shown_form(product: StaffProductDetail) -> ProductForm:
    """Return the form of a product as it is stored."""
    texts = field_texts(product)
    return ProductForm(before=texts, typed=texts)


def changed_texts(form: Mapping[str, str], now: Mapping[str, str]) -> dict[str, str]:
    """Return the fields of a form that differ from what it was shown with and from what is now."""
    typed = {name: form[name].strip() for name in FIELDS if name in form}
    return {
        name: text
        for name, text in typed.items()
        if text not in {now[name], form.get(BEFORE + name, now[name])}
    }


def find_conflicts(
    form: Mapping[str, str], changed: Mapping[str, str], now: Mapping[str, str]
) -> dict[str, str]:
    """Return those of the changed fields that somebody else has changed meanwhile."""
    return {name: now[name] for name in changed if now[name] != form.get(BEFORE + name, now[name])}


def read_change(changed: Mapping[str, str]) -> ProductChange:
    """Return changed fields as a change; raises ValidationError."""
    return _convert(changed, ProductChange)


def read_new_product(fields: Mapping[str, str]) -> CreateProductRequest:
    """Return the fields of a form as a new product; raises ValidationError."""
    given = {name: text for name, text in fields.items() if text or name == "name"}
    return _convert(given, CreateProductRequest)


def issues_of(error: ValidationError) -> dict[str, str]:
    """Return the issues of an error by field; one that names none is that of the name."""
    return {each.field: each.issue for each in error.issues} or {"name": error.message}


def _convert(texts: Mapping[str, str], kind: type[StructT]) -> StructT:
    values: dict[str, Any] = {
        name: None if not text and name in NULLABLE else text for name, text in texts.items()
    }
    if values.get("target_price"):
        values["target_price"] = read_number("target_price", values["target_price"])
    return convert_fields(values, kind)
