"""Sources beyond this machine, as they stand in for on it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ingestion.google_stand_in import GoogleStandIn, google_stand_in
from ingestion.web_stand_in import WebStandIn, web_stand_in


@pytest.fixture(scope="session")
def running_google() -> Iterator[GoogleStandIn]:
    with google_stand_in() as running:
        yield running


@pytest.fixture
def google(running_google: GoogleStandIn) -> GoogleStandIn:
    """A stand-in for Google that has no spreadsheets yet and behaves."""
    running_google.reset()
    return running_google


@pytest.fixture
def key_file(google: GoogleStandIn, tmp_path: Path) -> Path:
    return google.write_key(tmp_path / "key.json")


@pytest.fixture(scope="session")
def running_web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebStandIn]:
    with web_stand_in(tmp_path_factory.mktemp("web")) as running:
        yield running


@pytest.fixture
def web(running_web: WebStandIn, monkeypatch: pytest.MonkeyPatch) -> WebStandIn:
    """A web server whose certificate the system trusts."""
    monkeypatch.setenv("SSL_CERT_FILE", str(running_web.authority))
    running_web.asked.clear()
    return running_web
