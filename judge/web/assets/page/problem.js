// The page on which a problem is solved: editor, drafts, runs, submissions.

import { get, post, Refused } from "./api.js";
import { make, part, tabs, told } from "./common.js";
import * as drafts from "./drafts.js";
import { watch } from "./judging.js";
import { Live, teller } from "./live.js";
import { runAll, shown } from "./runs.js";

const script = document.querySelector("script[data-editor]");
const form = document.getElementById("solution");
const said = document.getElementById("said");
const live = new Live(told.user, teller(document.getElementById("connection")));

const readingTabs = tabs(document.querySelector(".reading"), (panel, chosen) => panel.classList.toggle("shown", chosen));
readingTabs(location.hash === "#history" ? "history" : "statement");

if (form) start();
performance.mark("interactive");

function start() {
  const { language, code } = form.elements;
  const draft = document.getElementById("draft");
  const run = document.getElementById("run");
  const submit = document.getElementById("submit");
  const reset = document.getElementById("reset");
  const results = tabs(document.getElementById("results"), (panel, chosen) => (panel.hidden = !chosen));
  const other = new BroadcastChannel(`judge:problem:${told.problem}`);
  let editor = null;
  let leave = () => {};
  let templates = null;
  let spoken = language.value; // what the text is written in; another may be chosen, and be on its way

  const text = () => (editor ? editor.text : code.value);
  const put = (next) => (editor ? editor.replace(next) : (code.value = next));
  const say = (...what) => {
    said.replaceChildren(...what);
    results("output");
  };

  // Drafts and languages

  const isContinued = new URLSearchParams(location.search).has("from");
  const kept = drafts.load(told.problem, language.value);
  // What the judge gave to begin with; not known where a submission is gone on with.
  let began = isContinued ? null : code.value;
  if (kept !== null && !isContinued) code.value = kept;
  let timer = null;
  const changed = () => {
    draft.textContent = "";
    clearTimeout(timer);
    timer = setTimeout(keep, 300);
  };
  const keep = () => {
    clearTimeout(timer);
    timer = null;
    const now = text();
    if (now === began) drafts.drop(told.problem, spoken);
    else draft.textContent = drafts.keep(told.problem, spoken, now) ? "Saved here" : "Too long to be kept here";
    reset.hidden = now === began;
  };
  const template = async (id) => {
    templates ??= (await get(`/problems/${told.problem}`)).templates;
    return templates[id] ?? "";
  };
  code.addEventListener("input", changed);
  addEventListener("pagehide", () => timer && keep());
  document.addEventListener("visibilitychange", () => timer && keep());
  reset.hidden = code.value === began;
  drafts.follow(told.problem, () => spoken, (next) => !timer && put(next));
  if (isContinued) {
    // It is the draft from now on, and a reload goes on with that; undoing brings back the one before.
    history.replaceState(null, "", location.pathname);
    drafts.speak(spoken);
    keep();
  }
  reset.addEventListener("click", async () => {
    began ??= await template(spoken);
    put(began);
    keep();
    editor ? editor.focus() : code.focus();
  });

  language.addEventListener("change", async () => {
    const chosen = language.value;
    let next;
    try {
      next = await template(chosen);
    } catch (error) {
      if (language.value !== chosen) return;
      language.value = spoken;
      return say(make("p", { className: "problem" }, `Still ${language.selectedOptions[0].text}: ${error.message}`));
    }
    if (language.value !== chosen) return;
    if (timer) keep();
    spoken = chosen;
    drafts.speak(chosen);
    began = next;
    put(drafts.load(told.problem, chosen) ?? began);
    clearTimeout(timer); // putting it there was no change of the writer's
    timer = null;
    draft.textContent = "";
    reset.hidden = text() === began;
    editor?.mark([]);
    await editor?.speak(chosen);
    mayRun();
  });

  // Running and submitting

  const mayRun = () => {
    const adds = told.included.some((each) => each === "default" || each === spoken);
    run.disabled = adds;
    run.title = adds ? "The problem adds files of its own, which a run has not" : "";
  };
  run.hidden = !told.can_run;
  document.getElementById("results").hidden = false;
  document.getElementById("tab-cases").hidden = !told.can_run;
  document.querySelector("#submit kbd").hidden = false;
  mayRun();
  results(told.can_run ? "cases" : "output");

  const stdin = document.getElementById("stdin");
  const choices = [...document.querySelectorAll('input[name="case"]')];
  if (told.samples.length === 0) {
    choices[0].disabled = true;
    choices[1].checked = true;
  }
  const showOwn = () => {
    stdin.hidden = !choices[1].checked;
    document.getElementById("compared")?.toggleAttribute("hidden", choices[1].checked);
  };
  choices.forEach((choice) => choice.addEventListener("change", showOwn));
  showOwn();
  const cases = () =>
    choices[1].checked
      ? [{ title: "Your own input", stdin: stdin.value, isOwn: true }]
      : told.samples.map((sample, index) => ({
          title: `Sample ${index + 1}`,
          stdin: sample.input,
          answer: sample.answer,
          comparison: sample.comparison,
        }));

  // On a phone the results are below the editor.
  const reveal = () => {
    if (matchMedia("(max-width: 60rem)").matches) document.getElementById("results").scrollIntoView({ block: "start" });
  };
  const program = () => ({ language: spoken, code: text() });
  const busy = async (button, what) => {
    if (button.disabled || button.hidden) return;
    keep();
    editor?.mark([]);
    button.disabled = true;
    try {
      await what();
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      say(make("p", { className: "problem" }, error.message));
      if (error instanceof Refused && error.status === 401) location.reload();
    } finally {
      button.disabled = false;
      mayRun();
    }
  };

  const doRun = () =>
    busy(run, async () => {
      leave();
      remember("");
      const asked = cases();
      say(make("p", { className: "empty" }, "Running…"));
      reveal();
      const runs = await runAll(live, told, program(), asked);
      const broken = runs.find((each) => each.verdict === "compile_error");
      if (broken) sayCompiler(broken.compile_output);
      else say(...runs.map((each, index) => shown(each, asked[index])));
    });

  const doSubmit = () =>
    busy(submit, async () => {
      const name = told.names_itself ? { user_id: told.user } : {};
      const made = await post("/submissions", { problem_id: told.problem, ...program(), ...name });
      other.postMessage(made.id);
      await show(made.id);
      reveal();
    });

  // What is shown of a submission: in this tab, in others, after a reload

  const remember = (id) => {
    try {
      if (id) sessionStorage.setItem(`judge:shown:${told.problem}`, id);
      else sessionStorage.removeItem(`judge:shown:${told.problem}`);
    } catch {
      // a browser may keep nothing
    }
  };
  const remembered = () => {
    try {
      return sessionStorage.getItem(`judge:shown:${told.problem}`);
    } catch {
      return null;
    }
  };

  async function show(id) {
    leave();
    const section = await part(`/submissions/${id}`, "verdict");
    remember(id);
    say(section);
    markErrors();
    const ended = () => {
      refreshHistory();
      showDifference(id);
    };
    if (section.dataset.state === "done") return ended();
    leave = watch(live, section, () => {
      markErrors();
      ended();
    });
  }

  /** Where the program is wrong on a sample: it is run there once more, for its output. */
  async function showDifference(id) {
    const place = said.querySelector("[data-difference]");
    const index = told.samples.findIndex((sample) => sample.name === place?.dataset.difference);
    if (index < 0 || !told.can_run) return;
    const sample = told.samples[index];
    const asked = { title: `Sample ${index + 1}`, stdin: sample.input, answer: sample.answer, comparison: sample.comparison };
    try {
      const { language, files } = await get(`/submissions/${id}/source`);
      const [found] = await runAll(live, told, { language, files }, [asked]);
      place.replaceChildren(shown(found, asked, { isAlone: true }));
    } catch (error) {
      place.replaceChildren(make("p", { className: "problem" }, error.message));
    }
  }

  async function refreshHistory() {
    const next = await part(location.pathname, "history").catch(() => null);
    if (!next) return;
    const old = document.getElementById("history");
    next.className = old.className;
    old.replaceWith(next);
  }

  const sayCompiler = (output) => {
    const heading = make("h3", {}, make("span", { className: "verdict compile_error" }, "Compile error"));
    say(heading, make("pre", { className: "compiler", tabIndex: 0 }, ...linked(output ?? "")));
    markErrors();
  };
  const markErrors = () => {
    const links = [...said.querySelectorAll(".compiler a[data-line]")];
    editor?.mark(links.map((link) => Number(link.dataset.line)));
  };
  said.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-line]");
    if (!link || !editor) return;
    event.preventDefault();
    editor.goTo(Number(link.dataset.line), Number(link.dataset.column));
  });

  other.onmessage = ({ data: id }) => show(id).catch(() => {});
  const before = told.unfinished ?? remembered();
  if (before) show(before).catch(() => remember(""));

  // Keys

  run.addEventListener("click", doRun);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    doSubmit();
  });
  const keys = { Enter: doSubmit, "'": doRun };
  document.addEventListener("keydown", (event) => {
    const what = (event.ctrlKey || event.metaKey) && !event.altKey && keys[event.key];
    if (!what || event.defaultPrevented) return;
    event.preventDefault();
    what();
  });

  if (script.dataset.editor) {
    // Where it does not come, the text area stays.
    mountEditor().catch(() => (draft.textContent = "The editor could not be loaded"));
  }

  async function mountEditor() {
    const { mount } = await import(script.dataset.editor);
    const done = (what) => () => (what(), true);
    const chosen = spoken;
    const mounted = await mount({
      parent: document.getElementById("editor"),
      text: (isContinued && kept) || code.value,
      language: chosen,
      nonce: script.nonce,
      labelledBy: "code-label",
      describedBy: "code-help",
      keys: [
        { key: "Mod-Enter", run: done(doSubmit) },
        { key: "Mod-'", run: done(doRun) },
      ],
      changed,
    });
    const hadFocus = document.activeElement === code;
    editor = mounted;
    // What was written, or chosen, while the editor was on its way.
    editor.replace(code.value);
    if (spoken !== chosen) editor.speak(spoken);
    code.hidden = true;
    code.required = false;
    if (hadFocus) editor.focus();
    markErrors();
    performance.mark("editor");
  }
}

/** What a compiler said, with the lines that it names as links. */
function linked(output) {
  const pieces = [];
  let end = 0;
  for (const found of output.matchAll(/(?<![\w./+-])[\w./+-]{1,255}\.\w{1,16}(?:", line |:|\()(\d{1,6})(?::(\d{1,4}))?/g)) {
    const link = make("a", { href: "#editor" }, found[0]);
    Object.assign(link.dataset, { line: found[1], column: found[2] ?? 1 });
    pieces.push(output.slice(end, found.index), link);
    end = found.index + found[0].length;
  }
  return [...pieces, output.slice(end)];
}
