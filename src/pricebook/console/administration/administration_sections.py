"""The pages of the administration, and which of them the caller may open."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from litestar import Request, Response

from pricebook.console.page_errors import caller_of
from pricebook.console.rendering import may, render

PATH = "/console/administration"

AnyRequest = Request[Any, Any, Any]


class Section(NamedTuple):
    """The address of a page, the route of the API that it stands for, and the key of its texts."""

    address: str
    permission: tuple[str, str]
    key: str


SECTIONS: tuple[Section, ...] = (
    Section(f"{PATH}/categories", ("GET", "/categories"), "categories"),
    Section(f"{PATH}/exchange-rates", ("GET", "/exchange-rates"), "rates"),
    Section(f"{PATH}/users", ("GET", "/users"), "users"),
    Section(f"{PATH}/keys", ("GET", "/api-keys"), "keys"),
    Section(f"{PATH}/webhooks", ("GET", "/webhooks"), "webhooks"),
    Section(f"{PATH}/notices", ("GET", "/notice-recipients"), "notices"),
    Section(f"{PATH}/audit", ("GET", "/audit"), "audit"),
    Section(f"{PATH}/system", ("GET", "/system"), "system"),
)


def render_section(
    request: AnyRequest,
    template: str,
    values: Mapping[str, Any],
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> Response[bytes]:
    """Return a template of the administration as a response, with the sections for the caller."""
    caller = caller_of(request)
    sections = [each for each in SECTIONS if may(caller, *each.permission)]
    return render(
        request, template, {"sections": sections, **values}, status=status, headers=headers
    )
