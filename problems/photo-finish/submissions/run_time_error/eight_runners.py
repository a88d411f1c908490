# Prepared for the first group, and for nothing else.
n = int(input())
place = [0] * 9
for at, runner in enumerate(map(int, input().split())):
    place[runner] = at
print(sum(place[late] < place[early] for late in range(1, n + 1) for early in range(1, late)))
