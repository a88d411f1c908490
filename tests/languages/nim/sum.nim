import std/[strutils, sequtils]

let numbers = stdin.readLine.split.map(parseInt)
let (a, b) = (numbers[0], numbers[1])
var kept: seq[string]
var n = 0
while a == 2: n = (n + 1) mod 1000
while a == 3: kept.add(repeat('x', 1000))
while a == 4: echo repeat('x', 1000)
if a == 5: raise newException(ValueError, "five")
echo if a == 1: a - b else: a + b
