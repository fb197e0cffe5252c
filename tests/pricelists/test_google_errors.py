"""Errors of the Google Sheets API: each becomes one error sentence within the time limit."""

import errno
import json
import os
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest

from pricebook.errors import PriceListError, SourceUnavailableError
from pricebook.pricelists.schemas.read_request import ReadLimits
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
def test_transient_status_is_retried(
    reader: SpreadsheetReader, google: FakeGoogleServer, url: str, status: int
) -> None:
    google.fail_next(HTTPStatus(status), 3, headers=RETRY_NOW)
    assert len(reader.read(url).items) == 1
    assert google.reads.total() == 4


def test_status_without_retry_after_is_retried(
    reader: SpreadsheetReader, google: FakeGoogleServer, url: str
) -> None:
    google.fail_next(HTTPStatus(429))
    assert len(reader.read(url).items) == 1


def test_request_fails_after_six_attempts(
    reader: SpreadsheetReader, google: FakeGoogleServer, url: str
) -> None:
    google.fail_next(HTTPStatus(429), 20, headers=RETRY_NOW)
    message = unavailable_message(reader, url)
    assert message == f"{SOURCE} cannot be read now: Google's quota is exceeded; try later."
    assert google.reads.total() == 6


@pytest.mark.parametrize("wait", ["3600", "Wed, 21 Oct 2099 07:28:00 GMT"])
def test_long_retry_after_fails_without_another_attempt(
    reader: SpreadsheetReader, google: FakeGoogleServer, url: str, wait: str
) -> None:
    google.fail_next(HTTPStatus(503), 20, headers={"Retry-After": wait})
    message = unavailable_message(reader, url)
    assert message == f"{SOURCE} cannot be read now: Google responds with status 503."
    assert google.reads.total() == 1


def test_backoff_doubles_with_jitter() -> None:
    assert [backoff_seconds(attempt, None, 1.0) for attempt in range(4)] == [1, 2, 4, 8]
    assert [backoff_seconds(attempt, None, 0.0) for attempt in range(4)] == [0.5, 1, 2, 4]
    assert backoff_seconds(60, None, 1.0) == 60
    assert backoff_seconds(3, 7.0, 0.5) == 7


@pytest.mark.parametrize(
    ("status", "error", "expected"),
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
        (302, {}, f"{SOURCE} cannot be read: Google responds with status 302."),
    ],
)
def test_permanent_status_is_not_retried(
    reader: SpreadsheetReader, google: FakeGoogleServer, status: int, error: Any, expected: str
) -> None:
    google.fail_next(HTTPStatus(status), 20, body={"error": error}, headers={"Location": "/x"})
    assert rejection_message(reader, ADDRESS) == expected
    assert google.reads.total() == 1


def test_missing_spreadsheet_is_refused(
    reader: SpreadsheetReader, google: FakeGoogleServer
) -> None:
    assert rejection_message(reader, ADDRESS) == f"{SOURCE} does not exist."
    assert google.reads.total() == 1


def test_truncated_response_is_unavailable(
    reader: SpreadsheetReader, google: FakeGoogleServer, url: str
) -> None:
    google.fail_next("cut")
    message = unavailable_message(reader, url)
    assert message == f"{SOURCE} closed the connection during its response: try later."


def test_response_that_is_not_json_is_unavailable(
    reader: SpreadsheetReader, google: FakeGoogleServer, url: str
) -> None:
    google.fail_next("broken")
    expected = f"Google sent an invalid response for the spreadsheet {ID}."
    assert unavailable_message(reader, url) == expected


def test_slow_response_ends_at_the_deadline(
    reader: SpreadsheetReader, google: FakeGoogleServer, url: str
) -> None:
    google.fail_next("slow")
    message = unavailable_message(reader, url, limits=ReadLimits(seconds=1))
    assert message.startswith(f"{SOURCE} did not send the file within 1 s: try later, or set")


def test_size_limit_holds_for_the_decompressed_response(
    reader: SpreadsheetReader, google: FakeGoogleServer, url: str
) -> None:
    google.fail_next("huge")
    message = rejection_message(reader, url, limits=ReadLimits(mebibytes=1))
    assert message == f"{SOURCE} is larger than 1 MiB."


@pytest.mark.parametrize("limits", [ReadLimits(rows=1), ReadLimits(columns=2)])
def test_sheet_over_the_limits_is_refused(
    reader: SpreadsheetReader, url: str, limits: ReadLimits
) -> None:
    message = rejection_message(reader, url, limits=limits)
    assert message.startswith('The sheet "Prices" has 2 rows and 3 columns; at most ')


def test_spreadsheet_without_sheets_is_refused(
    reader: SpreadsheetReader, google: FakeGoogleServer
) -> None:
    message = rejection_message(reader, google.put(ID))
    assert message == "The spreadsheet has no visible sheet with cells."


def test_unreachable_token_endpoint_is_unavailable(
    reader: SpreadsheetReader, url: str, tmp_path: Path, google: FakeGoogleServer
) -> None:
    path = tmp_path / "elsewhere.json"
    account = json.loads(google.write_key(path).read_text())
    path.write_text(json.dumps(account | {"token_uri": "http://127.0.0.1:9/token"}))
    reader.key_file = path
    message = unavailable_message(reader, url)
    assert message == f"Google cannot authorize {EMAIL} at the moment; try later."


def test_revoked_key_is_refused(
    reader: SpreadsheetReader, google: FakeGoogleServer, url: str
) -> None:
    google.revoked = True
    message = rejection_message(reader, url)
    assert message == f"Google does not accept the key of {EMAIL}; it may have been revoked."


def test_unset_key_file_names_the_setting(reader: SpreadsheetReader, url: str) -> None:
    reader.key_file = None
    assert "GOOGLE_CREDENTIALS_PATH" in rejection_message(reader, url)


def test_missing_key_file_is_refused(reader: SpreadsheetReader, url: str, tmp_path: Path) -> None:
    reader.key_file = tmp_path / "none.json"
    message = rejection_message(reader, url)
    os_message = os.strerror(errno.ENOENT)  # in the language of the process
    assert message == f"The key file {reader.key_file} cannot be read: {os_message}."


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
def test_invalid_key_file_is_refused(
    reader: SpreadsheetReader, url: str, tmp_path: Path, content: str
) -> None:
    reader.key_file = tmp_path / "key.json"
    reader.key_file.write_bytes(content.encode("latin-1"))
    message = rejection_message(reader, url)
    assert message == f"{reader.key_file} is not the key file of a Google service account."
