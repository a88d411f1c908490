# Wrong: one search is not enough, module 1 need not be an end of a longest way.
import sys


def main():
    data = list(map(int, sys.stdin.buffer.read().split()))
    n = data[0]
    tunnels = [[] for _ in range(n + 1)]
    for i in range(1, 2 * n - 1, 2):
        u, v = data[i], data[i + 1]
        tunnels[u].append(v)
        tunnels[v].append(u)
    distance = [-1] * (n + 1)
    distance[1] = 0
    queue = [1]
    for module in queue:
        for there in tunnels[module]:
            if distance[there] < 0:
                distance[there] = distance[module] + 1
                queue.append(there)
    print(distance[queue[-1]])


main()
