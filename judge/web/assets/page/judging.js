// A submission while it is judged: its strip of tests fills as they end; its verdict is fetched as a page.

import { part } from "./common.js";

const WORDS = { queued: "Queued", compiling: "Compiling" };
const ENDED = ["done", "failed", "cancelled"];

/** Follow the submission that is shown in `section` (#verdict) up to its end; calls `ended` with the new one. */
export function watch(live, section, ended) {
  const id = section.dataset.submission;
  if (ENDED.includes(section.dataset.state)) return () => {};
  let submission = null;
  let tests = []; // by index: a problem with scores may leave some out

  const show = () => {
    const { state, test_count: count } = submission;
    section.dataset.state = state;
    const standing = section.querySelector("[data-standing]");
    standing.ariaLive = "off"; // the verdict is read out, not the way to it
    const word = WORDS[state] ?? `Running, test ${Math.min(tests.length + 1, count)} of ${count}`;
    if (standing.textContent !== word) standing.textContent = word;
    const cells = section.querySelectorAll(".strip i");
    cells.forEach((cell, index) => {
      cell.className = tests[index]?.verdict ?? (state === "running" && index === tests.length ? "next" : "");
    });
    const passed = tests.filter((test) => test.verdict === "accepted").length;
    section.querySelector(".strip")?.setAttribute("aria-label", `${passed} of ${count} tests accepted`);
    const fact = section.querySelector("[data-passed]");
    if (fact) fact.textContent = `${passed} of ${count}`;
  };

  const look = async () => {
    if (!ENDED.includes(submission.state)) return show();
    leave();
    for (let tried = 0; ; tried += 1) {
      try {
        const next = await part(`/submissions/${id}`, "verdict");
        section.replaceWith(next);
        return ended(submission, next);
      } catch (error) {
        if (tried === 5) throw error;
        await new Promise((resolve) => setTimeout(resolve, 500 * 2 ** tried));
      }
    }
  };

  const leave = live.follow("submission", id, {
    snapshot(found) {
      submission = found;
      tests = [];
      for (const test of found.tests) tests[test.index - 1] = test;
      look();
    },
    event({ type, data }) {
      const kind = type.replace("submission.", "");
      submission ??= { id, state: "queued", test_count: Number(section.dataset.tests) };
      if (kind === "test") tests[data.index - 1] = data;
      else submission = { ...submission, ...(ENDED.includes(kind) ? data : {}), state: kind };
      if (kind === "queued" || kind === "compiling") tests = [];
      look();
    },
  });
  return leave;
}
