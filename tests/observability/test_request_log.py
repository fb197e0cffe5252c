"""The log line of each request, as real processes write it."""

import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

import httpx
import msgspec
import pytest

from pricebook.http.routing import UNKNOWN_ROUTE, make_route_finder
from pricebook.observability.request_log import request_and_trace_ids, request_id_generator
from pricebook.settings import Settings
from served_api import ApiProcess

TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736"
TRACEPARENT = f"00-{TRACE_ID}-00f067aa0ba902b7-01"
SECRETS = ("hunter2hunter2", "eyJhbGciOi", "s3cr3t")


@pytest.fixture
def served(tmp_path: Path, settings: Settings) -> Iterator[ApiProcess]:
    served = ApiProcess(tmp_path, settings)
    yield served
    served.stop()


def test_each_request_has_one_log_line_with_the_id_of_its_response(served: ApiProcess) -> None:
    product = uuid4()
    requests = {
        "/api/v1/catalog?search=bolt": ("GET", "/api/v1/catalog", 200),
        f"/api/v1/catalog/{product}": ("GET", "/api/v1/catalog/{product_id}", 404),
        "/nowhere?token=s3cr3t": ("GET", "unknown", 404),
        "/api/v1/categories/": ("PUT", "/api/v1/categories", 405),
        "/health": ("PROPFIND", "/health", 405),
    }
    ids = {
        path: served.client.request(method, path).headers["x-request-id"]
        for path, (method, _, _) in requests.items()
    }
    lines = {line["request_id"]: line for line in served.lines()}
    assert lines.keys() == set(ids.values())
    for path, (method, route, status) in requests.items():
        line = lines[ids[path]]
        assert line["path"] == path.partition("?")[0]
        assert (line["route"], line["status"]) == (route, status)
        assert line["method"] == ("OTHER" if method == "PROPFIND" else method)
        assert line["client"] == "127.0.0.1"
        assert line["level"] == "info"
        assert line["duration_ms"] > 0
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z", line["time"])


def test_cached_response_has_the_same_log_line(served: ApiProcess) -> None:
    responses = [served.client.get("/api/v1/catalog?page=1") for _ in range(5)]
    tag = {"If-None-Match": responses[0].headers["etag"]}
    responses.append(served.client.get("/api/v1/catalog?page=1", headers=tag))
    lines = served.lines()
    assert [line["request_id"] for line in lines] == [
        response.headers["x-request-id"] for response in responses
    ]
    assert {line["route"] for line in lines} == {"/api/v1/catalog"}
    assert [line["status"] for line in lines] == [200] * 5 + [304]
    assert [line["bytes"] for line in lines] == [len(responses[0].content)] * 5 + [0]


def test_concurrent_requests_have_their_own_ids(served: ApiProcess) -> None:
    def send_request(number: int) -> tuple[str, str]:
        path = f"/api/v1/catalog?limit={number}x"
        response = served.client.get(path, headers={"X-Request-ID": f"mine-{number}"})
        return response.headers["x-request-id"], response.json()["request_id"]

    with ThreadPoolExecutor(16) as threads:
        id_pairs = list(threads.map(send_request, range(200)))
    assert id_pairs == [(f"mine-{number}", f"mine-{number}") for number in range(200)]
    assert {line["request_id"] for line in served.lines()} == {each for each, _ in id_pairs}


def test_no_secret_is_in_any_line(served: ApiProcess) -> None:
    login = {"username": "nobody", "password": SECRETS[0]}
    token = f"Bearer {SECRETS[1]}"
    served.client.post("/api/v1/auth/login", json=login)
    served.client.post("/api/v1/auth/login", json=login | {"password": 17, SECRETS[2]: 1})
    served.client.post("/api/v1/auth/login", content=b"{" + SECRETS[0].encode())
    served.client.get("/api/v1/admin/products", headers={"Authorization": token})
    served.client.get("/api/v1/admin/products", headers={"Authorization": token[7:]})
    served.client.get(f"/api/v1/admin/products?token={SECRETS[2]}&x={SECRETS[1]}")
    served.client.get(f"/api/v1/catalog?access_token={SECRETS[1]}")
    served.client.get("/live", headers={"Cookie": SECRETS[2], "X-Request-ID": f"? {SECRETS[2]}"})
    text = served.stop()
    assert text.count('"event":"request"') >= 8
    assert [secret for secret in SECRETS if secret in text] == []


@pytest.mark.parametrize(
    ("log_settings", "paths"),
    [
        ({"LOG_LEVEL": "warning"}, []),
        ({"LOG_REQUESTS": "false"}, []),
        ({"LOG_LEVEL": "debug"}, ["/nowhere"]),
    ],
)
def test_settings_turn_request_lines_off(
    tmp_path: Path, settings: Settings, log_settings: dict[str, str], paths: list[str]
) -> None:
    served = ApiProcess(tmp_path, settings, **log_settings)
    served.client.get("/nowhere")
    assert [line["path"] for line in served.lines()] == paths


def test_text_format_of_a_request(tmp_path: Path, settings: Settings) -> None:
    served = ApiProcess(tmp_path, settings, LOG_FORMAT="text")
    name = served.client.get("/nowhere?a=1").headers["x-request-id"]
    lines = served.stop().splitlines()
    assert re.fullmatch(rf"\d\d:\d\d:\d\d 404 GET /nowhere [\d.]+ ms {name}", lines[-1])


def test_all_lines_of_a_request_have_its_id_in_every_process(
    tmp_path: Path, settings: Settings
) -> None:
    broken = msgspec.structs.replace(settings, redis_url="redis://127.0.0.1:1/0")
    served = ApiProcess(tmp_path, broken, WORKERS="2")
    names = [f"try-{number}" for number in range(20)]
    for name in names:
        with httpx.Client(base_url=served.client.base_url) as client:
            login = {"username": "nobody", "password": "long enough"}
            client.post("/api/v1/auth/login", json=login, headers={"X-Request-ID": name})
    lines = [json.loads(line) for line in served.stop().splitlines()]
    assert {line["request_id"] for line in lines if line.get("path") != "/live"} == set(names)
    assert any(line["level"] == "warning" for line in lines)
    assert all(list(line)[:3] == ["time", "level", "event"] for line in lines)


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"x-request-id": "a.B_c-9"}, ("a.B_c-9", None)),
        ({"traceparent": TRACEPARENT}, (TRACE_ID, TRACE_ID)),
        ({"x-request-id": "mine", "traceparent": TRACEPARENT}, ("mine", TRACE_ID)),
        ({"x-request-id": "x" * 100}, ("x" * 100, None)),
    ],
)
def test_valid_client_ids_are_used(
    headers: dict[str, str], expected: tuple[str, str | None]
) -> None:
    encoded = {name.encode(): value.encode() for name, value in headers.items()}
    assert request_and_trace_ids(encoded) == expected


@pytest.mark.parametrize(
    "header",
    [
        ("x-request-id", "x" * 101),
        ("x-request-id", ""),
        ("x-request-id", 'a"b'),
        ("x-request-id", "a\nb"),
        ("x-request-id", "ä"),
        ("traceparent", TRACEPARENT.upper()),
        ("traceparent", f"ff{TRACEPARENT[2:]}"),
        ("traceparent", TRACEPARENT.replace(TRACE_ID, "0" * 32)),
        ("traceparent", TRACEPARENT.replace("00f067aa0ba902b7", "0" * 16)),
        ("traceparent", TRACEPARENT + "0"),
    ],
)
def test_invalid_client_ids_are_ignored(header: tuple[str, str]) -> None:
    name, value = header
    assert request_and_trace_ids({name.encode(): value.encode()}) == (None, None)


def test_generated_ids_are_unique() -> None:
    new_id = request_id_generator()
    made = [new_id() for _ in range(3)]
    assert len(set(made)) == 3
    assert all(re.fullmatch("[0-9a-f]{32}", each) for each in made)


def test_route_finder_returns_the_template() -> None:
    find_route = make_route_finder(["/a/{b}", "/a/export", "/", "/a/{b}/c"])
    assert find_route("/a/export/") == "/a/export"
    assert find_route("/a/7") == "/a/{b}"
    assert find_route("/a/7/c") == "/a/{b}/c"
    assert find_route("/") == "/"
    assert find_route("/a/7/d") == UNKNOWN_ROUTE
