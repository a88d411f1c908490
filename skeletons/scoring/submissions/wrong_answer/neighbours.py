# Counts only pairs of neighbours.
input()
numbers = input().split()
print(sum(numbers[i] == numbers[i - 1] for i in range(1, len(numbers))))
