# From the far end, stone by stone.
for stone in range(int(input()), 0, -1):
    print(stone, flush=True)
    if input() == "found":
        break
