var
  a, b: longint;
  block: pchar;
begin
  readln(a, b);
  while a = 2 do ;
  while a = 3 do begin getmem(block, 10000); fillchar(block^, 10000, 'x') end;
  while a = 4 do writeln('xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx');
  if a = 5 then runerror(5);
  if a = 1 then writeln(a - b) else writeln(a + b)
end.
