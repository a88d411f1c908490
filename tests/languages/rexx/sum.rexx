parse pull a b
do while a = 2
end
do n = 1 while a = 3
  kept.n = copies('x', 1000)
end
do while a = 4
  say copies('x', 1000)
end
if a = 5 then exit 5
if a = 1 then say a - b
else say a + b
