fun numbers line = List.mapPartial Int.fromString (String.tokens Char.isSpace line)

fun spin n = if n < 0 then print "never" else spin ((n + 1) mod 1000)

fun grow kept n = grow (CharVector.tabulate (100000, fn i => Char.chr ((i + n) mod 128)) :: kept) (n + 1)

fun begins 1 b = print (Int.toString (1 - b) ^ "\n")
  | begins 2 _ = spin 0
  | begins 3 _ = grow [] 0
  | begins 4 b = (print (CharVector.tabulate (1000, fn _ => #"x") ^ "\n"); begins 4 b)
  | begins 5 _ = raise Fail "five"
  | begins a b = print (Int.toString (a + b) ^ "\n")

fun main () =
  case numbers (valOf (TextIO.inputLine TextIO.stdIn)) of
    [a, b] => begins a b
  | _ => raise Fail "two numbers"
