"""Price lists that are uploaded to be previewed, read by a worker, and applied."""

from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import anyio
import pytest

from pricebook.auth.schemas import Caller
from pricebook.db.database import Database
from pricebook.db.resources import Resources
from pricebook.imports import preview_service
from pricebook.imports.preview_changes import PreviewState
from pricebook.imports.preview_schemas import Preview, PreviewResult
from pricebook.imports.service import SubmissionContext
from pricebook.services import open_redis, submission_context_for
from pricebook.settings import Settings
from pricebook.tasks.schemas import Requester
from worker_fixtures import WAIT_TIMEOUT_SECONDS

LIST = "Article code,Name,Price\nA-1,Hammer,12.50\nA-2,Saw,7\nA-3,Nail,\n"
CALLER = Caller(uuid4(), "buyer", "procurement")


class Previews:
    """Uploads price lists to be previewed, waits for them and applies them."""

    def __init__(self, database: Database, context: SubmissionContext) -> None:
        self.database, self.context = database, context

    async def upload(self, supplier_id: UUID, text: str | bytes = LIST) -> UUID:
        async with self.context.storage.receive_upload(CALLER.id) as received:
            await received.write(text if isinstance(text, bytes) else text.encode())
            return await preview_service.preview_upload(
                self.context, CALLER, supplier_id, received, "list.csv"
            )

    async def state(self, preview_id: UUID) -> PreviewState:
        return await preview_service.get_state(self.database, preview_id)

    async def read(self, preview_id: UUID) -> tuple[Preview, PreviewResult]:
        """Wait until a preview was read; return it and its result."""
        with anyio.fail_after(WAIT_TIMEOUT_SECONDS):
            while True:
                state = await self.state(preview_id)
                if state.preview.state in {"ready", "refused"}:
                    assert state.result is not None
                    return state.preview, state.result
                await anyio.sleep(0.02)

    async def wait_for_stage(self, preview_id: UUID, stage: str) -> None:
        with anyio.fail_after(WAIT_TIMEOUT_SECONDS):
            while True:
                if (await self.state(preview_id)).preview.stage == stage:
                    return
                await anyio.sleep(0.02)

    async def apply(self, preview: Preview, *, may_hold: bool = True) -> UUID | None:
        """Apply a preview as it was compared; return the id of its task."""
        requester = Requester(CALLER.id, CALLER.username)
        await preview_service.apply(
            *(self.context, requester, preview.id, preview.compared_at),
            beyond_thresholds="hold" if may_hold else "apply",
        )
        return (await self.state(preview.id)).preview.task_id


@pytest.fixture
async def previews(settings: Settings, database: Database) -> AsyncIterator[Previews]:
    async with open_redis(settings) as redis:
        resources = Resources(settings, database, "")
        yield Previews(database, submission_context_for(resources, redis))
