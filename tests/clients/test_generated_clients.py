"""Clients generated from the OpenAPI document run one scenario per role on a served API."""

import asyncio
import os
import shutil
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

import builders
from pricebook.api.application import create_app
from pricebook.auth.passwords import hash_password
from pricebook.auth.schemas import Role
from pricebook.db.database import Connection
from pricebook.http.openapi_document import build_document
from pricebook.settings import Settings
from served_here import served_here
from worker_fixtures import RunningWorker

FOLDER = Path(__file__).parent
PASSWORD = "a-password-of-this-test"
ROLES: tuple[Role, ...] = ("sales", "procurement", "admin")
TIMEOUT_SECONDS = 300


@pytest.fixture
async def base_url(
    settings: Settings, conn: Connection, running_worker: RunningWorker
) -> AsyncIterator[str]:
    """Run an API and a worker with a user of each role; yield the base URL."""
    for role in ROLES:
        await builders.user(conn, role, role, hash_password(PASSWORD, 4))
    async with running_worker(), served_here(create_app(settings), settings) as port:
        yield f"http://127.0.0.1:{port}"


def write_document(folder: Path) -> Path:
    path = folder / "openapi.json"
    path.write_bytes(msgspec.json.encode(build_document(create_app(Settings()))))
    return path


async def run(*command: str, folder: Path) -> str:
    """Run a command to its end and return its output; it must succeed."""
    process = await asyncio.create_subprocess_exec(
        *command,
        cwd=folder,
        env=os.environ | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        async with asyncio.timeout(TIMEOUT_SECONDS):
            output, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode == 0, output.decode()
    return output.decode()


@pytest.mark.skipif(shutil.which("npm") is None, reason="npm is not installed")
async def test_typescript_client_runs_a_story_per_role(base_url: str, tmp_path: Path) -> None:
    folder = tmp_path / "typescript"
    shutil.copytree(FOLDER / "typescript", folder)
    write_document(folder)
    await run("npm", "ci", "--silent", "--no-audit", "--no-fund", folder=folder)
    await run("node", "generate.mjs", folder=folder)
    await run("npx", "tsc", folder=folder)
    output = await run("node", "built/stories.js", base_url, PASSWORD, folder=folder)
    assert output.split() == ["adminStory", "procurementStory", "salesStory", "publicStory"]


async def test_python_client_runs_a_story_per_role(base_url: str, tmp_path: Path) -> None:
    document = write_document(tmp_path)
    await run(
        "openapi-python-client",
        "generate",
        f"--path={document}",
        "--meta=none",
        "--fail-on-warning",
        f"--config={FOLDER / 'python/generator.yaml'}",
        "--output-path=pricebook_client",
        folder=tmp_path,
    )
    shutil.copy(FOLDER / "python/stories.py", tmp_path)
    output = await run(sys.executable, "stories.py", base_url, PASSWORD, folder=tmp_path)
    assert output.split() == ["admin_story", "procurement_story", "sales_story", "public_story"]
