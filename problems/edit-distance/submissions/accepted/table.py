def edit_distance(a, b):
    row = list(range(len(b) + 1))
    for i, letter in enumerate(a, 1):
        diagonal = row[0]
        left = row[0] = i
        for j, other in enumerate(b, 1):
            above = row[j]
            if letter == other:
                left = diagonal
            else:
                if diagonal < left:
                    left = diagonal
                if above < left:
                    left = above
                left += 1
            row[j] = left
            diagonal = above
    return row[-1]


print(edit_distance(input().strip(), input().strip()))
