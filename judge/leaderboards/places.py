"""Standings as they lie in Redis: in the order of their bytes, under the keys of their board.

A place is solved and points, each taken from the most that there can be, then the moment, in hexadecimal
digits of fixed widths, then the user. Nothing is rounded, as a packed floating point score would be.
"""

from judge.leaderboards.standings import Board, Ranked, Standing

_MOST_SOLVED, _MOST_POINTS = 16**8 - 1, 16**16 - 1
PREFIX = 8 + 16 + 12
"""So many bytes of a place are alike where the rank is."""


def place(board: Board, standing: Standing) -> str:
    """How a standing is kept; whoever ranks first is the least of their bytes."""
    solved, points = f"{_MOST_SOLVED - standing.solved:08x}", f"{_MOST_POINTS - standing.points:016x}"
    best_first = solved + points if board.problem_id is None else points + solved
    return f"{best_first}{standing.reached_ms:012x}{standing.user_id}"


def standing_of(board: Board, text: str) -> Standing:
    """The reverse of ``place``. Raises ValueError for what is none."""
    if len(text) <= PREFIX or not set(text[:PREFIX]) <= set("0123456789abcdef"):
        raise ValueError("not a place on a leaderboard")
    by_solved = board.problem_id is None
    solved, points = (text[:8], text[8:24]) if by_solved else (text[16:24], text[:16])
    return Standing(
        text[PREFIX:],
        _MOST_SOLVED - int(solved, 16),
        _MOST_POINTS - int(points, 16),
        int(text[24:PREFIX], 16),
    )


def kept(board: Board) -> tuple[str, str]:
    """The keys of a board: the sorted set of places, and the hash of each user's place."""
    return f"{board.name}:places", f"{board.name}:members"


def building(board: Board) -> str:
    """The key of what is known of a board while somebody builds it."""
    return f"{board.name}:building"


def claim(board: Board, user_id: str) -> str:
    """The key of who may put a user in their place."""
    return f"{board.name}:claim:{user_id}"


def ranked(board: Board, better: int, first: int, *members: bytes) -> list[Ranked]:
    """Rows that follow each other, of which the first has so many better ones and stands in this place."""
    items: list[Ranked] = []
    rank, before = better + 1, members[0][:PREFIX] if members else b""
    for position, text in enumerate(members, start=first + 1):
        if text[:PREFIX] != before:
            rank, before = position, text[:PREFIX]
        items.append(Ranked(rank, standing_of(board, text.decode())))
    return items
