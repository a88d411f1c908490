// What differs between two texts, line by line, and within a line where one took another's place.

import { make } from "./common.js";

const MOST_LINES = 3000;
const AROUND = 3;

/** A list of [kind, line of a, line of b]: kind is "same", "gone" (in a alone) or "come" (in b alone). */
export function compare(a, b) {
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start += 1;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a.at(-1 - end) === b.at(-1 - end)) end += 1;
  const same = (from, to, shift) => Array.from({ length: to - from }, (_, i) => ["same", from + i, from + i + shift]);
  return [
    ...same(0, start, 0),
    ...middle(a.slice(start, a.length - end), b.slice(start, b.length - end), start),
    ...same(a.length - end, a.length, b.length - a.length),
  ];
}

/** Myers' way, in steps up to a bound; beyond it everything has gone and come. */
function middle(a, b, offset) {
  const most = Math.min(a.length + b.length, 1000);
  const trace = [];
  let reached = new Map([[1, 0]]);
  for (let d = 0; d <= most; d += 1) {
    trace.push(reached);
    const next = new Map(reached);
    for (let k = -d; k <= d; k += 2) {
      const down = k === -d || (k !== d && (reached.get(k - 1) ?? -1) < (reached.get(k + 1) ?? -1));
      let x = down ? reached.get(k + 1) : reached.get(k - 1) + 1;
      let y = x - k;
      while (x < a.length && y < b.length && a[x] === b[y]) (x += 1), (y += 1);
      next.set(k, x);
      if (x >= a.length && y >= b.length) return backwards(trace, a.length, b.length, offset);
    }
    reached = next;
  }
  return [
    ...a.map((_, i) => ["gone", offset + i, null]),
    ...b.map((_, i) => ["come", null, offset + i]),
  ];
}

function backwards(trace, x, y, offset) {
  const steps = [];
  for (let d = trace.length - 1; d >= 0; d -= 1) {
    const reached = trace[d];
    const k = x - y;
    const down = k === -d || (k !== d && (reached.get(k - 1) ?? -1) < (reached.get(k + 1) ?? -1));
    const before = down ? k + 1 : k - 1;
    const fromX = d === 0 ? 0 : reached.get(before);
    const fromY = d === 0 ? 0 : fromX - before;
    while (x > fromX && y > fromY) steps.push(["same", offset + --x, offset + --y]);
    if (d > 0) steps.push(down ? ["come", null, offset + --y] : ["gone", offset + --x, null]);
  }
  return steps.reverse();
}

/** A line with what differs from its counterpart marked. */
function marked(line, other) {
  if (other === undefined) return [line];
  let start = 0;
  while (start < line.length && start < other.length && line[start] === other[start]) start += 1;
  let end = 0;
  while (end < line.length - start && end < other.length - start && line.at(-1 - end) === other.at(-1 - end)) end += 1;
  if (start + end === 0 && line.length > 4) return [line];
  return [line.slice(0, start), make("mark", {}, line.slice(start, line.length - end)), line.slice(line.length - end)];
}

/** A table of what differs; `titles` name the two texts. */
export function table(before, after, titles) {
  const [a, b] = [before, after].map((text) => text.replace(/\n$/, "").split("\n").slice(0, MOST_LINES));
  const steps = compare(a, b);
  const near = new Set();
  steps.forEach(([kind], index) => {
    if (kind !== "same") for (let i = index - AROUND; i <= index + AROUND; i += 1) near.add(i);
  });
  const body = make("tbody");
  let skipped = 0;
  const tellSkipped = () => {
    if (skipped) body.append(make("tr", { className: "skipped" }, make("td", { colSpan: 4 }, `${skipped} equal lines`)));
    skipped = 0;
  };
  // Lines that went and lines that came in their place stand beside each other in order.
  const counterpart = new Map();
  for (let index = 0; index < steps.length; ) {
    const gone = [];
    const come = [];
    while (steps[index]?.[0] !== "same" && index < steps.length) {
      (steps[index][0] === "gone" ? gone : come).push(steps[index]);
      index += 1;
    }
    gone.forEach((step, i) => come[i] && (counterpart.set(step, b[come[i][2]]), counterpart.set(come[i], a[step[1]])));
    if (gone.length + come.length === 0) index += 1;
  }
  steps.forEach((step, index) => {
    const [kind, i, j] = step;
    if (!near.has(index)) return void (skipped += 1);
    tellSkipped();
    const text = kind === "come" ? b[j] : a[i];
    const sign = { same: " ", gone: "−", come: "+" }[kind];
    body.append(
      make(
        "tr",
        { className: kind },
        make("td", { className: "at" }, i === null ? "" : `${i + 1}`),
        make("td", { className: "at" }, j === null ? "" : `${j + 1}`),
        make("td", { className: "sign" }, sign),
        make("td", {}, ...(kind === "same" ? [text] : marked(text, counterpart.get(step)))),
      ),
    );
  });
  tellSkipped();
  const head = make(
    "thead",
    {},
    make("tr", {}, make("th", { colSpan: 4 }, `− ${titles[0]}, + ${titles[1]}`)),
  );
  const shown = make("div", { className: "diff", tabIndex: 0 }, make("table", {}, head, body));
  shown.setAttribute("role", "region");
  shown.setAttribute("aria-label", `${titles[0]} compared with ${titles[1]}`);
  return shown;
}
