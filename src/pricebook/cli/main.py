"""The entry point of the command line: runs a command and turns errors into exit codes."""

import signal
import sys
from collections.abc import Iterable
from types import FrameType
from typing import Any

from cyclopts import App, CycloptsError

from pricebook import __version__
from pricebook.cli import output
from pricebook.cli.command_user import user_of_command
from pricebook.cli.option_names import describe_error
from pricebook.cli.usage_errors import describe_usage_error
from pricebook.db.actor import Actor, set_actor
from pricebook.errors import PricebookError, PriceListError, ValidationError
from pricebook.system.ignored_exits import repeat_ignored_exits

EXIT_FAILURE = 1
EXIT_USAGE_ERROR = 2
EXIT_INTERRUPTED = 130
EXIT_TERMINATED = 143

# A command imports its module when it is called: the import of all takes a noticeable time.
COMMANDS = {
    "users": "user_commands:app",
    "keys": "key_commands:app",
    "notices": "notice_commands:app",
    "suppliers": "supplier_commands:app",
    "products": "product_commands:app",
    "batches": "product_batch_commands:app",
    "rules": "pricing_rule_commands:app",
    "tasks": "task_commands:app",
    "quarantine": "quarantine_commands:app",
    "matches": "match_commands:app",
    "prices": "price_commands:app",
    "rates": "rate_commands:app",
    "audit": "audit_command:list_audit",
    "events": "event_command:list_events",
    "webhooks": "webhook_commands:app",
    "doctor": "doctor:doctor",
    "import": "import_command:import_list",
    "inspect": "inspect_command:inspect_lists",
    "up": "up:up",
    "serve": "process_commands:serve",
    "worker": "process_commands:run_worker",
    "openapi": "process_commands:print_openapi",
    "migrate": "database_commands:migrate",
    "roles": "database_commands:print_roles",
    "schema": "database_commands:print_schema",
}


class DescribedApp(App):
    """An app whose help describes commands that are not imported yet."""

    def help_print(self, tokens: str | Iterable[str] | None = None, **options: Any) -> None:
        """Import the commands that the help lists, and print it."""
        self.parse_commands(tokens)[1][-1].resolved_commands()
        super().help_print(tokens, **options)


app = DescribedApp(
    name="pricebook",
    help="Import the price lists of many suppliers into one catalog.",
    version=__version__,
    exit_on_error=False,
    print_error=False,
)
for name, target in COMMANDS.items():
    app.command(f"pricebook.cli.{target}", name=name)


def main() -> None:
    """Run the command; an error is one sentence on stderr and exit code 1, 2 for wrong usage."""
    signal.signal(signal.SIGTERM, _exit_on_sigterm)
    repeat_ignored_exits()
    set_actor(Actor("command", user_of_command()))
    try:
        app()
    except CycloptsError as error:
        output.print_error(describe_usage_error(app, error))
        sys.exit(EXIT_USAGE_ERROR)
    except PriceListError as error:
        output.print_error("\n".join(error.sentences))
        sys.exit(EXIT_FAILURE)
    except ValidationError as error:
        output.print_error(describe_error(app, error))
        sys.exit(EXIT_FAILURE)
    except PricebookError as error:
        output.print_error(error.message)
        sys.exit(EXIT_FAILURE)
    except KeyboardInterrupt:
        sys.exit(EXIT_INTERRUPTED)
    except Exception as error:  # noqa: BLE001 (a bug: users get one line, not a traceback)
        output.print_bug_report(error)
        sys.exit(EXIT_FAILURE)


def _exit_on_sigterm(_signal: int, _frame: FrameType | None) -> None:
    """Raise SystemExit, so that temporary files are removed and child processes are stopped."""
    sys.exit(EXIT_TERMINATED)
