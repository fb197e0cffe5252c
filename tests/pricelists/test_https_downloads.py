"""Lists behind https addresses, fetched from a server on this machine with the real client."""

import tempfile
from collections.abc import Sequence
from contextlib import suppress
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pricebook.errors import PriceListError, SourceUnavailableError
from pricebook.pricelists.isolation.parser_pool import ParserPool
from pricebook.pricelists.reader import open_price_list
from pricebook.pricelists.schemas import HttpsSource, ReadLimits, ReadRequest
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
    """A resolver that knows a few names, and counts how often it is asked."""

    def __init__(self) -> None:
        self.requests: list[str] = []

    def resolve(self, host: str, _port: int) -> Sequence[str]:
        self.requests.append(host)
        return NAMES[host]


def is_allowed(address: str) -> bool:
    """Let the server of the test stand for the internet."""
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


def test_a_list_is_fetched_from_the_address_that_was_checked(
    fetch: Any, dns: FakeResolver, web: FakeWebServer
) -> None:
    path = fetch("/list.csv?key=1")
    assert path.read_bytes() == LIST
    assert path.name == "list.csv"
    assert dns.requests == [HOST]
    assert web.requests == [(f"{HOST}:{web.port}", "/list.csv?key=1")]


def test_a_host_with_several_addresses_is_reached_at_one_that_answers(fetch: Any) -> None:
    assert fetch("/list.csv", "two.test").read_bytes() == LIST


def test_the_certificate_must_be_of_the_host_that_was_asked_for(
    fetch: Any, web: FakeWebServer
) -> None:
    with pytest.raises(PriceListError) as raised:
        fetch("/list.csv", "other.test")
    said = (
        f"The certificate of https://other.test:{web.port}/list.csv is not valid: Hostname mismatch"
    )
    assert raised.value.message.startswith(said)
    assert web.requests == []


def test_a_certificate_that_nobody_vouches_for(
    fetch: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_certificate(tmp_path / "other.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "other.pem"))
    with pytest.raises(PriceListError, match=r"is not valid: self-signed certificate\.$"):
        fetch("/list.csv")


def test_an_answer_may_be_packed(fetch: Any) -> None:
    assert fetch("/packed.csv").read_bytes() == LIST


def test_redirects_are_followed(fetch: Any, web: FakeWebServer, dns: FakeResolver) -> None:
    assert fetch(f"/to?url={web.url('/list.csv', '127.0.0.1')}").read_bytes() == LIST
    assert fetch("/to?url=/list.csv").read_bytes() == LIST
    assert dns.requests == [HOST, "127.0.0.1", HOST, HOST]


@pytest.mark.parametrize(
    ("to", "said"),
    [
        ("https://inner.test/", 'The host "inner.test" is within a private network'),
        ("//inner.test/", 'The host "inner.test" is within a private network'),
        ("https://169.254.169.254/latest", 'The host "169.254.169.254" is within a private'),
        ("http://lists.test/list.csv", 'The address "http://lists.test/list.csv" does not begin'),
        ("https://ann:secret@lists.test/", "An address with a user name or a password in it"),
        ("file:///etc/passwd", 'The address "file:///etc/passwd" does not begin with'),
        ("https://[", 'The address "https://[" cannot be understood.'),
    ],
)
def test_each_redirect_is_checked_like_the_first_address(fetch: Any, to: str, said: str) -> None:
    with pytest.raises(PriceListError) as raised:
        fetch(f"/to?url={to}")
    assert raised.value.message.startswith(said)


def test_redirects_have_an_end(fetch: Any, web: FakeWebServer) -> None:
    with pytest.raises(PriceListError, match=r"redirects more than 5 times\.$"):
        fetch("/round/1")
    assert len(web.requests) == 6


@pytest.mark.parametrize("status", [204, 400, 401, 403, 404, 410])
def test_an_address_without_a_list_is_refused(fetch: Any, web: FakeWebServer, status: int) -> None:
    with pytest.raises(PriceListError) as raised:
        fetch(f"/status/{status}?key=secret")
    said = f"https://{HOST}:{web.port}/status/{status} answers {status}, not with a list."
    assert raised.value.message == said


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503])
def test_a_server_in_trouble_may_be_asked_later(fetch: Any, status: int) -> None:
    with pytest.raises(SourceUnavailableError, match=rf" answers {status} now, not with a list"):
        fetch(f"/status/{status}")


@pytest.mark.parametrize("path", ["/bomb", "/endless"])
def test_the_size_counts_as_it_is_unpacked_whatever_was_announced(
    fetch: Any, path: str, tmp_path: Path
) -> None:
    with pytest.raises(PriceListError, match=r" is larger than 1 MiB\.$"):
        fetch(path, mebibytes=1)
    assert sum(file.stat().st_size for file in tmp_path.iterdir()) <= 1024 * 1024


def test_what_comes_after_the_announced_end_is_not_read(fetch: Any) -> None:
    assert fetch("/lying").read_bytes() == b"A" * 20


def test_a_cut_answer(fetch: Any) -> None:
    with pytest.raises(SourceUnavailableError, match=r" broke off its answer\.$"):
        fetch("/cut")


def test_a_trickle_ends(fetch: Any) -> None:
    with pytest.raises(SourceUnavailableError, match=r" did not send the list within 1 s\.$"):
        fetch("/trickle", seconds=1)


def test_nobody_listens(tmp_path: Path) -> None:
    source = HttpsSource("https://127.0.0.1:9/list.csv", allow_private=True)
    with pytest.raises(SourceUnavailableError) as error:
        download(source, ReadLimits(), tmp_path)
    assert error.value.message == "https://127.0.0.1:9/list.csv cannot be reached."


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
def test_a_file_is_named_by_its_address_and_stays_in_its_folder(path: str, name: str) -> None:
    assert file_name(parse_https_url(f"https://{HOST}{path}")) == name


def web_request(url: str, *, allow_private: bool) -> ReadRequest:
    return ReadRequest(source=HttpsSource(url, allow_private=allow_private), currency="USD")


def matching_files(folder: Path, pattern: str) -> list[Path]:
    return list(folder.glob(pattern))


def test_a_fetched_list_is_read_like_a_file(web: FakeWebServer) -> None:
    with fetched(web_request(web.url("/list.csv", "127.0.0.1"), allow_private=True)) as local:
        price_list = open_price_list(local)
        prices = [row.price for row in price_list.rows() if row.outcome == "item"]
    assert prices == [Decimal("12.50")]


@pytest.mark.parametrize("path", ["/list.csv", "/status/200", "/status/404", "/cut"])
async def test_nothing_is_left_of_a_list_that_was_fetched(
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
    inner = web_request(web.url("/list.csv", "127.0.0.1"), allow_private=False)
    rejection = pytest.raises(PriceListError, match="is within a private network, so it is refused")
    with rejection, fetched(inner):
        pass
    assert web.requests == []
