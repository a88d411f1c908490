def is_valid(text):
    closing = {"(": ")", "[": "]", "{": "}"}
    expected = []
    for bracket in text:
        if bracket in closing:
            expected.append(closing[bracket])
        elif not expected or expected.pop() != bracket:
            return False
    return not expected


print("yes" if is_valid(input().strip()) else "no")
