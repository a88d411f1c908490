# Crashes: with a table of known results fast enough, but too deep for Python (RecursionError).
from functools import cache


def main():
    a = input().strip()
    b = input().strip()

    @cache
    def distance(i, j):
        if i == len(a) or j == len(b):
            return len(a) - i + len(b) - j
        if a[i] == b[j]:
            return distance(i + 1, j + 1)
        return 1 + min(distance(i + 1, j + 1), distance(i + 1, j), distance(i, j + 1))

    print(distance(0, 0))


main()
