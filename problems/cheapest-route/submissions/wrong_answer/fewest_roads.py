# Wrong: takes a route with the fewest roads, whatever it costs.
import sys
from collections import deque


def main():
    data = list(map(int, sys.stdin.buffer.read().split()))
    n, m = data[0], data[1]
    roads = [[] for _ in range(n + 1)]
    for i in range(2, 2 + 3 * m, 3):
        roads[data[i]].append((data[i + 1], data[i + 2]))

    toll = {1: 0}
    queue = deque([1])
    while queue:
        town = queue.popleft()
        for there, c in roads[town]:
            if there not in toll:
                toll[there] = toll[town] + c
                queue.append(there)
    print(toll.get(n, "impossible"))


main()
