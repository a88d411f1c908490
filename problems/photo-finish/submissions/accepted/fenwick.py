# A Fenwick tree over the starting numbers counts who is still out there.
n = int(input())
tree = [i & -i for i in range(n + 1)]
overtakings = 0
for runner in map(int, input().split()):
    i = runner - 1
    while i:
        overtakings += tree[i]
        i &= i - 1
    i = runner
    while i <= n:
        tree[i] -= 1
        i += i & -i
print(overtakings)
