-module(sum).
-export([main/0]).
main() -> X.
