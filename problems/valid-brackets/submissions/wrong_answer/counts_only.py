# Wrong: compares how often each kind is opened and closed, but not the order.
text = input()
balanced = all(text.count(pair[0]) == text.count(pair[1]) for pair in ("()", "[]", "{}"))
print("yes" if balanced else "no")
