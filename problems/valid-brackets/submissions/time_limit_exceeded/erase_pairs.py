# Slow: erases the first adjacent pair and starts over from the beginning, O(n^2).
def erase_pair(brackets):
    for i in range(len(brackets) - 1):
        if brackets[i] + brackets[i + 1] in ("()", "[]", "{}"):
            del brackets[i : i + 2]
            return True
    return False


brackets = list(input().strip())
while erase_pair(brackets):
    pass
print("no" if brackets else "yes")
