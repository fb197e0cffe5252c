"""The running system against its OpenAPI document, by data that fits it and data that does not."""

import os
import re
import subprocess
import sys
from pathlib import Path

import httpx

from running_system import ENVIRONMENT, System

CONFIG = Path(__file__).with_name("schemathesis.toml")
EXAMPLES = os.environ.get("SCHEMATHESIS_EXAMPLES", "5")
# Schemathesis runs none of our code: to measure its own would double its time.
UNMEASURED = {name: value for name, value in ENVIRONMENT.items() if "COVERAGE" not in name}
SEED = os.environ.get("SCHEMATHESIS_SEED", "1")


def test_every_operation_keeps_what_the_document_promises(system: System) -> None:
    printed = "\n".join(system.up())
    (password,) = re.findall(r"^user admin password (\S+)$", printed, re.MULTILINE)
    address = f"http://127.0.0.1:{system.port}"
    login = httpx.post(
        f"{address}/api/v1/auth/login", json={"username": "admin", "password": password}
    )
    command = [str(Path(sys.executable).parent / "schemathesis"), "--config-file", str(CONFIG)]
    done = subprocess.run(
        [*command, "run", f"{address}/docs/json", "--max-examples", EXAMPLES, "--seed", SEED],
        cwd=system.folder,
        env={**UNMEASURED, "TOKEN": login.json()["token"]},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
