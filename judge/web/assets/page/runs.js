// Runs of a program on samples or on the reader's own input, and how they are shown.

import { get, post } from "./api.js";
import { make, VERDICTS } from "./common.js";
import { table } from "./diff.js";

const ENDED = ["done", "failed", "cancelled"];
const WORDS = {
  ...VERDICTS,
  compile_error: "Compile error",
  queued: "Queued",
  compiling: "Compiling",
  running: "Running",
  failed: "Could not be run",
  cancelled: "Cancelled",
};

/**
 * Run a program once for each case, `{title, stdin, answer, comparison}`; `began` is called with the runs when
 * they have been accepted. Resolves with the runs once all have ended, in the order of the cases.
 */
export async function runAll(live, told, program, cases, began = () => {}) {
  const bodies = cases.map(({ stdin, answer, comparison }) => ({
    ...program,
    stdin,
    limits: told.limits,
    ...(comparison ? { expected_output: answer, comparison } : {}),
    ...(told.names_itself ? { user_id: told.user } : {}),
  }));
  const { items } = await post("/runs/batch", { runs: bodies });
  const refused = items.find((item) => item.problem);
  if (refused) throw new Error(refused.problem.detail);
  const ids = items.map((item) => item.run.id);
  began(ids);
  await Promise.all(ids.map((id) => ended(live, id)));
  const found = [];
  // Each may have printed a MiB, and as much to standard error; an answer holds 8.
  for (let at = 0; at < ids.length; at += 3) found.push(...(await get(`/runs?ids=${ids.slice(at, at + 3).join(",")}`)).items);
  return found;
}

function ended(live, id) {
  return new Promise((resolve) => {
    const look = (state) => {
      if (!ENDED.includes(state)) return;
      leave();
      resolve();
    };
    const leave = live.follow("run", id, {
      snapshot: (run) => look(run.state),
      event: (event) => look(event.type.replace("run.", "")),
    });
  });
}

const milliseconds = (s) => (s === null ? "–" : s < 1 ? `${Math.round(s * 1000)} ms` : `${s.toFixed(2)} s`);
const mebibytes = (bytes) => (bytes === null ? "–" : `${(bytes / 1048576).toFixed(1)} MiB`);

/** How a run went on one case. isAlone: its verdict has been told already. */
export function shown(run, { title, stdin, answer, comparison, isOwn }, { isAlone = false } = {}) {
  const standing = run.verdict ?? run.state;
  // Without an answer to compare with, or another than the sample's being right too, it only ran.
  const ran = standing === "accepted" && !comparison;
  const head = make(
    "h3",
    {},
    `${title} `,
    make("span", { className: `verdict ${ran ? "ran" : standing}` }, ran ? "Ran" : WORDS[standing]),
    make("span", { className: "faint" }, `${milliseconds(run.cpu_time_s)}, ${mebibytes(run.memory_bytes)}`),
  );
  const box = make("section", { className: "case" });
  if (!isAlone) box.append(head);
  const put = (name, text) => {
    const pre = make("pre", { tabIndex: 0 }, text || "(nothing)");
    box.append(make("h4", {}, name), pre);
  };
  if (run.message && standing !== "wrong_answer") put("Message", run.message);
  if (standing === "runtime_error") {
    box.append(make("p", {}, run.signal ? `Ended by signal ${run.signal}.` : `Exit code ${run.exit_code}.`));
  }
  const hasInput = isOwn || stdin.length < 2000;
  if (hasInput && standing !== "wrong_answer") put("Input", stdin);
  if (standing === "wrong_answer") {
    box.append(make("h4", {}, `${title}: what differs`), table(answer, run.stdout, ["expected", "yours"]));
    if (hasInput) put("Input", stdin);
  } else if (standing !== "compile_error") {
    put("Your output", run.stdout);
    if (answer !== undefined && (standing !== "accepted" || !comparison)) put("Sample output", answer);
  }
  if (run.stderr) put("Standard error", run.stderr);
  return box;
}
