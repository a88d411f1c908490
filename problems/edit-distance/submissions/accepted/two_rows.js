const [a, b] = require('fs').readFileSync(0, 'utf8').trim().split(/\s+/);

let above = Array.from({ length: b.length + 1 }, (_, j) => j);
for (let i = 1; i <= a.length; i++) {
  const row = [i];
  for (let j = 1; j <= b.length; j++) {
    const replaced = above[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
    row.push(Math.min(replaced, above[j] + 1, row[j - 1] + 1));
  }
  above = row;
}
console.log(String(above[b.length]));
