const heights = require('fs').readFileSync(0, 'utf8').split('\n')[1].trim().split(' ').map(Number);
heights.push(0); // clears the stack at the end

let best = 0; // at most 2 * 10^11, which a Number holds exactly
const rising = [];
for (let i = 0; i < heights.length; i++) {
  while (rising.length > 0 && heights[rising[rising.length - 1]] >= heights[i]) {
    const top = heights[rising.pop()];
    const left = rising.length === 0 ? 0 : rising[rising.length - 1] + 1;
    best = Math.max(best, top * (i - left));
  }
  rising.push(i);
}
console.log(String(best));
