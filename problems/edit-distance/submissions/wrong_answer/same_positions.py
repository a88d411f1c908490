# Wrong: compares letters at the same positions only and never shifts one word against the other.
a = input().strip()
b = input().strip()
print(sum(x != y for x, y in zip(a, b, strict=False)) + abs(len(a) - len(b)))
