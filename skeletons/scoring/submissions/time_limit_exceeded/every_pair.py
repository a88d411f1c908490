input()
numbers = input().split()
print(sum(numbers[i] == numbers[j] for i in range(len(numbers)) for j in range(i)))
