"""The ids of a user's stream: what they remember, and how long they get."""

from datetime import UTC, datetime, timedelta

import pytest

from judge.records import new_id
from judge.web.bookmark import Bookmark

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
ID = "0" * 26
SECOND = timedelta(seconds=1)


def test_an_id_says_what_was_sent() -> None:
    """It is read as it was written, to the millisecond."""
    bookmark = Bookmark(NOON)
    one, other = new_id(), new_id()
    bookmark.note(one, 3, NOON)
    bookmark.note(other, 1, NOON + SECOND)
    bookmark.note(one, 4, NOON + 2 * SECOND)
    again = Bookmark.parse(str(bookmark))
    assert (again.since, again.seq_of(one), again.seq_of(other)) == (NOON, 4, 1)
    assert again.seq_of(new_id()) is None
    assert str(again) == str(bookmark)


def test_what_is_settled_is_forgotten() -> None:
    """Of a later instant only the logs that have gone on since are kept; an earlier one changes nothing."""
    bookmark = Bookmark(NOON)
    old, within, new = new_id(), new_id(), new_id()
    bookmark.note(old, 1, NOON)
    bookmark.note(within, 1, NOON + SECOND)
    bookmark.note(new, 1, NOON + 2 * SECOND)
    bookmark.note(new, 1, NOON)  # told twice, of which the first counts
    # Messages carry instants to the millisecond: what is settled within one leaves all of it open.
    bookmark.settle(NOON + SECOND + timedelta(microseconds=999))
    assert bookmark.since == NOON + SECOND
    assert [bookmark.seq_of(id_) for id_ in (old, within, new)] == [None, 1, 1]
    bookmark.settle(NOON)
    assert bookmark.since == NOON + SECOND


def test_it_fits_into_a_header() -> None:
    """Of more logs than fit the latest are kept; the others are told of again, which misses nothing."""
    bookmark = Bookmark(NOON)
    ids = [new_id() for _ in range(500)]
    for id_ in ids:
        bookmark.note(id_, 10**6, NOON)
    assert bookmark.is_long
    assert len(str(bookmark)) < 8000
    again = Bookmark.parse(str(bookmark))
    assert (again.seq_of(ids[0]), again.seq_of(ids[-1])) == (None, 10**6)


@pytest.mark.parametrize("text", ["", ".", "1-1", "1..", f"1.{'l' * 26}-1", f"1.{ID}-1.", "1" * 15])
def test_what_is_no_id(text: str) -> None:
    """ValueError."""
    with pytest.raises(ValueError, match="none of this stream's"):
        Bookmark.parse(text)
