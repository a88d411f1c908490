// Takes away all leaves at once, again and again: each round shortens every longest way by two.
// All that is kept about a module is its number of neighbours and the exclusive-or of their numbers.
const data = require('fs').readFileSync(0, 'utf8').split(/\s+/);
const n = Number(data[0]);
const degree = new Int32Array(n + 1);
const neighbours = new Int32Array(n + 1);
for (let i = 1; i < 2 * n - 1; i += 2) {
  const u = Number(data[i]);
  const v = Number(data[i + 1]);
  degree[u]++;
  degree[v]++;
  neighbours[u] ^= v;
  neighbours[v] ^= u;
}

let leaves = [];
for (let module = 1; module <= n; module++) {
  if (degree[module] === 1) leaves.push(module);
}
let left = n;
let length = 0;
while (left > 2) {
  const next = [];
  for (const leaf of leaves) {
    const neighbour = neighbours[leaf];
    neighbours[neighbour] ^= leaf;
    if (--degree[neighbour] === 1) next.push(neighbour);
  }
  left -= leaves.length;
  length += 2;
  leaves = next;
}
console.log(String(length + left - 1));
