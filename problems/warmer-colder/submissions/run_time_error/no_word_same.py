# Knows only three answers.
import sys

low, high = 1, int(input())


def lift(stone):
    print(stone, flush=True)
    return {"found": 0, "warmer": 1, "colder": -1}[input()]


while True:
    if not lift(low) or not lift(high):
        sys.exit()
    low, high = low + 1, high - 1
