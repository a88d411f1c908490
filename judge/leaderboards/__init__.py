"""Leaderboards as sorted sets of Redis, which say what the SQL of ``standings`` would, and faster.

All members of a board have the same score, so they lie in the order of their bytes (``places``). A hash
beside them has each user's place, and one field more by which a board without users is told from a lost one.

When something has changed for a user, their standing is read anew and put in its place: added to nothing, so
the last to read is right. Whoever is about to read says so (a claim); only the last who did may write.

A board that is lost (evicted, expired, of an earlier run of Redis, or in doubt) is built by one who asks for
it (``builder``). The others wait a little, then ask Postgres.
"""

import secrets
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass

from judge.cache import Status
from judge.cache_server import Away, Call, server
from judge.leaderboards import standings
from judge.leaderboards.builder import built
from judge.leaderboards.places import PREFIX, building, claim, kept, place, ranked
from judge.leaderboards.standings import Board, Place, Ranked, Standing

PATIENCE_S = 0.5
_LOOK_AGAIN_S = 0.01
_CLAIM_S = 60
_ROUNDS = 20
_FEW = 50
"""Of more users than this the standings are not read one by one: the board is built anew."""

_CLAIM = """
if redis.call('EXISTS', KEYS[2]) == 1 then redis.call('HSET', KEYS[2], ARGV[1], '') end
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
redis.call('SET', KEYS[3], ARGV[2], 'PX', ARGV[3])
return 1
"""

_WRITE = """
local claim = redis.call('GET', KEYS[3])
if not claim then return 0 end
if claim ~= ARGV[2] then return 1 end
redis.call('DEL', KEYS[3])
if redis.call('EXISTS', KEYS[2]) == 0 then return 1 end
local before = redis.call('HGET', KEYS[2], ARGV[1])
if before and redis.call('ZREM', KEYS[1], before) == 0 then return redis.call('DEL', KEYS[1], KEYS[2]) end
if ARGV[3] == '' then
  redis.call('HDEL', KEYS[2], ARGV[1])
else
  redis.call('ZADD', KEYS[1], 0, ARGV[3])
  redis.call('HSET', KEYS[2], ARGV[1], ARGV[3])
  redis.call('PEXPIRE', KEYS[1], redis.call('PTTL', KEYS[2]))
end
return 1
"""

_SHOW = """
if redis.call('HLEN', KEYS[2]) ~= redis.call('ZCARD', KEYS[1]) + 1 then
  redis.call('DEL', KEYS[1], KEYS[2])
  return {0}
end
local rows
if ARGV[1] == 'after' then
  rows = redis.call('ZRANGEBYLEX', KEYS[1], ARGV[2], '+', 'LIMIT', 0, ARGV[3])
else
  local member = redis.call('HGET', KEYS[2], ARGV[2])
  if not member then return {1, 0, 0} end
  local first = math.max(0, redis.call('ZRANK', KEYS[1], member) - math.floor((ARGV[3] - 1) / 2))
  rows = redis.call('ZRANGE', KEYS[1], first, first + ARGV[3] - 1)
end
if #rows == 0 then return {1, 0, 0} end
local better = redis.call('ZLEXCOUNT', KEYS[1], '-', '(' .. string.sub(rows[1], 1, ARGV[4]))
return {1, better, redis.call('ZRANK', KEYS[1], rows[1]), unpack(rows)}
"""

_FORGET = "return redis.call('DEL', unpack(KEYS))"


@dataclass(frozen=True)
class Page:
    """A part of a leaderboard, and where it came from."""

    items: list[Ranked]
    status: Status


def page(board: Board, *, limit: int, after: Standing | None = None, believed: bool = True) -> Page:
    """The places that follow one, the best first. Raises NotFound.

    believed: whether Redis may be asked (``changes.settled``).
    """
    bound = "-" if after is None else f"({place(board, after)}"
    return _page(
        board,
        ("after", bound, limit),
        lambda: standings.page(board, limit=limit, after=after),
        believed=believed,
    )


def around(board: Board, user_id: str, *, limit: int, believed: bool = True) -> Page:
    """A user's place with those before and behind it; nothing for who has none. Raises NotFound."""
    return _page(
        board,
        ("around", user_id, limit),
        lambda: standings.around(board, user_id, limit=limit),
        believed=believed,
    )


def update(changed: Set[Place], *, first: Sequence[Call] = ()) -> None:
    """Put the standings of these users in their places, as they are from now on. Raises Away.

    first: what Redis is to do before that, in the same trip.
    """
    users = Counter(board for board, _ in changed)
    if many := [board for board, count in users.items() if count > _FEW]:
        forget(*many)
    left = [(board, user_id) for board, user_id in changed if board not in many]
    for _ in range(_ROUNDS):
        if not left and not first:
            return
        token = secrets.token_hex(8)
        claimed, first = _claimed(left, token, first), ()
        if not claimed:
            return
        left = _unwritten(claimed, token, standings.of(claimed))
    if left:  # in doubt
        forget(*{board for board, _ in left})


def forget(*boards: Board) -> None:
    """Let these be built anew, by who asks for them next. Raises Away."""
    keys = [key for board in boards for key in (*kept(board), building(board))]
    server().run(_FORGET, keys, insistently=True)


def _claimed(places: Sequence[Place], token: str, first: Sequence[Call] = ()) -> list[Place]:
    """Those of which the board is there; whoever claims one later is to write it instead."""
    calls: list[Call] = [
        (_CLAIM, [kept(board)[1], building(board), claim(board, user_id)], [user_id, token, _CLAIM_S * 1000])
        for board, user_id in places
    ]
    answers = server().run_all([*first, *calls], insistently=True)[len(first) :]
    return [at for at, is_there in zip(places, answers, strict=True) if is_there]


def _unwritten(places: Sequence[Place], token: str, found: Mapping[Place, Standing]) -> list[Place]:
    """Those whose claim is gone, where nobody is known to have a newer one; the others are written."""
    calls: list[Call] = [
        (_WRITE, [*kept(at[0]), claim(*at)], [at[1], token, place(at[0], found[at]) if at in found else ""])
        for at in places
    ]
    answers = server().run_all(calls, insistently=True)
    return [at for at, is_written in zip(places, answers, strict=True) if not is_written]


def _page(
    board: Board,
    asked: tuple[str, str, int],
    otherwise: Callable[[], list[Ranked]],
    *,
    believed: bool,
) -> Page:
    status: Status = "bypass"
    if believed:
        try:
            if shown := _shown(board, asked):
                return shown
            status = "miss"
        except Away:
            status = "bypass"
    standings.check(board)
    return Page(otherwise(), status)


def _shown(board: Board, asked: tuple[str, str, int]) -> Page | None:
    """What the sorted set says, once it is there; None where others take long to build it. Raises Away."""
    status: Status = "hit"
    deadline = time.monotonic() + PATIENCE_S
    while True:
        there, *rows = server().run(_SHOW, kept(board), *asked, PREFIX)
        if there:
            return Page(ranked(board, *rows), status)
        if status == "miss" and time.monotonic() >= deadline:
            return None
        status = "miss"
        if not built(board):
            time.sleep(_LOOK_AGAIN_S)
