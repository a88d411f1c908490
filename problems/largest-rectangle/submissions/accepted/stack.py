import sys


def main():
    data = list(map(int, sys.stdin.buffer.read().split()))
    n = data[0]
    heights = data[1 : n + 1]
    heights.append(0)  # clears the stack at the end

    best = 0
    rising = []  # pairs (height, leftmost position it reaches), heights rising
    for i, height in enumerate(heights):
        left = i
        while rising and rising[-1][0] >= height:
            top, left = rising.pop()
            area = top * (i - left)
            if area > best:
                best = area
        rising.append((height, left))
    print(best)


main()
