begin writeln(x) end.
