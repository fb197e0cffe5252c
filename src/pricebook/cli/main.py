"""The entry point of the command line: runs a command and turns errors into exit codes."""

import signal
import sys
from types import FrameType

from cyclopts import App, CycloptsError

from pricebook import __version__
from pricebook.cli import (
    audit_command,
    database_commands,
    doctor,
    event_command,
    import_command,
    inspect_command,
    key_commands,
    match_commands,
    notice_commands,
    output,
    price_commands,
    pricing_rule_commands,
    process_commands,
    product_batch_commands,
    product_commands,
    quarantine_commands,
    rate_commands,
    supplier_commands,
    task_commands,
    up,
    user_commands,
    webhook_commands,
)
from pricebook.cli.option_names import describe_error
from pricebook.cli.server_defaults import user_of_command
from pricebook.db.actor import Actor, set_actor
from pricebook.errors import PricebookError, PriceListError, ValidationError

EXIT_FAILURE = 1
EXIT_USAGE_ERROR = 2
EXIT_INTERRUPTED = 130
EXIT_TERMINATED = 143

app = App(
    name="pricebook",
    help="Import the price lists of many suppliers into one catalog.",
    version=__version__,
    exit_on_error=False,
    print_error=False,
)
app.command(user_commands.app)
app.command(key_commands.app)
app.command(notice_commands.app)
app.command(supplier_commands.app)
app.command(product_commands.app)
product_batch_commands.register(product_commands.app)
app.command(product_batch_commands.app)
app.command(pricing_rule_commands.app)
app.command(task_commands.app)
app.command(quarantine_commands.app)
app.command(match_commands.app)
app.command(price_commands.app)
app.command(rate_commands.app)
app.command(audit_command.list_audit, name="audit")
app.command(event_command.list_events, name="events")
app.command(webhook_commands.app)
app.command(doctor.doctor)
app.command(import_command.import_list, name="import")
app.command(inspect_command.inspect_lists, name="inspect")
app.command(up.up)
process_commands.register(app)
database_commands.register(app)


def main() -> None:
    """Run the command; an error is one sentence on stderr and exit code 1, 2 for wrong usage."""
    signal.signal(signal.SIGTERM, _exit_on_sigterm)
    set_actor(Actor("command", user_of_command()))
    try:
        app()
    except CycloptsError as error:
        output.print_error(f"{error} See `pricebook --help`.")
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
