# Guesses from the lowest on, which takes too many guesses, and from 2 on, so that it never finds 1.
for guess in range(2, 1001):
    print(guess, flush=True)
    if input() == "correct":
        break
