from collections import Counter

input()
print(sum(count * (count - 1) // 2 for count in Counter(input().split()).values()))
