"""Credentials of downloads are sent to their origin only, and never shown."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest

from pricebook.errors import PriceListError
from pricebook.pricelists.isolation.remote_files import fetch as fetch_in_process
from pricebook.pricelists.schemas.read_request import HttpCredentials, HttpsSource, ReadLimits
from pricebook.pricelists.sources.https import download
from pricebook.pricelists.sources.public_addresses import NetworkPolicy
from pricelists.fake_web_server import HOST, LIST, FakeWebServer, run_fake_web_server

SECRET = "Pa55word-of-the-list"


def resolve(_host: str, _port: int) -> Sequence[str]:
    return ["127.0.0.1"]


def credentials(web: FakeWebServer, header: str = "Authorization") -> HttpCredentials:
    return HttpCredentials(web.url(""), header, SECRET)


@pytest.fixture
def fetch(tmp_path: Path) -> Any:
    def fetched(url: str, sent: HttpCredentials | None, *, of_supplier: bool = True) -> Path:
        source = HttpsSource(url, of_supplier=of_supplier, credentials=sent)
        return download(source, ReadLimits(), tmp_path, NetworkPolicy(resolve, bool))

    return fetched


@pytest.mark.parametrize("header", ["Authorization", "X-Api-Key"])
def test_credentials_are_sent_to_their_origin(fetch: Any, web: FakeWebServer, header: str) -> None:
    web.protected = (header, SECRET)
    assert fetch(web.url("/guarded"), credentials(web, header)).read_bytes() == LIST
    assert [fields[header] for fields in web.header_fields] == [SECRET]


def test_credentials_follow_a_redirect_within_the_origin(fetch: Any, web: FakeWebServer) -> None:
    web.protected = ("Authorization", SECRET)
    assert fetch(web.url("/to?url=/guarded"), credentials(web)).read_bytes() == LIST
    assert [SECRET in fields.values() for fields in web.header_fields] == [True, True]


def test_credentials_are_not_sent_to_another_port(
    fetch: Any, web: FakeWebServer, tmp_path: Path
) -> None:
    with run_fake_web_server(tmp_path, web.ca_file) as other:
        url = web.url(f"/to?url={other.url('/list.csv')}")
        assert fetch(url, credentials(web)).read_bytes() == LIST
        assert web.header_fields[0]["Authorization"] == SECRET
        assert [SECRET in fields.values() for fields in other.header_fields] == [False]


@pytest.mark.parametrize("origin", [f"https://{HOST}", "https://127.0.0.1:{port}"])
def test_credentials_of_another_origin_are_not_sent(
    fetch: Any, web: FakeWebServer, origin: str
) -> None:
    sent = HttpCredentials(origin.format(port=web.port), "Authorization", SECRET)
    assert fetch(web.url("/list.csv"), sent).read_bytes() == LIST
    assert "Authorization" not in web.header_fields[0]


def test_redirect_back_to_the_origin_sends_them_again(fetch: Any, web: FakeWebServer) -> None:
    there = web.url(f"/to?url={web.url('/list.csv')}", "127.0.0.1")
    fetch(web.url(f"/to?url={there}"), credentials(web))
    sent = ["Authorization" in fields for fields in web.header_fields]
    assert sent == [True, False, True]


@pytest.mark.parametrize(
    ("status", "is_sent", "expected"),
    [
        (401, False, "requires credentials (status 401): set those of {origin} in the settings"),
        (401, True, "refuses the stored credentials (status 401): set them again"),
        (403, False, "denies access (status 403): set credentials of {origin} in the settings"),
        (403, True, "denies access with the stored credentials (status 403): request access"),
    ],
)
def test_refused_access_is_named_with_what_to_do(
    fetch: Any, web: FakeWebServer, status: int, expected: str, *, is_sent: bool
) -> None:
    url = web.url(f"/status/{status}")
    with pytest.raises(PriceListError) as raised:
        fetch(f"{url}?key=in-the-query", credentials(web) if is_sent else None)
    assert raised.value.message.startswith(f"{url} {expected.format(origin=web.url(''))}")
    assert SECRET not in raised.value.message
    assert "in-the-query" not in raised.value.message


def test_downloads_of_no_supplier_name_no_settings_of_one(fetch: Any, web: FakeWebServer) -> None:
    with pytest.raises(PriceListError, match=r"status 401 instead of a file\. Open the address"):
        fetch(web.url("/status/401"), None, of_supplier=False)


async def test_fetch_process_sends_them(web: FakeWebServer, tmp_path: Path) -> None:
    web.protected = ("Authorization", SECRET)
    origin = web.url("", "127.0.0.1")
    source = HttpsSource(
        f"{origin}/guarded",
        allow_private=True,
        of_supplier=True,
        credentials=HttpCredentials(origin, "Authorization", SECRET),
    )
    fetched = await fetch_in_process(source, ReadLimits(), tmp_path, 1e12)
    assert Path(fetched.path).stat().st_size == len(LIST)  # noqa: ASYNC240 (a small file)
    refused = msgspec.structs.replace(source, url=f"{origin}/status/401")
    with pytest.raises(PriceListError) as raised:
        await fetch_in_process(refused, ReadLimits(), tmp_path, 1e12)
    assert SECRET not in str(raised.value.args)


def test_secret_is_not_in_the_text_of_a_source(web: FakeWebServer) -> None:
    source = HttpsSource(web.url("/list.csv"), credentials=credentials(web))
    assert SECRET not in repr(source)
    assert "Authorization" in repr(source)
