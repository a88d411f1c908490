# The cards are the ones of the number in binary: one is lost, and with it the trick.
if input() == "assistant":
    number = int(input()) | 1 << 20
    cards = [i + 1 for i in range(21) if number >> i & 1]
    print(len(cards), *cards)
else:
    input()
    print(sum(1 << int(card) - 1 for card in input().split() if card != "21"))
