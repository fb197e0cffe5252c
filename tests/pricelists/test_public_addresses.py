"""The https URLs and addresses that downloads may use; others are refused without a request."""

import re
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricebook.errors import PriceListError, SourceUnavailableError
from pricebook.pricelists.sources.public_addresses import (
    NetworkPolicy,
    is_public,
    parse_https_url,
    resolve,
    resolve_allowed_addresses,
)


def fixed_resolver(*addresses: str) -> Callable[[str, int], Sequence[str]]:
    """Return a resolver that resolves every host to these addresses."""

    def resolved(_host: str, _port: int) -> Sequence[str]:
        return addresses

    return resolved


def rejection_message(url: str, *addresses: str) -> str:
    """Return the error message for a URL; without addresses, the system's resolver is used."""
    network = NetworkPolicy(fixed_resolver(*addresses) if addresses else resolve, is_public)
    with pytest.raises(PriceListError) as raised:
        resolve_allowed_addresses(parse_https_url(url), network)
    return raised.value.message


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0x7f.0.0.1",
        "017700000001",
        "0177.0.0.1",
        "169.254.169.254",
        "2852039166",
        "0xa9fea9fe",
        "0251.0376.0251.0376",
        "0.0.0.0",  # noqa: S104 (refused, not bound)
        "0",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "100.64.0.1",
        "198.18.0.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "localhost",
        "LOCALHOST",
        "[::1]",
        "[::]",
        "[0:0:0:0:0:0:0:1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:a9fe:a9fe]",
        "[::127.0.0.1]",
        "[64:ff9b::127.0.0.1]",
        "[64:ff9b::a9fe:a9fe]",
        "[64:ff9b:1::7f00:1]",
        "[2002:7f00:1::]",
        "[2002:a9fe:a9fe::1]",
        "[2001:0:0:0:0:0:80ff:fffe]",
        "[fe80::1]",
        "[fc00::1]",
        "[fd00:ec2::254]",
        "[fec0::1]",
        "[ff02::1]",
        "[2001:db8::1]",
    ],
)
def test_every_notation_of_a_private_address_is_refused(host: str) -> None:
    assert "is in a private network" in rejection_message(f"https://{host}/list.csv")


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1.", "localhost.", "ⓛⓞⓒⓐⓛⓗⓞⓢⓣ", "127。0。0。1", "１２７.0.0.1", "%6c%6fcalhost"],
)
def test_notations_that_only_some_systems_support_are_refused_or_unresolved(host: str) -> None:
    with pytest.raises((PriceListError, SourceUnavailableError)):
        resolve_allowed_addresses(
            parse_https_url(f"https://{host}/list.csv"), NetworkPolicy(resolve, is_public)
        )


def test_host_that_resolves_to_a_private_address_is_refused() -> None:
    expected = (
        'The host "lists.test" is in a private network, which is not allowed unless'
        " ALLOW_PRIVATE_URLS is set."
    )
    assert rejection_message("https://lists.test/list.csv", "10.1.2.3") == expected
    assert rejection_message("https://lists.test/list.csv", "fe80::1%2") == expected


def test_host_with_public_and_private_addresses_is_refused() -> None:
    assert rejection_message("https://lists.test/", "93.184.215.14", "2606:4700::1111", "127.0.0.1")


@pytest.mark.parametrize(
    "address", ["93.184.215.14", "2606:4700::1111", "64:ff9b::5db8:d70e", "1.1.1.1"]
)
def test_public_address_is_allowed(address: str) -> None:
    network = NetworkPolicy(fixed_resolver(address), is_public)
    assert resolve_allowed_addresses(parse_https_url("https://lists.test/"), network) == (address,)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://lists.test/", 'The address "http://lists.test/" does not start with https://'),
        ("ftp://lists.test/?key=1", 'The address "ftp://lists.test/" does not start with https://'),
        ("file:///etc/passwd", 'The address "file:///etc/passwd" does not start with https://'),
        ("//lists.test/", 'The address "//lists.test/" does not start with https://'),
        ("https:///list.csv", 'The address "https:///list.csv" does not start with https://'),
        ("lists.test", 'The address "lists.test" does not start with https://'),
        ("", 'The address "" does not start with https://'),
        ("https://ann:secret@lists.test/", "An address with a user name or a password is not"),
        ("https://lists.test@127.0.0.1/", "An address with a user name or a password is not"),
        ("https://lists.test:99999/", "The address "),
        ("https://[::1/", "The address "),
        ("https://ann:secret@[::1/", "The address "),
        ("https://lists test/", "The address "),
    ],
)
def test_other_urls_are_refused(url: str, expected: str) -> None:
    with pytest.raises(PriceListError) as raised:
        parse_https_url(url)
    assert raised.value.message.startswith(expected)
    assert "secret" not in raised.value.message


def test_host_that_is_checked_is_the_host_of_the_request() -> None:
    """URL parsers disagree on the host of such URLs."""
    for url in (
        "https://127.0.0.1\\@lists.test/",
        "https://127.0.0.1#@lists.test/",
        "https://@127.0.0.1/",
    ):
        assert rejection_message(url).startswith('The host "127.0.0.1"')


@given(
    st.text().map("https://".__add__) | st.text() | st.from_regex(r"https://[\\[\]@:/?#%.0-9a-z]*")
)
def test_any_url_is_parsed_or_refused(url: str) -> None:
    try:
        target = parse_https_url(url)
    except PriceListError:
        return
    assert target.host
    assert target.authority.isascii()
    assert target.request_uri.startswith("/")
    assert not re.search(r"[\s\x00-\x1f]", target.authority + target.request_uri)


def test_other_ports_are_allowed_and_443_is_left_out_of_the_host_field() -> None:
    assert parse_https_url("https://Lists.Test:8443/a b?q=ö").authority == "lists.test:8443"
    assert parse_https_url("https://lists.test:443").authority == "lists.test"
    assert parse_https_url("https://lists.test/a b?q=ö").request_uri == "/a%20b?q=%C3%B6"


def test_host_that_does_not_resolve_is_unavailable() -> None:
    network = NetworkPolicy(resolve, is_public)
    for host in ("nothing.invalid", "a" * 64 + ".test", "x..test"):
        with pytest.raises(
            SourceUnavailableError,
            match=r"has no address in DNS: check its spelling in the address\.$",
        ):
            resolve_allowed_addresses(parse_https_url(f"https://{host}/"), network)
