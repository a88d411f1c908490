# Each one goes to the better room at the time, and nobody moves again.
import sys

n, m, *numbers = map(int, sys.stdin.read().split())
opponents = [[] for _ in range(n + 1)]
for a, b in zip(numbers[::2], numbers[1::2], strict=True):
    opponents[b].append(a)
room = [""] * (n + 1)
for b in range(1, n + 1):
    there = [room[a] for a in opponents[b]]
    room[b] = "A" if there.count("A") <= there.count("B") else "B"
print("".join(room))
