# Tries divisions in the order of binary numbers.
import sys

n, m, *numbers = map(int, sys.stdin.read().split())
quarrels = list(zip(numbers[::2], numbers[1::2], strict=True))
for division in range(2**n):
    surplus = [0] * (n + 1)
    for a, b in quarrels:
        change = 1 if division >> a - 1 & 1 == division >> b - 1 & 1 else -1
        surplus[a] += change
        surplus[b] += change
    if max(surplus) <= 0:
        print("".join("AB"[division >> a & 1] for a in range(n)))
        break
