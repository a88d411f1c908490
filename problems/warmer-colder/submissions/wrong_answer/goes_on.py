# Finds it, and has one more to say.
low, high = 1, int(input())
while True:
    print(low, flush=True)
    if input() == "found":
        break
    print(high, flush=True)
    answer = input()
    if answer == "found":
        break
    twice = low + high
    if answer == "same":
        low = high = twice // 2
    elif answer == "warmer":
        low = twice // 2 + 1
    else:
        high = (twice - 1) // 2
print("Found it!")
