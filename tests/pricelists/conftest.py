"""Fixtures of the price-list tests: locales, a fake Google API, a fake web server."""

import locale
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from import_fixtures import run_import
from pricelists.fake_google import FakeGoogleServer, run_fake_google
from pricelists.fake_web_server import FakeWebServer, run_fake_web_server

# Python starts in the C locale; the tests use the locale of the environment (.ci/locales).
with suppress(locale.Error):
    locale.setlocale(locale.LC_ALL, "")


@pytest.fixture(scope="session")
def _locales(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Compile the locales of the tests if localedef is installed."""
    localedef = shutil.which("localedef")
    if localedef is None or "LOCPATH" in os.environ:
        return
    folder = tmp_path_factory.mktemp("locales")
    for name in ("de_DE", "tr_TR"):
        command = [localedef, "-i", name, "-f", "UTF-8", folder / f"{name}.UTF-8"]
        subprocess.run(command, check=False, capture_output=True)
    os.environ["LOCPATH"] = str(folder)


@pytest.fixture
def process_locale(request: pytest.FixtureRequest, _locales: None) -> Iterator[str]:
    before = locale.setlocale(locale.LC_ALL)
    try:
        yield locale.setlocale(locale.LC_ALL, request.param)
    except locale.Error:
        pytest.skip(f"locale {request.param} is not installed")
    finally:
        locale.setlocale(locale.LC_ALL, before)


@pytest.fixture(scope="session")
def running_google() -> Iterator[FakeGoogleServer]:
    with run_fake_google() as running:
        yield running


@pytest.fixture
def google(running_google: FakeGoogleServer) -> FakeGoogleServer:
    """A fake Google server without spreadsheets and planned faults."""
    running_google.reset()
    return running_google


@pytest.fixture
def key_file(google: FakeGoogleServer, tmp_path: Path) -> Path:
    return google.write_key(tmp_path / "key.json")


@pytest.fixture(scope="session")
def running_web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FakeWebServer]:
    with run_fake_web_server(tmp_path_factory.mktemp("web")) as running:
        yield running


@pytest.fixture
def web(running_web: FakeWebServer, monkeypatch: pytest.MonkeyPatch) -> FakeWebServer:
    """A web server whose certificate is trusted by the TLS library."""
    monkeypatch.setenv("SSL_CERT_FILE", str(running_web.ca_file))
    running_web.requests.clear()
    running_web.header_fields.clear()
    running_web.pages.clear()
    return running_web


__all__ = ["run_import"]
