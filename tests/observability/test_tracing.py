"""Spans reach a collector, and nothing of it is loaded where there is none."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from pricebook.settings import Settings
from served_api import ApiProcess

TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT_ID = "00f067aa0ba902b7"


class Collector(ThreadingHTTPServer):
    """Keeps the spans that it is sent."""

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


def test_each_request_is_a_span_in_the_trace_of_its_caller(
    tmp_path: Path, settings: Settings, collector: Collector
) -> None:
    address = f"http://127.0.0.1:{collector.server_port}"
    served = ApiProcess(tmp_path, settings, OTEL_EXPORTER_OTLP_ENDPOINT=address)
    traced = {"traceparent": f"00-{TRACE_ID}-{PARENT_ID}-01"}
    served.client.get("/api/v1/catalog?search=bolt", headers=traced)
    served.client.get("/nowhere")
    lines = served.lines()
    spans = {span.name: span for span in collector.spans}
    catalog, nowhere = spans["GET /api/v1/catalog"], spans["GET unknown"]
    assert (catalog.trace_id.hex(), catalog.parent_span_id.hex()) == (TRACE_ID, PARENT_ID)
    attributes = {each.key: each.value for each in catalog.attributes}
    assert attributes["http.route"].string_value == "/api/v1/catalog"
    assert attributes["http.response.status_code"].int_value == 200
    assert "bolt" not in str(catalog)
    assert [line["trace_id"] for line in lines] == [TRACE_ID, nowhere.trace_id.hex()]


def test_nothing_is_loaded_without_a_collector() -> None:
    # Litestar looks for names of attributes, if they are installed; that is no tracing.
    code = (
        "import sys; from pricebook.api.application import create_app;"
        "from pricebook.settings import Settings;"
        "create_app(Settings()); print('\\n'.join(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = {name for name in done.stdout.splitlines() if name.startswith("opentelemetry.")}
    assert {name.split(".")[1] for name in loaded} <= {"semconv"}
