// The list of problems is looked through while somebody types.

import { part } from "./common.js";

const form = document.querySelector("form.search");
const field = form.elements.q;
let asked = 0;
let timer = null;

form.querySelector("button").hidden = true;
field.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(look, 120);
});
form.addEventListener("submit", (event) => {
  event.preventDefault();
  clearTimeout(timer);
  look();
});

async function look() {
  const mine = ++asked;
  const query = new URLSearchParams(new FormData(form));
  if (!field.value) query.delete("q");
  const url = `${location.pathname}${query.size ? `?${query}` : ""}`;
  try {
    const found = await part(url, "found");
    if (mine !== asked) return; // another one was asked for meanwhile
    document.getElementById("found").replaceWith(found);
    history.replaceState(null, "", url);
  } catch {
    location.assign(url);
  }
}
