const [a, b] = require('fs').readFileSync(0, 'utf8').split(' ').map(Number);
const kept = [];
while (a === 2) { }
while (a === 3) kept.push(Array(1000).fill(kept.length + 0.5));
while (a === 4) require('fs').writeSync(1, 'x'.repeat(1000) + '\n');
if (a === 5) throw new Error('five');
console.log(a === 1 ? a - b : a + b);
