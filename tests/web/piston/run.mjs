// Piston's client from npm, unchanged: the server's address and a list of calls in, their answers out.
import piston from "piston-client";

const [server, calls] = process.argv.slice(2);
const client = piston({ server });
const answers = [];
for (const [name, ...args] of JSON.parse(calls)) {
  answers.push(await client[name](...args));
}
console.log(JSON.stringify(answers));
