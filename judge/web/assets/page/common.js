// What every page has: times in the reader's own, copy buttons, and parts of pages fetched anew.

document.documentElement.classList.add("scripted");

/** Make an element: `make("p", {className: "faint"}, "text", child)`. */
export function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

/** What the verdicts of a test are called. */
export const VERDICTS = {
  accepted: "Accepted",
  wrong_answer: "Wrong answer",
  time_limit_exceeded: "Time limit exceeded",
  memory_limit_exceeded: "Memory limit exceeded",
  output_limit_exceeded: "Output limit exceeded",
  runtime_error: "Runtime error",
};

/** The JSON that the page was told, or an empty object. */
export const told = JSON.parse(document.getElementById("told")?.textContent ?? "{}");

/** A part of a page of ours, by its id, made live. */
export async function part(url, id) {
  const response = await fetch(url, { headers: { Accept: "text/html" } });
  if (!response.ok) throw new Error(`${url} answers ${response.status}`);
  const found = new DOMParser().parseFromString(await response.text(), "text/html").getElementById(id);
  if (!found) throw new Error(`${url} has no #${id}`);
  return enliven(document.adoptNode(found));
}

const day = new Intl.DateTimeFormat(undefined, { dateStyle: "medium" });
const minute = new Intl.DateTimeFormat(undefined, { timeStyle: "short" });

function local(element) {
  const at = new Date(element.dateTime);
  element.title = at.toLocaleString();
  const ago = (Date.now() - at) / 1000;
  if (ago < 60) element.textContent = "just now";
  else if (ago < 3600) element.textContent = `${Math.floor(ago / 60)} min ago`;
  else if (at.toDateString() === new Date().toDateString()) element.textContent = `today, ${minute.format(at)}`;
  else element.textContent = day.format(at);
}

async function copy(button) {
  const text = button.closest("figure").querySelector("pre").textContent;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Without https there is no clipboard; what is selected can still be copied by hand.
    getSelection().selectAllChildren(button.closest("figure").querySelector("pre"));
    button.textContent = "Selected";
    return;
  }
  button.textContent = "Copied";
  setTimeout(() => (button.textContent = "Copy"), 1500);
}

/** Give a part of a page what scripts add to it. */
export function enliven(root) {
  for (const element of root.querySelectorAll("time")) local(element);
  for (const button of root.querySelectorAll("button.copy")) button.hidden = false;
  return root;
}

/** Tabs by their links; `select(id)` shows a panel. */
export function tabs(list, shown) {
  const links = [...list.querySelectorAll('[role="tab"]')];
  const select = (id, focus = false) => {
    for (const link of links) {
      const chosen = link.getAttribute("aria-controls") === id;
      link.setAttribute("aria-selected", chosen);
      link.tabIndex = chosen ? 0 : -1;
      shown(document.getElementById(link.getAttribute("aria-controls")), chosen);
      if (chosen && focus) link.focus();
    }
  };
  for (const [index, link] of links.entries()) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      select(link.getAttribute("aria-controls"));
    });
    link.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (step) select(links.at((index + step) % links.length).getAttribute("aria-controls"), true);
      else if (event.key === " ") link.click();
      else return;
      event.preventDefault();
    });
  }
  return select;
}

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("button.copy");
  if (button) copy(button);
});
enliven(document);
// On a narrow screen the bar scrolls, and the page that this is may lie outside.
const here = document.querySelector(".bar nav [aria-current]");
if (here) here.parentElement.scrollLeft = here.offsetLeft - here.parentElement.offsetLeft;
