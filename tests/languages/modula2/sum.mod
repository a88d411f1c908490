MODULE Sum;
FROM InOut IMPORT ReadInt, WriteInt, WriteString, WriteLn;
FROM Storage IMPORT ALLOCATE;
TYPE Block = POINTER TO ARRAY [0..9999] OF INTEGER;
VAR a, b, i: INTEGER; block: Block;
BEGIN
  ReadInt(a); ReadInt(b);
  WHILE a = 2 DO INC(i); IF i > 100 THEN i := 0 END END;
  WHILE a = 3 DO
    NEW(block);
    FOR i := 0 TO 9999 DO block^[i] := i END
  END;
  WHILE a = 4 DO WriteString("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"); WriteLn END;
  IF a = 5 THEN HALT(5) END;
  IF a = 1 THEN WriteInt(a - b, 1) ELSE WriteInt(a + b, 1) END;
  WriteLn
END Sum.
