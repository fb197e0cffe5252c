"""A preview beyond the thresholds that is applied all the same: its task keeps who and why."""

import pytest

import builders
from preview_fixtures import CALLER, Previews
from pricebook.db.database import Connection
from pricebook.errors import ConflictError
from pricebook.imports import preview_service
from pricebook.tasks.schemas import Requester
from worker_fixtures import RunningWorker, WaitForEnd

HEADER = "Article code,Name,Price\n"
LIST = HEADER + "".join(f"A-{n},Hammer {n},{n}.50\n" for n in range(1, 20))
TRIPLED = HEADER + "".join(f"A-{n},Hammer {n},{n * 3 + 1.5}\n" for n in range(1, 20))


async def test_task_keeps_who_confirmed_it_and_the_reasons(
    conn: Connection, previews: Previews, running_worker: RunningWorker, wait_for_end: WaitForEnd
) -> None:
    supplier_id = await builders.supplier(conn)
    async with running_worker():
        first, _ = await previews.read(await previews.upload(supplier_id, LIST))
        task_id = await previews.apply(first, may_hold=False)
        assert task_id is not None
        assert (await wait_for_end(task_id, "succeeded")).decided_at is None
        preview, result = await previews.read(await previews.upload(supplier_id, TRIPLED))
        assert len(result.reasons) == 2
        requester = Requester(CALLER.id, CALLER.username)
        with pytest.raises(ConflictError, match="exceeds safety thresholds"):
            await preview_service.apply(
                *(previews.context, requester, preview.id, preview.compared_at),
                beyond_thresholds="refuse",
            )
        task_id = await previews.apply(preview, may_hold=False)
        assert task_id is not None
        task = await wait_for_end(task_id, "succeeded")
    assert (task.decided_by, task.held_reasons) == (CALLER.username, list(result.reasons))
    assert task.decided_at is not None
    assert task.started_at is not None
    assert task.decided_at <= task.started_at
