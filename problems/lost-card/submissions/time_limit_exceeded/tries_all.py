# The magician goes through all numbers, asking what the assistant would have done with each.
def chosen(number):
    bits = [number >> i & 1 for i in range(20)]
    bits.append(sum(bits) % 2)
    return {2 * i + 1 + bit for i, bit in enumerate(bits)}


if input() == "assistant":
    cards = chosen(int(input()))
    print(len(cards), *cards)
else:
    input()
    left = set(map(int, input().split()))
    (number,) = [number for number in range(10**6) if left <= chosen(number)]
    print(number)
