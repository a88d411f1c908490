// The operator's page, read anew every few seconds; where that fails it says so, and since when.

import { enliven } from "./common.js";

const EVERY_MS = 3000;
const connection = document.getElementById("connection");
const sent = new Map(); // what each section was sent as, for common.js has written times into it since

document.addEventListener("pointermove", point);
tell("live", "Live");
for (;;) {
  await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
  if (document.hidden) await new Promise((resolve) => document.addEventListener("visibilitychange", resolve, { once: true }));
  try {
    show(await read());
    tell("live", "Live");
  } catch (error) {
    const at = document.getElementById("read-at")?.textContent;
    tell("off", `${at ? `As it was at ${at}: ` : ""}${error.message}`);
  }
}

async function read() {
  const response = await fetch(location.pathname, { headers: { Accept: "text/html" } }).catch(() => {
    throw new Error("the judge cannot be reached");
  });
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  if (!response.ok) throw new Error(page.querySelector("#standing p, main p")?.textContent ?? response.statusText);
  return page;
}

/** Put in place what has changed; what somebody has opened, scrolled or put the focus on stays so. */
function show(page) {
  for (const next of page.querySelectorAll("#operations > section")) {
    const html = next.outerHTML;
    if (sent.get(next.id) === html) continue;
    sent.set(next.id, html);
    const shown = document.getElementById(next.id);
    const keep = shown ? kept(shown) : () => {};
    enliven(document.adoptNode(next));
    if (shown) shown.replaceWith(next);
    else document.getElementById("operations").append(next);
    keep(next);
  }
}

function kept(shown) {
  const open = [...shown.querySelectorAll("details")].map((details) => details.open);
  const scrolled = [...shown.querySelectorAll(".scroll")].map(({ scrollLeft, scrollTop }) => ({ scrollLeft, scrollTop }));
  const focused = shown.contains(document.activeElement) ? document.activeElement : null;
  return (next) => {
    next.querySelectorAll("details").forEach((details, index) => (details.open = open[index] ?? false));
    next.querySelectorAll(".scroll").forEach((region, index) => Object.assign(region, scrolled[index]));
    if (!focused) return;
    const same = [...next.querySelectorAll(focused.localName)].find((element) => key(element) === key(focused));
    same?.focus({ preventScroll: true });
  };
}

/** Say what the minute at the pointer was like, as the table has it, and mark it in every chart. */
function point({ target, clientX }) {
  const minute = document.getElementById("minute");
  if (!minute) return;
  const svg = target.closest?.(".plot svg");
  const { left, width } = svg?.getBoundingClientRect() ?? {};
  const minutes = Number(document.querySelector("#hour [data-minutes]").dataset.minutes);
  const share = svg ? Math.min(1, Math.max(0, (clientX - left) / width)) : 0;
  const at = new Date(Date.parse(document.getElementById("read-at").dataset.at) - (1 - share) * minutes * 60_000);
  const row = [...document.querySelectorAll("#hour tbody tr")].find(
    ({ cells: [name] }) => svg && name.textContent === at.toISOString().slice(11, 16),
  );
  const names = [...document.querySelectorAll("#hour thead th")].map(({ textContent }) => textContent.toLowerCase());
  minute.textContent = row
    ? `${row.cells[0].textContent} UTC: ${[...row.cells].slice(1).map((cell, index) => `${names[index + 1]} ${cell.textContent}`).join("; ")}`
    : "";
  for (const marker of document.querySelectorAll(".plot .marker")) {
    const { width: end } = marker.ownerSVGElement.viewBox.baseVal;
    marker.setAttribute("d", row ? `M${share * end} 0V100` : "");
  }
}

const key = (element) => element.getAttribute("aria-label") ?? element.getAttribute("href") ?? element.textContent;

function tell(state, words) {
  connection.dataset.state = state;
  if (connection.textContent !== words) connection.textContent = words;
}
