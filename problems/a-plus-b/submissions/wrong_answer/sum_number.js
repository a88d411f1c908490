// Wrong: a Number is exact only up to 2^53.
const [a, b] = require('fs').readFileSync(0, 'utf8').trim().split(/\s+/).map(Number);
console.log(String(BigInt(a + b)));
