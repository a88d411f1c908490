MODULE Sum;
BEGIN
  x := 1
END Sum.
