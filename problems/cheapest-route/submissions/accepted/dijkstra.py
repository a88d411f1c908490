import sys
from heapq import heappop, heappush


def main():
    data = list(map(int, sys.stdin.buffer.read().split()))
    n, m = data[0], data[1]
    roads = [[] for _ in range(n + 1)]
    for i in range(2, 2 + 3 * m, 3):
        roads[data[i]].append((data[i + 1], data[i + 2]))

    unreached = float("inf")
    toll = [unreached] * (n + 1)
    toll[1] = 0
    queue = [(0, 1)]
    while queue:
        cost, town = heappop(queue)
        if town == n:
            break
        if cost > toll[town]:
            continue
        for there, c in roads[town]:
            if cost + c < toll[there]:
                toll[there] = cost + c
                heappush(queue, (cost + c, there))

    print("impossible" if toll[n] == unreached else toll[n])


main()
