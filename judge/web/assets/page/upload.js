// A package is sent with its progress shown; what is wrong with it is listed by file.

import { csrf } from "./api.js";
import { make, told } from "./common.js";

const form = document.getElementById("upload");
const { problem_id: id, package: chosen } = form.elements;
const button = form.querySelector("button:not([type])");
const sending = document.getElementById("sending");
const bar = sending.querySelector("progress");
const word = sending.querySelector("span");
const refused = document.getElementById("refused");

// The file's name is the problem's, until somebody writes another.
let suggested = "";
chosen.addEventListener("change", () => {
  const name = chosen.files[0] ? stem(chosen.files[0]).toLowerCase() : "";
  if (id.type !== "hidden" && id.value === suggested) {
    id.value = suggested = name.replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "");
  }
});

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (!chosen.files[0] || button.disabled) return;
  button.disabled = true;
  refused.replaceChildren();
  try {
    if (chosen.files[0].size > told.most_bytes) throw { detail: `It has more than ${megabytes(told.most_bytes)} MB.` };
    const { problem_id, version } = await send(chosen.files[0]);
    location.assign(`/authoring/problems/${problem_id}/versions/${version}`);
  } catch (problem) {
    sending.hidden = true;
    button.disabled = false;
    if (problem) show(problem);
  }
});

/** Send it; resolves with the version, rejects with what is wrong, or with null where it was stopped. */
function send(file) {
  const problem = id.value.trim() || stem(file);
  const name = told.names_itself ? `?user_id=${encodeURIComponent(told.user)}` : "";
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest(); // fetch does not tell how much was sent
    request.open("PUT", `/api/v1/problems/${encodeURIComponent(problem)}${name}`);
    request.responseType = "json";
    request.setRequestHeader("Accept", "application/json");
    request.setRequestHeader("Content-Type", "application/zip");
    if (csrf) request.setRequestHeader("X-CSRF-Token", csrf);
    request.upload.onprogress = ({ loaded, total }) => {
      bar.max = total;
      bar.value = loaded;
      word.textContent = `${megabytes(loaded)} of ${megabytes(total)} MB`;
    };
    request.upload.onload = () => {
      bar.removeAttribute("value");
      word.textContent = "The judge reads it…";
    };
    request.onload = () => {
      if (request.status < 300) resolve(request.response);
      else reject(request.response ?? { detail: `The judge answers ${request.status}.` });
    };
    request.onerror = () => reject({ detail: "The judge cannot be reached, or has closed the connection. Try again." });
    request.onabort = () => reject(null);
    sending.querySelector("button").onclick = () => request.abort();
    bar.value = 0;
    word.textContent = "";
    sending.hidden = false;
    request.send(file);
  });
}

const stem = (file) => file.name.replace(/\.zip$/i, "");
const megabytes = (bytes) => (bytes / 1e6).toFixed(1);

function show({ detail, errors = [] }) {
  const head = make("h3", { className: "problem" }, "The package was refused");
  const rows = errors.map(({ pointer, detail }) => {
    const file = make("code", {}, pointer === "." ? "the package" : pointer);
    return make("tr", {}, make("th", { scope: "row" }, file), make("td", {}, detail));
  });
  const titles = make("tr", {}, make("th", {}, "File"), make("th", {}, "What is wrong"));
  const table = make("table", { className: "list notes" }, make("thead", {}, titles), make("tbody", {}, ...rows));
  const region = make("div", { className: "scroll", role: "region", ariaLabel: "What is wrong", tabIndex: 0 }, table);
  refused.replaceChildren(head, rows.length ? region : make("p", {}, detail));
}
