# Slow: Bellman-Ford over all roads, n - 1 times: hundreds of millions of steps.
import sys


def main():
    data = list(map(int, sys.stdin.buffer.read().split()))
    n, m = data[0], data[1]
    roads = [tuple(data[i : i + 3]) for i in range(2, 2 + 3 * m, 3)]

    unreached = float("inf")
    toll = [unreached] * (n + 1)
    toll[1] = 0
    for _ in range(n - 1):
        for u, v, c in roads:
            if toll[u] + c < toll[v]:
                toll[v] = toll[u] + c
    print("impossible" if toll[n] == unreached else toll[n])


main()
