"""The commands for the production processes, `serve` and `worker`, and `openapi`.

The API is imported inside the commands that need it: a worker does not.
"""

# ruff: noqa: PLC0415

import msgspec

from pricebook.cli import output
from pricebook.cli.server_defaults import load_settings, settings_with_servers
from pricebook.observability.logs import configure_logging
from pricebook.settings import Settings
from pricebook.worker import task_loop


def serve(*, port: int | None = None) -> None:
    """Run the API (production process).

    Args:
        port: The port to listen on; the default is PORT, or 8000.
    """
    from pricebook.api import application

    with settings_with_servers(load_settings(port, for_server=True)) as settings:
        application.serve(settings)


def run_worker() -> None:
    """Run a worker, which imports uploaded and synced price lists (production process).

    Any number of workers can run. Each imports up to WORKER_TASKS price lists at once.
    """
    with settings_with_servers(load_settings()) as settings:
        configure_logging(settings.log_level, settings.log_format or "json")
        task_loop.work(settings)


def print_openapi() -> None:
    """Print the OpenAPI document of the API as JSON."""
    from pricebook.api import application
    from pricebook.http.openapi_document import build_document

    document = build_document(application.create_app(Settings()))
    output.print_line(msgspec.json.format(msgspec.json.encode(document)).decode())
