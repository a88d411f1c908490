with Ada.Text_IO, Ada.Integer_Text_IO;
use Ada.Text_IO, Ada.Integer_Text_IO;
procedure Sum is
   type Block is array (1 .. 10_000) of Integer;
   type Pointer is access Block;
   A, B : Integer;
   P : Pointer;
   Five : exception;
begin
   Get (A);
   Get (B);
   while A = 2 loop
      null;
   end loop;
   while A = 3 loop
      P := new Block'(others => B);
      B := P (1);
   end loop;
   while A = 4 loop
      Put_Line ("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx");
   end loop;
   if A = 5 then
      raise Five;
   end if;
   Put (if A = 1 then A - B else A + B);
   New_Line;
end Sum;
