# Crashes: recurses as deep as the tree, past Python's limit of 1000 calls (RecursionError).
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

    def height(module, parent):
        nonlocal best
        highest = 0
        for there in tunnels[module]:
            if there != parent:
                branch = height(there, module) + 1
                best = max(best, highest + branch)
                highest = max(highest, branch)
        return highest

    height(1, 0)
    print(best)


main()
