procedure Sum is
begin
   Put (X);
end Sum;
