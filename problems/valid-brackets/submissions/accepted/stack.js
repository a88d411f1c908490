const text = require('fs').readFileSync(0, 'utf8').trim();

function isValid(brackets) {
  const closing = { '(': ')', '[': ']', '{': '}' };
  const expected = [];
  for (const bracket of brackets) {
    if (bracket in closing) {
      expected.push(closing[bracket]);
    } else if (expected.pop() !== bracket) {
      return false;
    }
  }
  return expected.length === 0;
}

console.log(isValid(text) ? 'yes' : 'no');
