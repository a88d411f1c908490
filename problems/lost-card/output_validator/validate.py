"""Plays the spectator: after the first pass a card is drawn, after the second the number must be right.

The answer file says which card is drawn: its place, from 0 and in a circle, among the cards in order.
"""

import random
import re
import sys
from pathlib import Path
from typing import NoReturn

input_file, answer_file, feedback = map(Path, sys.argv[1:4])
number = int(input_file.read_text().split()[1])
drawn = int(answer_file.read_text())
words = sys.stdin.read(100_000).split()
cards_seen = feedback / "cards"  # is there in the second pass, since the first has written it


def reject(reason: str) -> NoReturn:
    """Tell the judges why."""
    (feedback / "judgemessage.txt").write_text(f"{reason}\n")
    sys.exit(43)


if not all(re.fullmatch(r"[0-9]{1,10}", word, re.ASCII) for word in words):
    reject("something that is no number")
numbers = list(map(int, words))
if cards_seen.exists():
    if numbers != [number]:
        reject(f"the magician says {numbers[:5]}, and not {number}; the hat held {cards_seen.read_text()}")
    sys.exit(42)
count, cards = (numbers[0], sorted(numbers[1:])) if numbers else (0, [])
if not 1 <= count <= 52 or len(cards) != count:
    reject("the assistant does not say a number of cards and then these cards")
if len(set(cards)) != count or not set(cards) <= set(range(1, 53)):
    reject("the cards are not different ones from 1 to 52")
cards_seen.write_text(" ".join(map(str, cards)))
del cards[drawn % count]
random.Random(number).shuffle(cards)  # noqa: S311 - a rerun must see the same
(feedback / "nextpass.in").write_text(f"magician\n{len(cards)}\n{' '.join(map(str, cards))}\n")
sys.exit(42)
