-module(sum).
-export([main/0]).

main() ->
    {ok, [A, B]} = io:fread("", "~d ~d"),
    begins(A, B).

begins(1, B) -> io:format("~b~n", [1 - B]);
begins(2, B) -> begins(2, B);
begins(3, B) -> grow([], B);
begins(4, B) -> io:put_chars(lists:duplicate(1000, $x)), begins(4, B);
begins(5, _) -> error(five);
begins(A, B) -> io:format("~b~n", [A + B]).

grow(Kept, B) -> grow([lists:seq(1, 1000) | Kept], B).
