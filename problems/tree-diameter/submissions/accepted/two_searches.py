import sys


def farthest(tunnels, start):
    distance = [-1] * len(tunnels)
    distance[start] = 0
    queue = [start]
    for module in queue:
        for there in tunnels[module]:
            if distance[there] < 0:
                distance[there] = distance[module] + 1
                queue.append(there)
    return queue[-1], distance[queue[-1]]


def main():
    data = list(map(int, sys.stdin.buffer.read().split()))
    n = data[0]
    tunnels = [[] for _ in range(n + 1)]
    for i in range(1, 2 * n - 1, 2):
        u, v = data[i], data[i + 1]
        tunnels[u].append(v)
        tunnels[v].append(u)
    end, _ = farthest(tunnels, 1)
    print(farthest(tunnels, end)[1])


main()
