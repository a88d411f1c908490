# Crashes: expects each number on a line of its own (ValueError).
a = int(input())
b = int(input())
print(a + b)
