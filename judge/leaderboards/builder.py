"""A leaderboard built from Postgres, beside those who go on changing what it is built from.

One builds at a time, under new keys that take their place once they are complete. Whoever changes meanwhile
is noted by who changed them (judge.leaderboards), and read once more before the board is shown: so it is as
exact on the day it is shown as if nobody had changed. Whoever forgets the board ends its building as well.
"""

import secrets
from collections.abc import Mapping, Sequence

from judge.cache_server import server
from judge.config import settings
from judge.leaderboards import standings
from judge.leaderboards.places import building, kept, place
from judge.leaderboards.standings import Board, Standing

_BUILDING_S = 60
_AT_ONCE = 1000
_ROUNDS = 20

_BEGIN = """
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
redis.call('HSET', KEYS[1], '', ARGV[1])
return redis.call('PEXPIRE', KEYS[1], ARGV[2])
"""

_ADD = """
redis.call('HSET', KEYS[2], '', '1')
for index = 2, #ARGV, 2 do
  local before = redis.call('HGET', KEYS[2], ARGV[index])
  if before then redis.call('ZREM', KEYS[1], before) end
  if ARGV[index + 1] == '' then
    redis.call('HDEL', KEYS[2], ARGV[index])
  else
    redis.call('HSET', KEYS[2], ARGV[index], ARGV[index + 1])
    redis.call('ZADD', KEYS[1], 0, ARGV[index + 1])
  end
end
for index = 1, 2 do redis.call('PEXPIRE', KEYS[index], ARGV[1]) end
"""

_INSTALL = """
if redis.call('HGET', KEYS[3], '') ~= ARGV[1] then
  redis.call('DEL', KEYS[4], KEYS[5])
  return {0}
end
local changed = {1}
for _, user in ipairs(redis.call('HKEYS', KEYS[3])) do
  if user ~= '' then
    changed[#changed + 1] = user
    redis.call('HDEL', KEYS[3], user)
    if #changed > 1000 then break end
  end
end
if #changed > 1 then return changed end
redis.call('DEL', KEYS[1], KEYS[3])
redis.call('RENAME', KEYS[5], KEYS[2])
if redis.call('EXISTS', KEYS[4]) == 1 then redis.call('RENAME', KEYS[4], KEYS[1]) end
for index = 1, 2 do redis.call('PEXPIRE', KEYS[index], ARGV[2]) end
return {1}
"""

_END = """
if redis.call('HGET', KEYS[1], '') == ARGV[1] then redis.call('DEL', KEYS[1]) end
return redis.call('DEL', KEYS[2], KEYS[3])
"""


def built(board: Board) -> bool:
    """Build a board unless somebody is at it. Raises NotFound, Away."""
    standings.check(board)
    token = secrets.token_hex(8)
    if not server().run(_BEGIN, [building(board)], token, _BUILDING_S * 1000):
        return False
    new = [f"{board.name}:places:{token}", f"{board.name}:members:{token}"]
    try:
        for lot in standings.everybody(board, at_once=_AT_ONCE):
            _add(board, new, {standing.user_id: standing for standing in lot})
        for _ in range(_ROUNDS):
            keys = [*kept(board), building(board), *new]
            done, *changed = server().run(_INSTALL, keys, token, int(settings().cache_s * 1000))
            if not changed:
                return bool(done)
            users = [user_id.decode() for user_id in changed]
            found = standings.of([(board, user_id) for user_id in users])
            _add(board, new, {user_id: found.get((board, user_id)) for user_id in users})
        return False
    finally:
        server().run(_END, [building(board), *new], token)


def _add(board: Board, keys: Sequence[str], lot: Mapping[str, Standing | None]) -> None:
    pairs = [(user_id, place(board, standing) if standing else "") for user_id, standing in lot.items()]
    server().run(_ADD, keys, _BUILDING_S * 1000, *(text for pair in pairs for text in pair))
