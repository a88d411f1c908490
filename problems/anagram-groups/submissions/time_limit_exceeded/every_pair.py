# Slow: compares every word with the first word of every group, O(n^2).
import sys


def main():
    words = sys.stdin.read().lower().split()[1:]
    groups = []
    for word in words:
        for group in groups:
            if sorted(group[0]) == sorted(word):
                group.append(word)
                break
        else:
            groups.append([word])
    print(len(groups), max(len(group) for group in groups))


main()
