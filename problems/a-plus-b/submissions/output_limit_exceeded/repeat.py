# Prints the sum over and over and never stops.
a, b = map(int, input().split())
block = f"{a + b}\n" * 10_000
while True:
    print(block, flush=True)
