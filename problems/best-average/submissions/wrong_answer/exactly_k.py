# Wrong: looks at seasons of exactly k days only.
import sys


def main():
    data = list(map(int, sys.stdin.buffer.read().split()))
    n, k = data[0], data[1]
    t = data[2:]
    total = best = sum(t[:k])
    for i in range(k, n):
        total += t[i] - t[i - k]
        best = max(best, total)
    print(best / k)


main()
