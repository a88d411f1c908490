# Slow: O(n^2), from every warehouse to both sides as far as the neighbours are no lower.
import sys


def main():
    data = list(map(int, sys.stdin.buffer.read().split()))
    heights = [-1, *data[1:], -1]
    best = 0
    for i in range(1, len(heights) - 1):
        height = heights[i]
        left = right = i
        while heights[left - 1] >= height:
            left -= 1
        while heights[right + 1] >= height:
            right += 1
        best = max(best, height * (right - left + 1))
    print(best)


main()
