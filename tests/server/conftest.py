"""The protocol classes that serve HTTP: tests that hold for any HTTP/1.1 server run with both."""

from typing import get_args

import pytest

from pricebook.settings import HttpProtocolName


@pytest.fixture(params=get_args(HttpProtocolName))
def http_protocol(request: pytest.FixtureRequest) -> HttpProtocolName:
    """HTTP_PROTOCOL of the served application."""
    return request.param
