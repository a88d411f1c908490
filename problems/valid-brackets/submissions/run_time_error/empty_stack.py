# Crashes: takes from an empty stack if a bracket is closed that was never opened (IndexError).
def is_valid(text):
    closing = {"(": ")", "[": "]", "{": "}"}
    expected = []
    for bracket in text:
        if bracket in closing:
            expected.append(closing[bracket])
        elif expected.pop() != bracket:
            return False
    return not expected


print("yes" if is_valid(input().strip()) else "no")
