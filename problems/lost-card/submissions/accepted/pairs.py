# Twenty-one pairs of cards, 2i + 1 and 2i + 2, of each of which one card goes into the hat and tells bit i of
# the number. The last pair makes the count of ones even, so that the bit whose card is lost is known as well.
if input() == "assistant":
    number = int(input())
    bits = [number >> i & 1 for i in range(20)]
    bits.append(sum(bits) % 2)
    print(21, *(2 * i + 1 + bit for i, bit in enumerate(bits)))
else:
    input()
    bit_of = {(card - 1) // 2: (card - 1) % 2 for card in map(int, input().split())}
    (lost,) = set(range(21)) - bit_of.keys()
    bit_of[lost] = sum(bit_of.values()) % 2
    print(sum(bit_of[i] << i for i in range(20)))
