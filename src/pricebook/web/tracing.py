"""Spans of requests for OpenTelemetry, which is loaded only where somebody collects them."""

# ruff: noqa: PLC0415

import asyncio
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from pricebook import __version__
from pricebook.errors import SettingsError
from pricebook.web.repeat import not_again
from pricebook.web.request_line import FAILED
from pricebook.web.routing import AsgiApp, RouteOf, known

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider

PATH = "/v1/traces"


class Tracing:
    """Makes a span of each request, in the trace of those who called if they have one.

    What comes after it finds the span in the request's `traceparent`.
    """

    def __init__(self, app: AsgiApp, route_of: RouteOf, provider: "TracerProvider") -> None:
        from opentelemetry.trace import SpanKind, StatusCode
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        self._app = app
        self._provider = provider
        self._route_of = route_of
        self._tracer = provider.get_tracer("pricebook", __version__)
        self._propagator = TraceContextTextMapPropagator()
        self._kind = SpanKind.SERVER
        self._error = StatusCode.ERROR

    async def close(self) -> None:
        """Send what is left."""
        await asyncio.to_thread(self._provider.shutdown)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Let the application answer one request."""
        not_again(scope)
        method, route, status = known(scope["method"]), self._route_of(scope["path"]), FAILED

        def watched(message: Any) -> Any:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            return send(message)

        given = {
            name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]
        }
        with self._tracer.start_as_current_span(
            f"{method} {route}",
            context=self._propagator.extract(given),
            kind=self._kind,
            attributes={"http.request.method": method, "http.route": route},
        ) as span:
            own: dict[str, str] = {}
            self._propagator.inject(own)
            others = [each for each in scope["headers"] if each[0] != b"traceparent"]
            scope["headers"] = [*others, (b"traceparent", own["traceparent"].encode())]
            await self._app(scope, receive, watched)
            span.set_attribute("http.response.status_code", status)
            if status >= FAILED:
                span.set_status(self._error)


def require_tracing() -> None:
    """Raise SettingsError unless OpenTelemetry is installed."""
    if find_spec("opentelemetry") is None or find_spec("opentelemetry.exporter") is None:
        raise SettingsError(
            "OTEL_EXPORTER_OTLP_ENDPOINT needs OpenTelemetry: `pip install 'pricebook[otel]'`."
        )


def open_provider(endpoint: str) -> "TracerProvider":
    """Make what sends spans to a collector, some at a time and on a thread of its own."""
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    about = {"service.name": "pricebook", "service.version": __version__}
    provider = TracerProvider(resource=Resource.create(about), shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint + PATH)))
    return provider
