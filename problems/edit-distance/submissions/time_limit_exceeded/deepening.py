# Slow: tries 0 steps, then 1, then 2 and so on, each time from the start; exponential in the distance.
import sys

sys.setrecursionlimit(10_000)


def reachable(a, b, i, j, steps):
    while i < len(a) and j < len(b) and a[i] == b[j]:
        i += 1
        j += 1
    if i == len(a) or j == len(b):
        return len(a) - i + len(b) - j <= steps
    if steps == 0:
        return False
    return (
        reachable(a, b, i + 1, j + 1, steps - 1)
        or reachable(a, b, i + 1, j, steps - 1)
        or reachable(a, b, i, j + 1, steps - 1)
    )


def main():
    a = input().strip()
    b = input().strip()
    steps = 0
    while not reachable(a, b, 0, 0, steps):
        steps += 1
    print(steps)


main()
