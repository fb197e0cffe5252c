"""The running system, tested against its OpenAPI document with valid and invalid data."""

import os
import subprocess
import sys
from pathlib import Path

from e2e.api_client import log_in
from running_system import ENVIRONMENT, System

CONFIG = Path(__file__).with_name("schemathesis.toml")
EXAMPLES = os.environ.get("SCHEMATHESIS_EXAMPLES", "5")
# Schemathesis runs no code of Pricebook; measuring its coverage would double the time.
WITHOUT_COVERAGE = {name: value for name, value in ENVIRONMENT.items() if "COVERAGE" not in name}
SEED = os.environ.get("SCHEMATHESIS_SEED", "1")


def test_every_operation_conforms_to_the_openapi_document(system: System) -> None:
    token = log_in(system, system.up(), "admin")
    url = f"http://127.0.0.1:{system.port}/docs/json"
    command = [str(Path(sys.executable).parent / "schemathesis"), "--config-file", str(CONFIG)]
    done = subprocess.run(
        [*command, "run", url, "--max-examples", EXAMPLES, "--seed", SEED],
        cwd=system.folder,
        env={**WITHOUT_COVERAGE, "TOKEN": token},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
