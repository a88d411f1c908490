from string import ascii_lowercase

order, text = input(), input()
if order == "write":
    print("".join(f"{ascii_lowercase.index(letter):02}" for letter in text))
else:
    print("".join(ascii_lowercase[int(text[i : i + 2])] for i in range(0, len(text), 2)))
