# The average of days i+1..j is the slope between the points (i, sum[i]) and (j, sum[j]).
# Only the lower convex hull of the points up to j - k matters, and because only a steeper slope
# than the best so far is of interest, the tangent point moves forwards only. O(n), exact in integers.
import sys
from itertools import accumulate


def main():
    data = list(map(int, sys.stdin.buffer.read().split()))
    n, k = data[0], data[1]
    sums = [0, *accumulate(data[2:])]

    hull = []
    start = 0
    best_rise, best_run = -(10**9), 1
    for j in range(k, n + 1):
        x = j - k
        y = sums[x]
        while len(hull) > start + 1:
            a, b = hull[-2], hull[-1]
            if (sums[b] - sums[a]) * (x - b) < (y - sums[b]) * (b - a):
                break
            hull.pop()
        hull.append(x)
        top = sums[j]
        while len(hull) > start + 1:
            a, b = hull[start], hull[start + 1]
            if (top - sums[a]) * (j - b) > (top - sums[b]) * (j - a):
                break
            start += 1
        a = hull[start]
        if (top - sums[a]) * best_run > best_rise * (j - a):
            best_rise, best_run = top - sums[a], j - a
    print(best_rise / best_run)


main()
