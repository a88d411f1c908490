fs = require 'fs'
[a, b] = fs.readFileSync(0, 'utf8').split(' ').map Number
kept = []
while a is 2 then null
while a is 3 then kept.push Array(1000).fill(kept.length + 0.5)
while a is 4 then fs.writeSync 1, 'x'.repeat(1000) + '\n'
throw new Error 'five' if a is 5
console.log if a is 1 then a - b else a + b
