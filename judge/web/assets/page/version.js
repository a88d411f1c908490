// A version while it is verified: its matrix fills as tests end; what it comes to is fetched as a page.

import { backoff, pause } from "./api.js";
import { part, told, VERDICTS } from "./common.js";
import { Live, teller } from "./live.js";

const live = new Live(told.user, teller(document.getElementById("connection")));
let shown = document.getElementById("version");
let asked = 0; // how often the page was asked for
const late = []; // progress that a page on its way may not know of

const { verification: id, seq, state } = shown.dataset;
const leave = ["queued", "running"].includes(state) ? follow() : () => {};

function follow() {
  return live.follow("verification", id, {
    path: location.pathname.replace("/authoring", ""),
    query: { verification_id: id },
    after: Number(seq),
    snapshot: refresh,
    event(event) {
      if (event.type !== "verification.progress") return refresh();
      late.push(event);
      fill(event.data);
    },
  });
}

function fill({ done, total, what, tests }) {
  const bar = document.getElementById("progress");
  if (bar) Object.assign(bar, { max: total, value: done });
  const said = shown.querySelector("[data-what]");
  if (said) said.textContent = what;
  const rows = new Map([...shown.querySelectorAll("[data-name]")].map((row) => [row.dataset.name, row]));
  const changed = new Set();
  for (const { submission, index, verdict } of tests) {
    const row = rows.get(submission);
    const cell = row?.querySelectorAll(".cells i")[index - 1];
    if (!cell) continue;
    cell.className = verdict;
    cell.title = `${cell.title.split(": ")[0]}: ${VERDICTS[verdict]}`;
    changed.add(row);
  }
  for (const row of changed) {
    const cells = row.querySelectorAll(".cells i");
    const ended = [...cells].filter((cell) => cell.className).length;
    const count = `${ended} of ${cells.length}`;
    row.querySelector("[data-got] .faint").textContent = count;
    row.querySelector(".cells").setAttribute("aria-label", `${count} tests`);
  }
}

/** Show the page as it is now; what has come of it is read out. */
async function refresh() {
  const mine = ++asked;
  const next = await fetched();
  if (mine !== asked) return;
  const focused = document.activeElement?.id;
  shown.replaceWith(next);
  shown = next;
  if (focused) document.getElementById(focused)?.focus();
  if (["queued", "running"].includes(next.dataset.state)) {
    for (const event of late) if (event.seq > next.dataset.seq) fill(event.data);
    return;
  }
  leave();
  document.getElementById("said").textContent = next.querySelector("[data-standing]").textContent;
}

async function fetched() {
  for (let tried = 0; ; tried += 1) {
    try {
      return await part(location.pathname, "version");
    } catch (error) {
      if (tried === 5) throw error;
      await pause(backoff(tried));
    }
  }
}
