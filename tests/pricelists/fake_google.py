"""A fake of Google's token endpoint and Sheets API, served over HTTP on this machine.

It sends what the API would (the fields of the mask and no others); faults can be planned.
"""

import gzip
import json
import re
import time
from collections import Counter
from collections.abc import Generator, Sequence
from contextlib import contextmanager, suppress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, NamedTuple, cast
from urllib.parse import parse_qs, urlsplit

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

EMAIL = "lists@pricebook.iam.gserviceaccount.com"
TOKEN = "ya29.fake"


class FormattedNumber(NamedTuple):
    """A number, the text that the sheet shows for it, and the type of its number format."""

    number: float
    text: str
    kind: str = "NUMBER"


Value = str | float | FormattedNumber | None
Fault = HTTPStatus | str


class PlannedFault(NamedTuple):
    """A fault of the next response: a status, or `cut`, `slow`, `huge` or `broken`."""

    fault: Fault
    headers: dict[str, str] | None = None
    body: dict[str, Any] | None = None


class FakeGoogleServer:
    """The stored spreadsheets, the counted requests and the planned faults."""

    def __init__(self) -> None:
        self.spreadsheets: dict[str, dict[str, Any]] = {}
        self.reads: Counter[str] = Counter()
        self.tokens_issued = 0
        self.revoked = False
        self.planned_faults: list[PlannedFault] = []
        self.private_key = rsa.generate_private_key(65537, 2048)
        self.api = ""

    def reset(self) -> None:
        self.spreadsheets.clear()
        self.reads.clear()
        self.planned_faults.clear()
        self.tokens_issued, self.revoked = 0, False

    def fail_next(self, fault: Fault, times: int = 1, **more: Any) -> None:
        self.planned_faults += [PlannedFault(fault, **more)] * times

    def put(self, spreadsheet_id: str, *sheets: dict[str, Any]) -> str:
        """Store a spreadsheet; return its URL."""
        self.spreadsheets[spreadsheet_id] = {
            "spreadsheetId": spreadsheet_id,
            "properties": {"title": "Prices", "locale": "de_DE"},
            "sheets": list(sheets),
        }
        return f"https://docs.google.com/spreadsheets/d/{spreadsheet_id}/edit"

    def write_key(self, path: Path) -> Path:
        """Write the key file of a service account that may read all spreadsheets."""
        key = self.private_key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        account = {
            "type": "service_account",
            "client_email": EMAIL,
            "private_key_id": "1",
            "private_key": key.decode(),
            "token_uri": f"{self.api}/token",
        }
        path.write_text(json.dumps(account))
        return path


def sheet(
    title: str, rows: Sequence[Sequence[Value]], sheet_id: int = 0, **more: Any
) -> dict[str, Any]:
    """Build a sheet as the API sends it; `merges` and properties such as `hidden` can be added."""
    properties = {"sheetId": sheet_id, "title": title, "index": 0, "sheetType": "GRID"}
    merges = more.pop("merges", [])
    return {
        "properties": properties | more,
        "merges": merges,
        "data": [{"rowData": [{"values": list(map(_cell, row))} if row else {} for row in rows]}],
    }


def _cell(value: Value) -> dict[str, Any]:
    if value is None:
        return {}
    if isinstance(value, str):
        kind = "errorValue" if value.startswith("#") else "stringValue"
        return {"effectiveValue": {kind: value}, "formattedValue": value, "note": "none"}
    if isinstance(value, FormattedNumber):
        number_format = {"type": value.kind, "pattern": "x"}
        return {
            "effectiveValue": {"numberValue": value.number},
            "formattedValue": value.text,
            "effectiveFormat": {"numberFormat": number_format, "wrapStrategy": "CLIP"},
        }
    return {"effectiveValue": {"numberValue": value}, "formattedValue": f"{value:g}"}


@contextmanager
def run_fake_google() -> Generator[FakeGoogleServer]:
    """Run the fake server; other processes can reach it, too."""
    fake = FakeGoogleServer()
    handler = type("Handler", (_Handler,), {"fake": fake})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        fake.api = f"http://127.0.0.1:{server.server_port}"
        thread = Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        yield fake
        server.shutdown()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    fake: FakeGoogleServer

    def log_request(self, *_: Any, **__: Any) -> None:
        pass

    def do_POST(self) -> None:
        """Issue a token for an assertion that is signed with the key of the account."""
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        claims = jwt.decode(
            form["assertion"][0],
            self.fake.private_key.public_key(),
            algorithms=["RS256"],
            audience="https://oauth2.googleapis.com/token",
        )
        if self.path != "/token" or claims["iss"] != EMAIL or self.fake.revoked:
            self._send_json(
                400, {"error": "invalid_grant", "error_description": "Invalid signature"}
            )
            return
        self.fake.tokens_issued += 1
        self._send_json(200, {"access_token": TOKEN, "expires_in": 3599, "token_type": "Bearer"})

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        match = re.fullmatch(r"/v4/spreadsheets/([\w-]+)", url.path)
        spreadsheet = self.fake.spreadsheets.get(match[1]) if match else None
        self.fake.reads[url.path] += 1
        if self.headers["Authorization"] != f"Bearer {TOKEN}":
            self._send_json(401, _error(401, "UNAUTHENTICATED"))
        elif self.fake.planned_faults:
            self._send_fault(self.fake.planned_faults.pop(0))
        elif spreadsheet is None:
            self._send_json(404, _error(404, "Requested entity was not found."))
        else:
            mask = parse_qs(url.query)["fields"][0]
            self._send_json(200, apply_mask(spreadsheet, parse_mask(mask)))

    def _send_fault(self, planned_fault: PlannedFault) -> None:
        if isinstance(planned_fault.fault, HTTPStatus):
            status = planned_fault.fault
            self._send_json(
                status, planned_fault.body or _error(status, status.phrase), planned_fault.headers
            )
        elif planned_fault.fault == "broken":
            self._send(200, b'{"sheets": [{"prop')
        elif planned_fault.fault == "cut":
            self._send(200, b'{"sheets": []}', {"Content-Length": "100000"})
        elif planned_fault.fault == "huge":
            self._send(200, gzip.compress(b" " * 3_000_000), {"Content-Encoding": "gzip"})
        else:
            self._send(200, b"", {"Content-Length": "100000"})
            self._trickle()

    def _trickle(self) -> None:
        with suppress(OSError):
            for _ in range(200):
                self.wfile.write(b" ")
                time.sleep(0.05)

    def _send_json(self, status: int, body: Any, headers: dict[str, str] | None = None) -> None:
        self._send(status, json.dumps(body).encode(), headers)

    def _send(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        fields = {"Content-Type": "application/json", "Content-Length": str(len(body))}
        for name, value in (fields | (headers or {})).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


def _error(status: int, message: str) -> dict[str, Any]:
    return {"error": {"code": status, "message": message, "status": "X"}}


Mask = dict[str, "Mask"]


def parse_mask(mask: str) -> Mask:
    """Parse a field mask such as `a(b,c/d)`."""
    fields: Mask = {}
    tree = [fields]
    at = fields
    for token in re.findall(r"[A-Za-z]+|[(),/]", mask):
        if token == "(":
            tree.append(at)
        elif token == ")":
            at = tree.pop()
        elif token == ",":
            at = tree[-1]
        elif token != "/":
            at = at.setdefault(token, {})
    return fields


def apply_mask(value: Any, mask: Mask) -> Any:
    """Return the fields of a mask; a field without subfields is returned completely."""
    if isinstance(value, list):
        return [apply_mask(each, mask) for each in cast("list[Any]", value)]
    if not mask or not isinstance(value, dict):
        return value
    return {name: apply_mask(value[name], inner) for name, inner in mask.items() if name in value}
