// Wrong: compares which letters occur, but not how often.
const words = require('fs').readFileSync(0, 'utf8').toLowerCase().trim().split(/\s+/).slice(1);
const groups = new Map();
let largest = 0;
for (const word of words) {
  const key = [...new Set(word)].sort().join('');
  const size = (groups.get(key) || 0) + 1;
  groups.set(key, size);
  largest = Math.max(largest, size);
}
console.log(`${groups.size} ${largest}`);
