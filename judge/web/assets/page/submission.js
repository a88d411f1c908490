// The page of one submission: live until it has ended, then its difference, its colours, what it is compared with.

import { get } from "./api.js";
import { make, part, told } from "./common.js";
import { table } from "./diff.js";
import { Live, teller } from "./live.js";
import { watch } from "./judging.js";

const live = new Live(told.user, teller(document.getElementById("connection")));
const editor = document.querySelector("script[data-editor]").dataset.editor;

const section = document.getElementById("verdict");
watch(live, section, async () => {
  document.getElementById("tests").replaceWith(await part(location.pathname, "tests"));
});

const against = document.getElementById("against");
if (against) {
  against.form.hidden = false;
  against.addEventListener("change", compare);
}

async function compare() {
  const place = document.getElementById("difference");
  const source = document.getElementById("source");
  source.hidden = against.value !== "";
  if (!against.value) return place.replaceChildren();
  const wanted = against.value;
  try {
    const [mine, theirs] = await Promise.all([told.submission, wanted].map((id) => get(`/submissions/${id}/source`)));
    if (against.value !== wanted) return;
    place.replaceChildren(...differences(theirs.files, mine.files));
  } catch (error) {
    source.hidden = false;
    place.replaceChildren(make("p", { className: "problem" }, error.message));
  }
}

function differences(before, after) {
  const names = [...new Set([...before, ...after].map((file) => file.name))];
  const of = (files, name) => files.find((file) => file.name === name)?.content ?? "";
  // Another language names its file otherwise; one file is compared with one all the same.
  if (before.length === 1 && after.length === 1) return [table(before[0].content, after[0].content, ["earlier", "this one"])];
  return names.flatMap((name) => [
    make("h3", {}, name),
    table(of(before, name), of(after, name), ["earlier", "this one"]),
  ]);
}

// Without colours where they do not come.
const colours = editor && (await import(editor).catch(() => null));
if (colours) {
  const { lines } = colours;
  for (const pre of document.querySelectorAll("pre[data-language]")) {
    const places = [...pre.querySelectorAll(".line")];
    const rows = await lines(places.map((line) => line.textContent.replace(/\n$/, "")).join("\n"), pre.dataset.language);
    places.forEach((line, index) => {
      const pieces = (rows[index] ?? []).map(({ text, classes }) =>
        classes ? make("span", { className: classes }, text) : text,
      );
      line.replaceChildren(...pieces, "\n");
    });
  }
}
