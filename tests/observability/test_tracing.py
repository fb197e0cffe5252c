"""Spans of requests, as a collector receives them."""

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from pricebook.settings import Settings
from served_api import ApiProcess

TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT_ID = "00f067aa0ba902b7"


class Collector(ThreadingHTTPServer):
    """A collector that stores the spans it receives."""

    def __init__(self) -> None:
        self.spans: list[Span] = []
        super().__init__(("127.0.0.1", 0), CollectorHandler)


class CollectorHandler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        assert isinstance(self.server, Collector)
        assert self.path == "/v1/traces"
        sent = self.rfile.read(int(self.headers["Content-Length"]))
        for resource in ExportTraceServiceRequest.FromString(sent).resource_spans:
            for scope in resource.scope_spans:
                self.server.spans += scope.spans
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the name is given)
        pass


@pytest.fixture
def collector() -> Iterator[Collector]:
    with Collector() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def served(tmp_path: Path, settings: Settings, collector: Collector) -> Iterator[ApiProcess]:
    address = f"http://127.0.0.1:{collector.server_port}"
    served = ApiProcess(tmp_path, settings, OTEL_EXPORTER_OTLP_ENDPOINT=address)
    yield served
    served.stop()


def attributes(span: Span) -> dict[str, Any]:
    values = {each.key: each.value for each in span.attributes}
    return {key: value.string_value or value.int_value for key, value in values.items()}


def test_span_is_named_by_route_and_continues_the_trace_of_its_client(
    served: ApiProcess, collector: Collector
) -> None:
    traced = {"traceparent": f"00-{TRACE_ID}-{PARENT_ID}-01"}
    served.client.get("/api/v1/catalog?search=bolt", headers=traced)
    served.client.get("/nowhere")
    lines = served.lines()
    spans = {span.name: span for span in collector.spans}
    catalog, nowhere = spans["GET /api/v1/catalog"], spans["GET unknown"]
    assert catalog.kind == Span.SPAN_KIND_SERVER
    assert (catalog.trace_id.hex(), catalog.parent_span_id.hex()) == (TRACE_ID, PARENT_ID)
    assert attributes(catalog)["http.request.method"] == "GET"
    assert attributes(catalog)["http.route"] == "/api/v1/catalog"
    assert attributes(catalog)["http.response.status_code"] == 200
    assert attributes(nowhere)["http.response.status_code"] == 404
    assert "bolt" not in str(catalog)
    assert [line["trace_id"] for line in lines] == [TRACE_ID, nowhere.trace_id.hex()]


def test_failed_request_has_a_span_with_error_status(
    tmp_path: Path, settings: Settings, collector: Collector, drop_database: Callable[[str], None]
) -> None:
    address = f"http://127.0.0.1:{collector.server_port}"
    served = ApiProcess(tmp_path, settings, OTEL_EXPORTER_OTLP_ENDPOINT=address)
    assert settings.database_url
    drop_database(settings.database_url)
    assert served.client.get("/health").status_code == 503
    served.client.get("/nowhere")
    served.stop()
    statuses = {span.name: span.status.code for span in collector.spans}
    assert statuses["GET /health"] == Status.STATUS_CODE_ERROR
    assert statuses["GET unknown"] == Status.STATUS_CODE_UNSET


def test_probes_and_scrapes_have_no_span(served: ApiProcess, collector: Collector) -> None:
    for path in ("/live", "/ready", "/metrics"):
        assert served.client.get(path).status_code == 200
    served.client.get("/health")
    served.stop()
    assert [span.name for span in collector.spans] == ["GET /health"]


def test_malformed_fields_do_not_fail_a_traced_request(
    served: ApiProcess, collector: Collector
) -> None:
    fields = [(b"User-Agent", b"\xff\\x"), (b"traceparent", b"\xff"), (b"baggage", b"\xff=")]
    assert served.client.get("/nowhere", headers=fields).status_code == 404
    served.stop()
    assert [span.name for span in collector.spans] == ["GET unknown"]


def test_exporter_is_not_imported_without_a_collector() -> None:
    code = (
        "import sys; from pricebook.api.application import create_app;"
        "from pricebook.settings import Settings;"
        "create_app(Settings()); print('\\n'.join(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = {name for name in done.stdout.splitlines() if name.startswith("opentelemetry.")}
    # Litestar imports OpenTelemetry's API and middleware where they are installed.
    assert not {name.split(".")[1] for name in loaded} & {"sdk", "exporter"}
