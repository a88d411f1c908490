input "" a, b
dim kept$(1)
while (a = 2) wend
n = 1
while (a = 3)
  n = n * 2
  dim kept$(n)
  for i = n / 2 to n - 1
    kept$(i) = "x" + str$(i)
  next i
wend
while (a = 4)
  print "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
wend
if (a = 5) error "five"
if (a = 1) then print a - b else print a + b end if
