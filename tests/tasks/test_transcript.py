"""What a program prints, cut into pieces: every byte once and in order, whole characters, and a bound."""

from typing import Literal

from hypothesis import given
from hypothesis import strategies as st

from judge.runs.records import Piece
from judge.tasks.transcript import PIECE_BYTES, TOLD_BYTES, Transcript

Stream = Literal["stdout", "stderr"]


def told(prints: list[tuple[Stream, bytes, int]], take_after: set[int] = frozenset()) -> list[Piece]:  # type: ignore[assignment]
    """The pieces of these prints, taken after some of them and at the end."""
    transcript, pieces, pending = Transcript(), [], []
    for number, (stream, data, repetition) in enumerate(prints):
        transcript.printed(pending, stream, data, repetition)
        if number in take_after:
            pieces += pending
            pending = []
    transcript.ended(pending)
    return [*pieces, *pending]


def stream_of(pieces: list[Piece], stream: Stream, repetition: int) -> bytes:
    """One stream as whoever follows puts it together; the offsets must say the same."""
    joined = b""
    for piece in pieces:
        if (piece.stream, piece.repetition) == (stream, repetition):
            assert piece.offset_bytes == len(joined)
            assert len(piece.content) <= PIECE_BYTES
            joined += piece.content
    return joined


prints = st.lists(
    st.tuples(
        st.sampled_from(["stdout", "stderr"]),
        st.binary(max_size=9) | st.text(max_size=9).map(lambda text: text.encode("utf-8", "surrogatepass")),
        st.integers(1, 3),
    ),
    max_size=12,
).map(lambda made: sorted(made, key=lambda one: one[2]))


@given(prints, st.sets(st.integers(0, 11)))
def test_every_byte_is_told_once_and_in_order(made: list[tuple[Stream, bytes, int]], taken: set[int]) -> None:
    """Of each stream of each repetition, however the pieces are taken."""
    pieces = told(made, taken)
    for stream in ("stdout", "stderr"):
        for repetition in (1, 2, 3):
            whole = b"".join(data for one, data, at in made if (one, at) == (stream, repetition))
            assert stream_of(pieces, stream, repetition) == whole
    assert not any(piece.truncated for piece in pieces)


@given(st.text(max_size=40), st.lists(st.integers(1, 5), max_size=100))
def test_text_stays_text_however_it_comes(text: str, sizes: list[int]) -> None:
    """A character that comes in parts, each taken apart, is told as one: no piece needs base64."""
    data = text.replace("\0", "").encode()
    cuts = [sum(sizes[:count]) for count in range(len(sizes) + 1)]
    parts = [data[a:b] for a, b in zip(cuts, [*cuts[1:], len(data)], strict=True)]
    pieces = told([("stdout", part, 1) for part in parts], set(range(len(parts))))
    assert stream_of(pieces, "stdout", 1) == data
    assert not any("base64" in piece.as_json(1) for piece in pieces)


def test_pieces_are_small_and_whole() -> None:
    """A long text is cut, and not within a character."""
    pieces = told([("stdout", "€".encode() * 20_000, 1)])
    assert len(pieces) == 4
    assert not any("base64" in piece.as_json(1) for piece in pieces)


def test_beyond_a_bound_one_piece_says_so() -> None:
    """What fits is told, and then that there was more, once; of both streams together."""
    block = b"x" * 50_000
    made: list[tuple[Stream, bytes, int]] = [("stdout", block, 1), ("stderr", block, 1)] * 5
    pieces = told(made)
    *before, last = pieces
    assert last.truncated
    assert last.as_json(3)["truncated"] is True
    assert not any(piece.truncated for piece in before)
    assert sum(len(piece.content) for piece in before) == TOLD_BYTES
    assert stream_of(pieces, "stdout", 1) == b"x" * 150_000


def test_many_small_pieces_are_bounded_too() -> None:
    """A program that prints a byte now and then makes no endless log."""
    pieces = told([("stdout", b"x", 1)] * 9000, set(range(9000)))
    assert len(pieces) < 6000
    assert pieces[-1].truncated
