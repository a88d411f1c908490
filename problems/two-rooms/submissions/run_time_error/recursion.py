# Moves by recursion, and that goes too deep.
import sys

n, m, *numbers = map(int, sys.stdin.read().split())
opponents = [[] for _ in range(n + 1)]
for a, b in zip(numbers[::2], numbers[1::2], strict=True):
    opponents[a].append(b)
    opponents[b].append(a)
room = ["A"] * (n + 1)


def settle(a):
    if 2 * sum(room[b] == room[a] for b in opponents[a]) > len(opponents[a]):
        room[a] = "B" if room[a] == "A" else "A"
        for b in opponents[a]:
            settle(b)
    if a < n:
        settle(a + 1)


settle(1)
print("".join(room[1:]))
