"""Spans of requests for OpenTelemetry, which is loaded only where somebody collects them."""

# ruff: noqa: PLC0415

import asyncio
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from pricebook import __version__
from pricebook.errors import SettingsError
from pricebook.http.cacheable_request import bypass_cache
from pricebook.http.routing import AsgiApp, FindRoute, method_label
from pricebook.observability.request_line import SERVER_ERROR

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider

TRACES_PATH = "/v1/traces"


class TracingMiddleware:
    """Makes a span of each request, in the trace of those who called if they have one.

    What comes after it finds the span in the request's `traceparent`.
    """

    def __init__(self, app: AsgiApp, find_route: FindRoute, provider: "TracerProvider") -> None:
        from opentelemetry.trace import SpanKind, StatusCode
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        self._app = app
        self._provider = provider
        self._find_route = find_route
        self._tracer = provider.get_tracer("pricebook", __version__)
        self._propagator = TraceContextTextMapPropagator()
        self._kind = SpanKind.SERVER
        self._error = StatusCode.ERROR

    async def close(self) -> None:
        """Send what is left."""
        await asyncio.to_thread(self._provider.shutdown)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Let the application answer one request."""
        bypass_cache(scope)
        method, route, status = (
            method_label(scope["method"]),
            self._find_route(scope["path"]),
            SERVER_ERROR,
        )

        def observed_send(message: Any) -> Any:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            return send(message)

        carrier = {
            name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]
        }
        with self._tracer.start_as_current_span(
            f"{method} {route}",
            context=self._propagator.extract(carrier),
            kind=self._kind,
            attributes={"http.request.method": method, "http.route": route},
        ) as span:
            injected: dict[str, str] = {}
            self._propagator.inject(injected)
            other_fields = [each for each in scope["headers"] if each[0] != b"traceparent"]
            scope["headers"] = [*other_fields, (b"traceparent", injected["traceparent"].encode())]
            await self._app(scope, receive, observed_send)
            span.set_attribute("http.response.status_code", status)
            if status >= SERVER_ERROR:
                span.set_status(self._error)


def require_tracing() -> None:
    """Raise SettingsError unless OpenTelemetry is installed."""
    if find_spec("opentelemetry") is None or find_spec("opentelemetry.exporter") is None:
        raise SettingsError(
            "OTEL_EXPORTER_OTLP_ENDPOINT needs OpenTelemetry: `pip install 'pricebook[otel]'`."
        )


def create_tracer_provider(endpoint: str) -> "TracerProvider":
    """Make what sends spans to a collector, some at a time and on a thread of its own."""
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    resource_attributes = {"service.name": "pricebook", "service.version": __version__}
    provider = TracerProvider(resource=Resource.create(resource_attributes), shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint + TRACES_PATH)))
    return provider
