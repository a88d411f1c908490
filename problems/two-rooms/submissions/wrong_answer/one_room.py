# Everybody into one room, whatever happens there.
print("A" * int(input().split()[0]))
