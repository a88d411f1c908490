# Wrong: ignores the rectangles that reach up to the last warehouse.
import sys


def main():
    data = list(map(int, sys.stdin.buffer.read().split()))
    best = 0
    rising = []
    for i, height in enumerate(data[1:]):
        left = i
        while rising and rising[-1][0] >= height:
            top, left = rising.pop()
            best = max(best, top * (i - left))
        rising.append((height, left))
    print(best)


main()
