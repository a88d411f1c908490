local a, b = io.read("*n", "*n")
local kept = {}
while a == 2 do end
while a == 3 do kept[#kept + 1] = ("x"):rep(1000) .. #kept end
while a == 4 do print(("x"):rep(1000)) end
if a == 5 then error("five") end
print(a == 1 and a - b or a + b)
