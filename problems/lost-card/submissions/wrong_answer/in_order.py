# Tells the digits by the order of the cards, which the hat does not keep.
if input() == "assistant":
    digits = f"{int(input()):06}"
    print(6, *(8 * i + int(digit) % 8 + 1 for i, digit in enumerate(digits)))
else:
    input()
    print("".join(str((int(card) - 1) % 8) for card in input().split()).lstrip("0") or 0)
