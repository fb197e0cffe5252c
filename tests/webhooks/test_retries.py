"""The time until the next attempt of a delivery."""

import pytest

from pricebook.webhooks.retries import delay_after


@pytest.mark.parametrize(
    ("failures", "retry_after", "seconds"),
    [(1, 0, 5), (2, 0, 30), (99, 0, 3600), (1, 120, 120), (7, 120, 3600), (1, 10**9, 3600)],
)
def test_delay_grows_and_respects_the_receiver_up_to_an_hour(
    failures: int, retry_after: int, seconds: int
) -> None:
    assert seconds <= delay_after(failures, retry_after).total_seconds() <= seconds * 1.1
