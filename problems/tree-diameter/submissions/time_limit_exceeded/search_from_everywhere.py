# Slow: a search from every module, O(n^2).
import sys


def main():
    data = list(map(int, sys.stdin.buffer.read().split()))
    n = data[0]
    tunnels = [[] for _ in range(n + 1)]
    for i in range(1, 2 * n - 1, 2):
        u, v = data[i], data[i + 1]
        tunnels[u].append(v)
        tunnels[v].append(u)
    best = 0
    for start in range(1, n + 1):
        distance = [-1] * (n + 1)
        distance[start] = 0
        queue = [start]
        for module in queue:
            for there in tunnels[module]:
                if distance[there] < 0:
                    distance[there] = distance[module] + 1
                    queue.append(there)
        best = max(best, distance[queue[-1]])
    print(best)


main()
