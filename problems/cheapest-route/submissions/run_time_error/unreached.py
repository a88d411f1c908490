# Crashes: looks up the toll of the last town even if no route leads there (KeyError).
import sys
from heapq import heappop, heappush


def main():
    data = list(map(int, sys.stdin.buffer.read().split()))
    n, m = data[0], data[1]
    roads = [[] for _ in range(n + 1)]
    for i in range(2, 2 + 3 * m, 3):
        roads[data[i]].append((data[i + 1], data[i + 2]))

    toll = {}
    queue = [(0, 1)]
    while queue:
        cost, town = heappop(queue)
        if town in toll:
            continue
        toll[town] = cost
        for there, c in roads[town]:
            if there not in toll:
                heappush(queue, (cost + c, there))
    print(toll[n])


main()
