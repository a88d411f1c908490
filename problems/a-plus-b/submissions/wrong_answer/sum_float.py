# Wrong: goes through floating point, which loses the last digits of large balances.
a, b = map(float, input().split())
print(int(a + b))
