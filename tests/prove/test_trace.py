"""Reading a system-call trace: an acknowledgement that leaves too early is noticed."""

from __future__ import annotations

import pytest

from scripts.prove.sync import moments, unsynced

READ = '11 recvfrom(9<socket:[1]>, "POST /forms/help-ask HTTP/1.1"..., 8192, 0, NULL, NULL) = 300'
SYNC = "12 fdatasync(7</srv/forms.sqlite-wal>) = 0"
BEGUN = "12 fdatasync(7</srv/forms.sqlite-wal> <unfinished ...>"
ENDED = "12 <... fdatasync resumed>) = 0"
FAILED = "12 fdatasync(7</srv/forms.sqlite-wal>) = -1 EIO (Input/output error)"
OTHER = "12 fdatasync(8</srv/some.log>) = 0"
ANSWER = '11 sendto(9<socket:[1]>, "HTTP/1.1 201 Created"..., 900, MSG_NOSIGNAL, NULL, 0) = 900'


@pytest.mark.parametrize(
    ("trace", "early"),
    [
        ([READ, SYNC, ANSWER], 0),
        ([READ, BEGUN, ENDED, ANSWER], 0),
        ([READ, ANSWER, SYNC], 1),
        ([READ, BEGUN, ANSWER, ENDED], 1),
        ([READ, FAILED, ANSWER], 1),
        ([READ, OTHER, ANSWER], 1),
        ([SYNC, READ, ANSWER], 1),
        ([READ, SYNC, ANSWER, READ, ANSWER], 1),
    ],
    ids=["in order", "in two lines", "after", "begun", "failed", "other file", "stale", "second"],
)
def test_an_answer_counts_as_early_without_a_completed_sync_of_its_own(
    trace: list[str], early: int
) -> None:
    assert unsynced(moments(trace)) == early
