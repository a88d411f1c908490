# Myers' bit-parallel algorithm, with one long integer for a whole column of the table.
# Neighbours in a column differ by at most one: the bits of plus and minus mark where they
# rise and where they fall.
def edit_distance(a, b):
    last = 1 << (len(a) - 1)
    full = (1 << len(a)) - 1
    where = {}
    for i, letter in enumerate(a):
        where[letter] = where.get(letter, 0) | 1 << i

    plus, minus = full, 0
    distance = len(a)
    for letter in b:
        match = where.get(letter, 0)
        diagonal_zero = ((((match & plus) + plus) ^ plus) | match | minus) & full
        row_plus = minus | (full & ~(diagonal_zero | plus))
        row_minus = diagonal_zero & plus
        if row_plus & last:
            distance += 1
        if row_minus & last:
            distance -= 1
        row_plus = (row_plus << 1 | 1) & full
        row_minus = (row_minus << 1) & full
        plus = row_minus | (full & ~(diagonal_zero | row_plus))
        minus = row_plus & diagonal_zero
    return distance


print(edit_distance(input().strip(), input().strip()))
