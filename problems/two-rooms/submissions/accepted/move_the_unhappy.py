# As long as somebody has more opponents in the own room, move them: each move settles at least one quarrel,
# so there are at most m moves.
import sys

n, m, *numbers = map(int, sys.stdin.read().split())
opponents = [[] for _ in range(n + 1)]
for a, b in zip(numbers[::2], numbers[1::2], strict=True):
    opponents[a].append(b)
    opponents[b].append(a)
room = [0] * (n + 1)
same = [len(them) for them in opponents]
unhappy = [a for a in range(1, n + 1) if same[a]]
while unhappy:
    a = unhappy.pop()
    if 2 * same[a] <= len(opponents[a]):
        continue
    room[a] ^= 1
    same[a] = len(opponents[a]) - same[a]
    for b in opponents[a]:
        if room[b] == room[a]:
            same[b] += 1
            if 2 * same[b] > len(opponents[b]):
                unhappy.append(b)
        else:
            same[b] -= 1
print("".join("AB"[r] for r in room[1:]))
