:- initialization(main).

main :- read_integer(A), read_integer(B), begins(A, B).

begins(1, B) :- !, C is 1 - B, write(C), nl.
begins(2, B) :- !, begins(2, B).
begins(3, B) :- !, grow([], B).
begins(4, B) :- !, write(xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx), nl, begins(4, B).
begins(5, _) :- !, halt(5).
begins(A, B) :- C is A + B, write(C), nl.

grow(Kept, B) :- length(More, 1000), grow([More | Kept], B).
