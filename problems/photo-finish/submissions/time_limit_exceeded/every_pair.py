# Compares everybody with everybody.
input()
order = list(map(int, input().split()))
print(sum(order[i] > order[j] for j in range(len(order)) for i in range(j)))
