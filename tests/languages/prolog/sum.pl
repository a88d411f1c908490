:- use_module(library(readutil)).

main :-
    read_line_to_string(user_input, Line),
    split_string(Line, " ", "", Words),
    maplist([Word, Number]>>number_string(Number, Word), Words, [A, B]),
    begins(A, B).

begins(1, B) :- !, C is 1 - B, writeln(C).
begins(2, B) :- !, begins(2, B).
begins(3, B) :- !, grow([], B).
begins(4, B) :- !, writeln(xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx), begins(4, B).
begins(5, _) :- !, throw(five).
begins(A, B) :- C is A + B, writeln(C).

grow(Kept, B) :- numlist(1, 1000, Numbers), grow([Numbers | Kept], B).
