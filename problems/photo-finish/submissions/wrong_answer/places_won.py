# Adds up how many places everybody has won, as if nobody else had moved.
input()
order = list(map(int, input().split()))
print(sum(max(0, runner - place) for place, runner in enumerate(order, start=1)))
