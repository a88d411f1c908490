main :- write(1.
