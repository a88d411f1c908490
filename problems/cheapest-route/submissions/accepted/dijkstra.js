// Dijkstra's algorithm with a hand-written binary heap of (cost, town) in two typed arrays.
const data = require('fs').readFileSync(0);
let position = 0;
function next() {
  while (data[position] < 48) position++;
  let value = 0;
  while (data[position] >= 48) value = value * 10 + data[position++] - 48;
  return value;
}

const n = next();
const m = next();
const first = new Int32Array(n + 1).fill(-1);
const following = new Int32Array(m);
const to = new Int32Array(m);
const cost = new Int32Array(m);
for (let i = 0; i < m; i++) {
  const u = next();
  to[i] = next();
  cost[i] = next();
  following[i] = first[u];
  first[u] = i;
}

const keys = new Float64Array(m + 2);
const towns = new Int32Array(m + 2);
let size = 0;
function push(key, town) {
  let i = size++;
  while (i > 0) {
    const parent = (i - 1) >> 1;
    if (keys[parent] <= key) break;
    keys[i] = keys[parent];
    towns[i] = towns[parent];
    i = parent;
  }
  keys[i] = key;
  towns[i] = town;
}
function pop() {
  const key = keys[--size];
  const town = towns[size];
  let i = 0;
  for (;;) {
    let child = 2 * i + 1;
    if (child >= size) break;
    if (child + 1 < size && keys[child + 1] < keys[child]) child++;
    if (keys[child] >= key) break;
    keys[i] = keys[child];
    towns[i] = towns[child];
    i = child;
  }
  keys[i] = key;
  towns[i] = town;
}

const toll = new Float64Array(n + 1).fill(Infinity);
toll[1] = 0;
push(0, 1);
while (size > 0) {
  const reached = keys[0];
  const town = towns[0];
  pop();
  if (reached > toll[town]) continue;
  for (let road = first[town]; road >= 0; road = following[road]) {
    const there = reached + cost[road];
    if (there < toll[to[road]]) {
      toll[to[road]] = there;
      push(there, to[road]);
    }
  }
}
console.log(toll[n] === Infinity ? 'impossible' : String(toll[n]));
