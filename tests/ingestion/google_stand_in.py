"""A stand-in for Google: the token endpoint and the Sheets API, over HTTP on this machine.

It answers what the API would (the fields of the mask and no others) and misbehaves on order.
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
TOKEN = "ya29.stand-in"


class Shown(NamedTuple):
    """A number, how its sheet shows it, and the kind of its format."""

    number: float
    text: str
    kind: str = "NUMBER"


Value = str | float | Shown | None
Misdeed = HTTPStatus | str


class Order(NamedTuple):
    """What to do wrong at the next read: a status, or `cut`, `slow`, `huge`, `broken`."""

    misdeed: Misdeed
    headers: dict[str, str] | None = None
    body: dict[str, Any] | None = None


class GoogleStandIn:
    """The spreadsheets that it has, what it was asked, and what it is to do wrong."""

    def __init__(self) -> None:
        self.spreadsheets: dict[str, dict[str, Any]] = {}
        self.reads: Counter[str] = Counter()
        self.tokens_given = 0
        self.revoked = False
        self.orders: list[Order] = []
        self.private_key = rsa.generate_private_key(65537, 2048)
        self.api = ""

    def reset(self) -> None:
        self.spreadsheets.clear()
        self.reads.clear()
        self.orders.clear()
        self.tokens_given, self.revoked = 0, False

    def misbehave(self, misdeed: Misdeed, times: int = 1, **more: Any) -> None:
        self.orders += [Order(misdeed, **more)] * times

    def put(self, spreadsheet_id: str, *sheets: dict[str, Any]) -> str:
        """Keep a spreadsheet; answer its address."""
        self.spreadsheets[spreadsheet_id] = {
            "spreadsheetId": spreadsheet_id,
            "properties": {"title": "Prices", "locale": "de_DE"},
            "sheets": list(sheets),
        }
        return f"https://docs.google.com/spreadsheets/d/{spreadsheet_id}/edit"

    def write_key(self, path: Path) -> Path:
        """Write the key file of the service account that may read all of it."""
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
    """Make a sheet as the API tells it; `merges` and properties such as `hidden` may be added."""
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
    if isinstance(value, Shown):
        number_format = {"type": value.kind, "pattern": "x"}
        return {
            "effectiveValue": {"numberValue": value.number},
            "formattedValue": value.text,
            "effectiveFormat": {"numberFormat": number_format, "wrapStrategy": "CLIP"},
        }
    return {"effectiveValue": {"numberValue": value}, "formattedValue": f"{value:g}"}


@contextmanager
def google_stand_in() -> Generator[GoogleStandIn]:
    """Run the stand-in; processes of their own can reach it too."""
    stand_in = GoogleStandIn()
    handler = type("Handler", (_Handler,), {"stand_in": stand_in})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        stand_in.api = f"http://127.0.0.1:{server.server_port}"
        thread = Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        yield stand_in
        server.shutdown()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    stand_in: GoogleStandIn

    def log_request(self, *_: Any, **__: Any) -> None:
        pass

    def do_POST(self) -> None:
        """Give a token for an assertion that the account's key has signed."""
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        claims = jwt.decode(
            form["assertion"][0],
            self.stand_in.private_key.public_key(),
            algorithms=["RS256"],
            audience="https://oauth2.googleapis.com/token",
        )
        if self.path != "/token" or claims["iss"] != EMAIL or self.stand_in.revoked:
            self._answer(400, {"error": "invalid_grant", "error_description": "Invalid signature"})
            return
        self.stand_in.tokens_given += 1
        self._answer(200, {"access_token": TOKEN, "expires_in": 3599, "token_type": "Bearer"})

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        found = re.fullmatch(r"/v4/spreadsheets/([\w-]+)", url.path)
        spreadsheet = self.stand_in.spreadsheets.get(found[1]) if found else None
        self.stand_in.reads[url.path] += 1
        if self.headers["Authorization"] != f"Bearer {TOKEN}":
            self._answer(401, _error(401, "UNAUTHENTICATED"))
        elif self.stand_in.orders:
            self._misbehave(self.stand_in.orders.pop(0))
        elif spreadsheet is None:
            self._answer(404, _error(404, "Requested entity was not found."))
        else:
            mask = parse_qs(url.query)["fields"][0]
            self._answer(200, masked(spreadsheet, fields_of(mask)))

    def _misbehave(self, order: Order) -> None:
        if isinstance(order.misdeed, HTTPStatus):
            status = order.misdeed
            self._answer(status, order.body or _error(status, status.phrase), order.headers)
        elif order.misdeed == "broken":
            self._send(200, b'{"sheets": [{"prop')
        elif order.misdeed == "cut":
            self._send(200, b'{"sheets": []}', {"Content-Length": "100000"})
        elif order.misdeed == "huge":
            self._send(200, gzip.compress(b" " * 3_000_000), {"Content-Encoding": "gzip"})
        else:
            self._send(200, b"", {"Content-Length": "100000"})
            self._trickle()

    def _trickle(self) -> None:
        with suppress(OSError):
            for _ in range(200):
                self.wfile.write(b" ")
                time.sleep(0.05)

    def _answer(self, status: int, body: Any, headers: dict[str, str] | None = None) -> None:
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


def fields_of(mask: str) -> Mask:
    """Read `a(b,c/d)` as the API does."""
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


def masked(value: Any, mask: Mask) -> Any:
    """Leave the fields of a mask; a field without fields of its own is left whole."""
    if isinstance(value, list):
        return [masked(each, mask) for each in cast("list[Any]", value)]
    if not mask or not isinstance(value, dict):
        return value
    return {name: masked(value[name], inner) for name, inner in mask.items() if name in value}
