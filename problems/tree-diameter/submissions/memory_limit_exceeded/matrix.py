# Needs too much memory: an adjacency matrix, 20 GB for 50 000 modules.
import sys


def farthest(tunnel, start):
    distance = [-1] * len(tunnel)
    distance[start] = 0
    queue = [start]
    for module in queue:
        for there, joined in enumerate(tunnel[module]):
            if joined and distance[there] < 0:
                distance[there] = distance[module] + 1
                queue.append(there)
    return queue[-1], distance[queue[-1]]


def main():
    data = list(map(int, sys.stdin.buffer.read().split()))
    n = data[0]
    tunnel = [[False] * (n + 1) for _ in range(n + 1)]
    for i in range(1, 2 * n - 1, 2):
        u, v = data[i], data[i + 1]
        tunnel[u][v] = tunnel[v][u] = True
    end, _ = farthest(tunnel, 1)
    print(farthest(tunnel, end)[1])


main()
