"""What can go wrong between us and Google: each is one sentence, and nothing hangs."""

import errno
import json
import os
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest

from ingestion.google_lists import HEADER, ID, Reader
from ingestion.google_stand_in import EMAIL, GoogleStandIn, sheet
from pricebook.errors import PriceListError, SourceUnavailableError
from pricebook.ingestion.parsers.google_client import pause_seconds
from pricebook.ingestion.schemas import Limits

ADDRESS = f"https://docs.google.com/spreadsheets/d/{ID}"
SOURCE = f"The spreadsheet {ADDRESS}"
AT_ONCE = {"Retry-After": "0"}


@pytest.fixture
def reader(google: GoogleStandIn, key_file: Path) -> Reader:
    return Reader(google, key_file)


@pytest.fixture
def url(google: GoogleStandIn) -> str:
    return google.put(ID, sheet("Prices", [HEADER, ["A1", "Lamp", 5]]))


def refused(reader: Reader, url: str, **more: Any) -> str:
    with pytest.raises(PriceListError) as refusal:
        reader.read(url, **more)
    return refusal.value.message


def unavailable(reader: Reader, url: str, **more: Any) -> str:
    with pytest.raises(SourceUnavailableError) as refusal:
        reader.read(url, **more)
    return refusal.value.message


@pytest.mark.parametrize("status", [429, 500, 503])
def test_what_may_pass_is_outwaited(
    reader: Reader, google: GoogleStandIn, url: str, status: int
) -> None:
    google.misbehave(HTTPStatus(status), 3, headers=AT_ONCE)
    assert len(reader.read(url).items) == 1
    assert google.reads.total() == 4


def test_without_a_word_when_we_wait_by_ourselves(
    reader: Reader, google: GoogleStandIn, url: str
) -> None:
    google.misbehave(HTTPStatus(429))
    assert len(reader.read(url).items) == 1


def test_six_tries_are_enough(reader: Reader, google: GoogleStandIn, url: str) -> None:
    google.misbehave(HTTPStatus(429), 20, headers=AT_ONCE)
    said = unavailable(reader, url)
    assert said == f"{SOURCE}: Google asks to read less often; try later."
    assert google.reads.total() == 6


@pytest.mark.parametrize("wait", ["3600", "Wed, 21 Oct 2099 07:28:00 GMT"])
def test_a_long_wait_is_left_to_the_next_try_of_the_task(
    reader: Reader, google: GoogleStandIn, url: str, wait: str
) -> None:
    google.misbehave(HTTPStatus(503), 20, headers={"Retry-After": wait})
    assert unavailable(reader, url) == f"{SOURCE} cannot be read now: Google answers 503."
    assert google.reads.total() == 1


def test_the_pauses_double_and_are_as_different_as_chance() -> None:
    assert [pause_seconds(attempt, None, 1.0) for attempt in range(4)] == [1, 2, 4, 8]
    assert [pause_seconds(attempt, None, 0.0) for attempt in range(4)] == [0.5, 1, 2, 4]
    assert pause_seconds(60, None, 1.0) == 60
    assert pause_seconds(3, 7.0, 0.5) == 7


@pytest.mark.parametrize(
    ("status", "error", "said"),
    [
        (403, {}, f"{SOURCE} is not shared with {EMAIL}; share it with this address."),
        (
            403,
            {"details": [{"@type": "x", "reason": "SERVICE_DISABLED"}]},
            f"The Google Sheets API is not enabled for the project of {EMAIL}.",
        ),
        (401, {}, f"Google does not accept the key of {EMAIL}."),
        (
            400,
            {"message": "This operation is not supported for this document"},
            f"{SOURCE} cannot be read: This operation is not supported for this document.",
        ),
        (302, {}, f"{SOURCE} cannot be read: Google answers 302."),
    ],
)
def test_what_does_not_pass_is_not_tried_again(
    reader: Reader, google: GoogleStandIn, status: int, error: Any, said: str
) -> None:
    google.misbehave(HTTPStatus(status), 20, body={"error": error}, headers={"Location": "/x"})
    assert refused(reader, ADDRESS) == said
    assert google.reads.total() == 1


def test_a_spreadsheet_that_is_not_there(reader: Reader, google: GoogleStandIn) -> None:
    assert refused(reader, ADDRESS) == f"{SOURCE} does not exist."
    assert google.reads.total() == 1


def test_a_cut_answer(reader: Reader, google: GoogleStandIn, url: str) -> None:
    google.misbehave("cut")
    assert unavailable(reader, url) == f"{SOURCE} broke off its answer."


def test_an_answer_that_is_no_json(reader: Reader, google: GoogleStandIn, url: str) -> None:
    google.misbehave("broken")
    said = f"What came for the spreadsheet {ID} is no answer of Google Sheets."
    assert unavailable(reader, url) == said


def test_an_answer_that_trickles(reader: Reader, google: GoogleStandIn, url: str) -> None:
    google.misbehave("slow")
    said = unavailable(reader, url, limits=Limits(seconds=1))
    assert said == f"{SOURCE} did not send the list within 1 s."


def test_an_answer_that_is_small_only_on_the_way(
    reader: Reader, google: GoogleStandIn, url: str
) -> None:
    google.misbehave("huge")
    said = refused(reader, url, limits=Limits(mebibytes=1))
    assert said == f"The list at {SOURCE} is larger than 1 MiB."


@pytest.mark.parametrize("limits", [Limits(rows=1), Limits(columns=2)])
def test_a_sheet_over_the_limits(reader: Reader, url: str, limits: Limits) -> None:
    said = refused(reader, url, limits=limits)
    assert said.startswith('The sheet "Prices" has 2 rows and 3 columns; at most ')


def test_a_spreadsheet_without_a_sheet(reader: Reader, google: GoogleStandIn) -> None:
    said = refused(reader, google.put(ID))
    assert said == "The spreadsheet has no sheet that could be a list."


def test_nobody_listens(reader: Reader, url: str, tmp_path: Path, google: GoogleStandIn) -> None:
    path = tmp_path / "elsewhere.json"
    account = json.loads(google.write_key(path).read_text())
    path.write_text(json.dumps(account | {"token_uri": "http://127.0.0.1:9/token"}))
    reader.key_file = path
    assert unavailable(reader, url) == f"Google cannot log {EMAIL} in now."


def test_a_revoked_key(reader: Reader, google: GoogleStandIn, url: str) -> None:
    google.revoked = True
    said = refused(reader, url)
    assert said == f"Google does not accept the key of {EMAIL}; it may have been revoked."


def test_no_key_file(reader: Reader, url: str) -> None:
    reader.key_file = None
    assert "GOOGLE_CREDENTIALS_PATH" in refused(reader, url)


def test_a_key_file_that_is_not_there(reader: Reader, url: str, tmp_path: Path) -> None:
    reader.key_file = tmp_path / "none.json"
    said = refused(reader, url)
    why = os.strerror(errno.ENOENT)  # the system's words, in its language
    assert said == f"The key file {reader.key_file} cannot be read: {why}."


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        '"key"',
        "{}",
        '{"type": "service_account", "client_email": "a@b", "token_uri": "x", "private_key": "y"}',
        '{"type": "authorized_user", "client_id": "1", "client_secret": "s", "refresh_token": "t"}',
        "\x00\xff",
    ],
)
def test_a_file_that_is_no_key(reader: Reader, url: str, tmp_path: Path, content: str) -> None:
    reader.key_file = tmp_path / "key.json"
    reader.key_file.write_bytes(content.encode("latin-1"))
    said = refused(reader, url)
    assert said == f"{reader.key_file} is not the key file of a Google service account."
