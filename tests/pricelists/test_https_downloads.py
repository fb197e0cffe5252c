"""Downloads over https from a server on this machine, with the real client."""

import tempfile
from collections.abc import Sequence
from contextlib import suppress
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from pricebook.errors import PriceListError, SourceUnavailableError
from pricebook.pricelists.isolation.parser_pool import ParserPool
from pricebook.pricelists.reader import open_price_list
from pricebook.pricelists.schemas.read_request import HttpsSource, ReadLimits, ReadRequest
from pricebook.pricelists.sources.https import download, file_name
from pricebook.pricelists.sources.public_addresses import NetworkPolicy, is_public, parse_https_url
from pricelists.fake_web_server import HOST, LIST, FakeWebServer, write_certificate
from pricelists.price_lists import fetched

NAMES = {
    HOST: ["127.0.0.1"],
    "other.test": ["127.0.0.1"],
    "inner.test": ["10.0.0.7"],
    "two.test": ["127.0.0.2", "127.0.0.1"],
    "127.0.0.1": ["127.0.0.1"],
    "169.254.169.254": ["169.254.169.254"],
}


class FakeResolver:
    """A resolver with a few names that records its requests."""

    def __init__(self) -> None:
        self.requests: list[str] = []

    def resolve(self, host: str, _port: int) -> Sequence[str]:
        self.requests.append(host)
        return NAMES[host]


def is_allowed(address: str) -> bool:
    """Allow the fake web server as if it were on the public internet."""
    return address.startswith("127.0.0.") or is_public(address)


@pytest.fixture
def dns() -> FakeResolver:
    return FakeResolver()


@pytest.fixture
def fetch(dns: FakeResolver, web: FakeWebServer, tmp_path: Path) -> Any:
    def fetched(path: str, host: str = HOST, **limits: int) -> Path:
        source = HttpsSource(web.url(path, host))
        return download(
            source, ReadLimits(**limits), tmp_path, NetworkPolicy(dns.resolve, is_allowed)
        )

    return fetched


def test_file_is_downloaded_from_the_address_that_was_checked(
    fetch: Any, dns: FakeResolver, web: FakeWebServer
) -> None:
    path = fetch("/list.csv?key=1")
    assert path.read_bytes() == LIST
    assert path.name == "list.csv"
    assert dns.requests == [HOST]
    assert web.requests == [(f"{HOST}:{web.port}", "/list.csv?key=1")]


def test_next_address_is_used_if_the_first_refuses_the_connection(fetch: Any) -> None:
    assert fetch("/list.csv", "two.test").read_bytes() == LIST


def test_certificate_of_another_host_is_refused(fetch: Any, web: FakeWebServer) -> None:
    with pytest.raises(PriceListError) as raised:
        fetch("/list.csv", "other.test")
    expected = (
        f"The certificate of https://other.test:{web.port}/list.csv is not valid: Hostname mismatch"
    )
    assert raised.value.message.startswith(expected)
    assert web.requests == []


def test_self_signed_certificate_is_refused(
    fetch: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_certificate(tmp_path / "other.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "other.pem"))
    with pytest.raises(PriceListError, match=r"self-signed certificate\. Those who run its server"):
        fetch("/list.csv")


def test_compressed_response_is_decompressed(fetch: Any) -> None:
    assert fetch("/packed.csv").read_bytes() == LIST


def test_redirects_are_followed(fetch: Any, web: FakeWebServer, dns: FakeResolver) -> None:
    assert fetch(f"/to?url={web.url('/list.csv', '127.0.0.1')}").read_bytes() == LIST
    assert fetch("/to?url=/list.csv").read_bytes() == LIST
    assert dns.requests == [HOST, "127.0.0.1", HOST, HOST]


@pytest.mark.parametrize(
    ("to", "expected"),
    [
        ("https://inner.test/", 'The host "inner.test" is in a private network'),
        ("//inner.test/", 'The host "inner.test" is in a private network'),
        ("https://169.254.169.254/latest", 'The host "169.254.169.254" is in a private network'),
        ("http://lists.test/list.csv", 'The address "http://lists.test/list.csv" does not start'),
        ("https://ann:secret@lists.test/", "An address with a user name or a password is not"),
        ("file:///etc/passwd", 'The address "file:///etc/passwd" does not start with'),
        ("https://[", 'The address "https://[" is malformed.'),
    ],
)
def test_each_redirect_is_checked_like_the_first_url(fetch: Any, to: str, expected: str) -> None:
    with pytest.raises(PriceListError) as raised:
        fetch(f"/to?url={to}")
    assert raised.value.message.startswith(expected)


def test_number_of_redirects_is_limited(fetch: Any, web: FakeWebServer) -> None:
    with pytest.raises(PriceListError, match="redirects more than 5 times: open the address"):
        fetch("/round/1")
    assert len(web.requests) == 6


@pytest.mark.parametrize("status", [204, 400, 401, 403, 404, 410])
def test_permanent_status_is_refused(fetch: Any, web: FakeWebServer, status: int) -> None:
    with pytest.raises(PriceListError) as raised:
        fetch(f"/status/{status}?key=secret")
    url = f"https://{HOST}:{web.port}/status/{status}"
    reason = ": there is no such file" if status in {404, 410} else ""
    todo = "Open the address in a browser, and correct it."
    expected = f"{url} responds with status {status} instead of a file{reason}. {todo}"
    assert raised.value.message == expected


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503])
def test_transient_status_is_unavailable(fetch: Any, status: int) -> None:
    with pytest.raises(SourceUnavailableError, match=f" responds with status {status} instead of "):
        fetch(f"/status/{status}")


@pytest.mark.parametrize("path", ["/bomb", "/endless"])
def test_size_limit_holds_for_the_decompressed_body(fetch: Any, path: str, tmp_path: Path) -> None:
    with pytest.raises(PriceListError, match=r" is larger than 1 MiB\.$"):
        fetch(path, mebibytes=1)
    assert sum(file.stat().st_size for file in tmp_path.iterdir()) <= 1024 * 1024


def test_bytes_after_the_content_length_are_not_read(fetch: Any) -> None:
    assert fetch("/too-long").read_bytes() == b"A" * 20


def test_truncated_response_is_unavailable(fetch: Any) -> None:
    with pytest.raises(SourceUnavailableError, match=r" closed the connection during its response"):
        fetch("/cut")


def test_server_without_encryption_is_named_as_such(dns: FakeResolver, tmp_path: Path) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        source = HttpsSource(f"https://127.0.0.1:{server.server_port}/list.csv")
        with pytest.raises(SourceUnavailableError, match="responds without encryption"):
            download(source, ReadLimits(), tmp_path, NetworkPolicy(dns.resolve, is_allowed))
        server.shutdown()


def test_slow_response_ends_at_the_deadline(fetch: Any) -> None:
    with pytest.raises(
        SourceUnavailableError,
        match=" did not send the file within 1 s: try later, or set PARSER_MAX",
    ):
        fetch("/trickle", seconds=1)


def test_refused_connection_is_unavailable(tmp_path: Path) -> None:
    source = HttpsSource("https://127.0.0.1:9/list.csv", allow_private=True)
    with pytest.raises(SourceUnavailableError) as error:
        download(source, ReadLimits(), tmp_path)
    message = "https://127.0.0.1:9/list.csv cannot be reached: its server, or a firewall before it"
    assert error.value.message.startswith(message)


LOGIN_PAGE = b"<!DOCTYPE html><form><input name=pw type=password></form>"


def test_page_in_place_of_a_file_is_named(fetch: Any, web: FakeWebServer) -> None:
    web.pages = {"login": LOGIN_PAGE, "home": b"\n<html><p>Welcome</p>", "list": b"<html><table>"}
    cases = {
        "/login?next=x": "/login is a login page instead of a file: set the credentials of the",
        f"/to?url={web.url('/login')}": f"/to redirects to {web.url('/login')}, which is a login",
        "/home": "/home is a web page instead of a file: open the address in a browser, and set",
    }
    for path, expected in cases.items():
        with pytest.raises(PriceListError) as raised:
            fetch(path)
        assert raised.value.message.startswith(web.url(expected)), raised.value.message
    assert fetch("/list").read_bytes() == b"<html><table>"


def test_server_that_does_not_respond_is_unavailable(
    fetch: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pricebook.pricelists.sources.download._READ_TIMEOUT_SECONDS", 0.2)
    with pytest.raises(SourceUnavailableError, match="does not respond in time, which is 10 s for"):
        fetch("/silent")


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/prices.php?id=3", "prices.php"),
        ("/a/", "list"),
        ("", "list"),
        ("/a/%2e%2e%2fpasswd", "_passwd"),
        ("/..", "list"),
        ("/a%00b.csv", "a_b.csv"),
        ("/Прайс лист.xlsx", "Прайс_лист.xlsx"),
        ("/" + "a" * 300 + ".csv", "a" * 96 + ".csv"),
    ],
)
def test_file_name_is_the_last_part_of_the_path_and_stays_in_its_folder(
    path: str, name: str
) -> None:
    assert file_name(parse_https_url(f"https://{HOST}{path}")) == name


def web_request(url: str, *, allow_private: bool) -> ReadRequest:
    return ReadRequest(source=HttpsSource(url, allow_private=allow_private), currency="USD")


def matching_files(folder: Path, pattern: str) -> list[Path]:
    return list(folder.glob(pattern))


def test_downloaded_file_is_read(web: FakeWebServer) -> None:
    with fetched(web_request(web.url("/list.csv", "127.0.0.1"), allow_private=True)) as local:
        price_list = open_price_list(local)
        prices = [row.price for row in price_list.rows() if row.outcome == "item"]
    assert prices == [Decimal("12.50")]


@pytest.mark.parametrize("path", ["/list.csv", "/status/200", "/status/404", "/cut"])
async def test_downloaded_files_are_removed(
    web: FakeWebServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with ParserPool() as parsers:
        with suppress(PriceListError, SourceUnavailableError):
            async with parsers.opened(web_request(web.url(path, "127.0.0.1"), allow_private=True)):
                assert matching_files(tmp_path, "*/lists/*/*")
        assert not matching_files(tmp_path, "*/lists/*")
    assert not matching_files(tmp_path, "*")


def test_private_addresses_are_refused_unless_allowed(web: FakeWebServer) -> None:
    request = web_request(web.url("/list.csv", "127.0.0.1"), allow_private=False)
    rejection = pytest.raises(PriceListError, match="is in a private network")
    with rejection, fetched(request):
        pass
    assert web.requests == []
