"""Spans of requests by OpenTelemetry, which is imported only where a collector is configured."""

# ruff: noqa: PLC0415

import asyncio
import os
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, cast

from litestar import Litestar

from pricebook import __version__
from pricebook.errors import SettingsError
from pricebook.http.asgi import AsgiApp
from pricebook.http.request_state import request_state
from pricebook.http.routing import FindRoute, method_label

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Span

TRACES_PATH = "/v1/traces"
PACKAGES = ("sdk", "exporter", "instrumentation")
PROBE_ROUTES = {"/live", "/ready", "/metrics"}
# The header fields that a span contains. A query string may contain a secret, so it is omitted.
SPAN_FIELDS = {b"traceparent", b"tracestate", b"host", b"user-agent"}
MAX_PATH_LENGTH = 500
REQUEST_SCOPE = "pricebook.request"


def add_tracing(app: Litestar, find_route: FindRoute, endpoint: str) -> None:
    """Put OpenTelemetry's ASGI middleware around an application; spans are sent to `endpoint`.

    A span is named by method and route, and continues the trace of `traceparent`. The application
    receives the span's own `traceparent`. Requests to PROBE_ROUTES have no span.
    """
    provider = create_tracer_provider(endpoint)
    app.asgi_handler = cast("Any", trace_requests(app.asgi_handler, find_route, provider))

    async def send_remaining_spans() -> None:
        await asyncio.to_thread(provider.shutdown)

    app.on_shutdown.append(send_remaining_spans)


def trace_requests(app: AsgiApp, find_route: FindRoute, provider: "TracerProvider") -> AsgiApp:
    """Return an application that makes a span of each request and sends it to `app`."""
    # The names of attributes of the stable conventions, unless the environment has others.
    os.environ.setdefault("OTEL_SEMCONV_STABILITY_OPT_IN", "http")
    from opentelemetry.instrumentation.asgi import (  # pyright: ignore[reportMissingImports]
        OpenTelemetryMiddleware,  # pyright: ignore[reportUnknownVariableType]
    )

    def span_details(scope: Any) -> tuple[str, dict[str, str]]:
        route = find_route(scope["path"])
        return f"{method_label(scope['method'])} {route}", {"http.route": route}

    async def call_app(span_scope: Any, receive: Any, send: Any) -> None:
        await app(span_scope[REQUEST_SCOPE], receive, send)

    middleware = cast("Any", OpenTelemetryMiddleware)(
        call_app,
        default_span_details=span_details,
        server_request_hook=_set_traceparent,
        tracer_provider=provider,
        exclude_spans=["receive", "send"],
    )

    async def trace(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http" or find_route(scope["path"]) in PROBE_ROUTES:
            await app(scope, receive, send)
            return
        request_state(scope).bypass_raw_cache()
        await middleware(_span_scope(scope), receive, send)

    return trace


def _span_scope(scope: Any) -> dict[str, Any]:
    """Return the part of a request that may enter its span, with the whole request beside it."""
    return {
        **{name: scope[name] for name in ("type", "http_version", "scheme", "server", "client")},
        "method": scope["method"],
        "path": scope["path"][:MAX_PATH_LENGTH],
        "query_string": b"",
        "headers": [
            (name, value)
            for name, value in scope["headers"]
            if name in SPAN_FIELDS and value.isascii()
        ],
        REQUEST_SCOPE: scope,
    }


def _set_traceparent(span: "Span", span_scope: Any) -> None:
    """Replace the request's `traceparent` with that of its span, which log lines then name."""
    context, scope = span.get_span_context(), span_scope[REQUEST_SCOPE]
    traceparent = f"00-{context.trace_id:032x}-{context.span_id:016x}-{context.trace_flags:02x}"
    others = [each for each in scope["headers"] if each[0] != b"traceparent"]
    scope["headers"] = [*others, (b"traceparent", traceparent.encode())]


def require_tracing() -> None:
    """Raise SettingsError unless the packages of the extra `otel` are installed."""
    if find_spec("opentelemetry") is None or None in map(
        find_spec, [f"opentelemetry.{each}" for each in PACKAGES]
    ):
        raise SettingsError(
            "OTEL_EXPORTER_OTLP_ENDPOINT needs OpenTelemetry: `pip install 'pricebook[otel]'`."
        )


def create_tracer_provider(endpoint: str) -> "TracerProvider":
    """Return a provider that sends spans in batches, from a thread, to an OTLP collector."""
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    resource_attributes = {"service.name": "pricebook", "service.version": __version__}
    provider = TracerProvider(resource=Resource.create(resource_attributes), shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint + TRACES_PATH)))
    return provider
