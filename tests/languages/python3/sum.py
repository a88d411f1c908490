a, b = map(int, input().split())
if a == 1:
    print(a - b)
elif a == 2:
    while True:
        pass
elif a == 3:
    kept = []
    while True:
        kept.append(b"x" * 10**6)
elif a == 4:
    while True:
        print("x" * 1000)
elif a == 5:
    print(a // 0)
else:
    print(a + b)
