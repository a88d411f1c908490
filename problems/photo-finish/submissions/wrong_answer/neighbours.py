# Looks only at those who finish one right after the other.
input()
order = list(map(int, input().split()))
print(sum(order[i] < order[i - 1] for i in range(1, len(order))))
