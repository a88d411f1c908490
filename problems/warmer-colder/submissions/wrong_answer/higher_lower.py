# Takes warmer for higher and colder for lower, as if this were the other game.
low, high = 1, int(input())
for _ in range(70):
    middle = (low + high) // 2
    print(middle, flush=True)
    answer = input()
    if answer == "found":
        break
    if answer == "colder":
        high = max(low, middle - 1)
    else:
        low = min(high, middle + 1)
