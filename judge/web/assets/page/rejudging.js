// A rejudging is looked at again and again while it goes on: it has no events.

import { pause } from "./api.js";
import { part } from "./common.js";

const EVERY_MS = 1500;
let shown = document.getElementById("rejudging");

while (shown.dataset.goesOn) {
  await pause(EVERY_MS);
  if (document.hidden) continue;
  const next = await part(location.pathname, "rejudging").catch(() => null); // and again, where nobody answers
  if (!next) continue;
  const focused = document.activeElement?.id;
  shown.replaceWith(next);
  shown = next;
  if (focused) document.getElementById(focused)?.focus();
}
