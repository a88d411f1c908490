// What is being written, kept in this browser for each problem and language.

const key = (problem, language) => `judge:draft:${problem}:${language}`;

export function load(problem, language) {
  try {
    return localStorage.getItem(key(problem, language));
  } catch {
    return null; // a browser may keep nothing
  }
}

/** Keep a text; false where the browser has no room for it. */
export function keep(problem, language, text) {
  try {
    localStorage.setItem(key(problem, language), text);
    return true;
  } catch {
    return false;
  }
}

export function drop(problem, language) {
  try {
    localStorage.removeItem(key(problem, language));
  } catch {
    // there was nothing to be dropped
  }
}

/** Begin with this language from now on; a cookie, for the server writes the page. */
export function speak(language) {
  document.cookie = `judge_language=${language}; path=/; max-age=31536000; samesite=lax`;
}

/** Call `changed` with the text that another tab has kept, wherever that is the draft that `shown()` names. */
export function follow(problem, shown, changed) {
  addEventListener("storage", (event) => {
    if (event.key === key(problem, shown()) && event.newValue !== null) changed(event.newValue);
  });
}
