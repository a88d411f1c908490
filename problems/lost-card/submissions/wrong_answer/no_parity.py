# Twenty pairs: that a bit is missing can be seen, but not which it was.
if input() == "assistant":
    number = int(input())
    print(20, *(2 * i + 1 + (number >> i & 1) for i in range(20)))
else:
    input()
    print(sum(1 << (int(card) - 1) // 2 for card in input().split() if int(card) % 2 == 0))
