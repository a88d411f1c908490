# A digit a letter: letters that are ten apart look the same.
from string import ascii_lowercase

order, text = input(), input()
if order == "write":
    print("".join(str(ascii_lowercase.index(letter) % 10) for letter in text))
else:
    print("".join(ascii_lowercase[int(digit)] for digit in text))
