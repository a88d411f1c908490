# Slow: tries every season, O(n^2).
import sys
from itertools import accumulate


def main():
    data = list(map(int, sys.stdin.buffer.read().split()))
    n, k = data[0], data[1]
    sums = [0, *accumulate(data[2:])]
    best = -10_000.0
    for i in range(n):
        for j in range(i + k, n + 1):
            average = (sums[j] - sums[i]) / (j - i)
            if average > best:
                best = average
    print(best)


main()
