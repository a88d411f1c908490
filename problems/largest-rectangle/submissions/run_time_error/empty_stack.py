# Crashes: looks at the top of an empty stack (IndexError).
import sys


def main():
    data = list(map(int, sys.stdin.buffer.read().split()))
    heights = [*data[1:], 0]
    best = 0
    rising = []
    for i, height in enumerate(heights):
        left = i
        while rising[-1][0] >= height:
            top, left = rising.pop()
            best = max(best, top * (i - left))
        rising.append((height, left))
    print(best)


main()
