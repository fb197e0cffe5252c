"""What can go wrong between us and Google: each is one sentence, and nothing hangs."""

import errno
import json
import os
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest

from pricebook.errors import PriceListError, SourceUnavailableError
from pricebook.pricelists.schemas import ReadLimits
from pricebook.pricelists.sources.google_client import backoff_seconds
from pricelists.fake_google import EMAIL, FakeGoogleServer, sheet
from pricelists.spreadsheet_reader import HEADER, ID, SpreadsheetReader

ADDRESS = f"https://docs.google.com/spreadsheets/d/{ID}"
SOURCE = f"The spreadsheet {ADDRESS}"
RETRY_NOW = {"Retry-After": "0"}


@pytest.fixture
def reader(google: FakeGoogleServer, key_file: Path) -> SpreadsheetReader:
    return SpreadsheetReader(google, key_file)


@pytest.fixture
def url(google: FakeGoogleServer) -> str:
    return google.put(ID, sheet("Prices", [HEADER, ["A1", "Lamp", 5]]))


def rejection_message(reader: SpreadsheetReader, url: str, **more: Any) -> str:
    with pytest.raises(PriceListError) as raised:
        reader.read(url, **more)
    return raised.value.message


def unavailable_message(reader: SpreadsheetReader, url: str, **more: Any) -> str:
    with pytest.raises(SourceUnavailableError) as raised:
        reader.read(url, **more)
    return raised.value.message


@pytest.mark.parametrize("status", [429, 500, 503])
def test_what_may_pass_is_outwaited(
    reader: SpreadsheetReader, google: FakeGoogleServer, url: str, status: int
) -> None:
    google.fail_next(HTTPStatus(status), 3, headers=RETRY_NOW)
    assert len(reader.read(url).items) == 1
    assert google.reads.total() == 4


def test_without_a_word_when_we_wait_by_ourselves(
    reader: SpreadsheetReader, google: FakeGoogleServer, url: str
) -> None:
    google.fail_next(HTTPStatus(429))
    assert len(reader.read(url).items) == 1


def test_six_tries_are_enough(
    reader: SpreadsheetReader, google: FakeGoogleServer, url: str
) -> None:
    google.fail_next(HTTPStatus(429), 20, headers=RETRY_NOW)
    said = unavailable_message(reader, url)
    assert said == f"{SOURCE}: Google asks to read less often; try later."
    assert google.reads.total() == 6


@pytest.mark.parametrize("wait", ["3600", "Wed, 21 Oct 2099 07:28:00 GMT"])
def test_a_long_wait_is_left_to_the_next_try_of_the_task(
    reader: SpreadsheetReader, google: FakeGoogleServer, url: str, wait: str
) -> None:
    google.fail_next(HTTPStatus(503), 20, headers={"Retry-After": wait})
    assert unavailable_message(reader, url) == f"{SOURCE} cannot be read now: Google answers 503."
    assert google.reads.total() == 1


def test_the_pauses_double_and_are_as_different_as_chance() -> None:
    assert [backoff_seconds(attempt, None, 1.0) for attempt in range(4)] == [1, 2, 4, 8]
    assert [backoff_seconds(attempt, None, 0.0) for attempt in range(4)] == [0.5, 1, 2, 4]
    assert backoff_seconds(60, None, 1.0) == 60
    assert backoff_seconds(3, 7.0, 0.5) == 7


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
    reader: SpreadsheetReader, google: FakeGoogleServer, status: int, error: Any, said: str
) -> None:
    google.fail_next(HTTPStatus(status), 20, body={"error": error}, headers={"Location": "/x"})
    assert rejection_message(reader, ADDRESS) == said
    assert google.reads.total() == 1


def test_a_spreadsheet_that_is_not_there(
    reader: SpreadsheetReader, google: FakeGoogleServer
) -> None:
    assert rejection_message(reader, ADDRESS) == f"{SOURCE} does not exist."
    assert google.reads.total() == 1


def test_a_cut_answer(reader: SpreadsheetReader, google: FakeGoogleServer, url: str) -> None:
    google.fail_next("cut")
    assert unavailable_message(reader, url) == f"{SOURCE} broke off its answer."


def test_an_answer_that_is_no_json(
    reader: SpreadsheetReader, google: FakeGoogleServer, url: str
) -> None:
    google.fail_next("broken")
    said = f"What came for the spreadsheet {ID} is no answer of Google Sheets."
    assert unavailable_message(reader, url) == said


def test_an_answer_that_trickles(
    reader: SpreadsheetReader, google: FakeGoogleServer, url: str
) -> None:
    google.fail_next("slow")
    said = unavailable_message(reader, url, limits=ReadLimits(seconds=1))
    assert said == f"{SOURCE} did not send the list within 1 s."


def test_an_answer_that_is_small_only_on_the_way(
    reader: SpreadsheetReader, google: FakeGoogleServer, url: str
) -> None:
    google.fail_next("huge")
    said = rejection_message(reader, url, limits=ReadLimits(mebibytes=1))
    assert said == f"The list at {SOURCE} is larger than 1 MiB."


@pytest.mark.parametrize("limits", [ReadLimits(rows=1), ReadLimits(columns=2)])
def test_a_sheet_over_the_limits(reader: SpreadsheetReader, url: str, limits: ReadLimits) -> None:
    said = rejection_message(reader, url, limits=limits)
    assert said.startswith('The sheet "Prices" has 2 rows and 3 columns; at most ')


def test_a_spreadsheet_without_a_sheet(reader: SpreadsheetReader, google: FakeGoogleServer) -> None:
    said = rejection_message(reader, google.put(ID))
    assert said == "The spreadsheet has no sheet that could be a list."


def test_nobody_listens(
    reader: SpreadsheetReader, url: str, tmp_path: Path, google: FakeGoogleServer
) -> None:
    path = tmp_path / "elsewhere.json"
    account = json.loads(google.write_key(path).read_text())
    path.write_text(json.dumps(account | {"token_uri": "http://127.0.0.1:9/token"}))
    reader.key_file = path
    assert unavailable_message(reader, url) == f"Google cannot log {EMAIL} in now."


def test_a_revoked_key(reader: SpreadsheetReader, google: FakeGoogleServer, url: str) -> None:
    google.revoked = True
    said = rejection_message(reader, url)
    assert said == f"Google does not accept the key of {EMAIL}; it may have been revoked."


def test_no_key_file(reader: SpreadsheetReader, url: str) -> None:
    reader.key_file = None
    assert "GOOGLE_CREDENTIALS_PATH" in rejection_message(reader, url)


def test_a_key_file_that_is_not_there(reader: SpreadsheetReader, url: str, tmp_path: Path) -> None:
    reader.key_file = tmp_path / "none.json"
    said = rejection_message(reader, url)
    os_message = os.strerror(errno.ENOENT)  # the system's words, in its language
    assert said == f"The key file {reader.key_file} cannot be read: {os_message}."


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
def test_a_file_that_is_no_key(
    reader: SpreadsheetReader, url: str, tmp_path: Path, content: str
) -> None:
    reader.key_file = tmp_path / "key.json"
    reader.key_file.write_bytes(content.encode("latin-1"))
    said = rejection_message(reader, url)
    assert said == f"{reader.key_file} is not the key file of a Google service account."
