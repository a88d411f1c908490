// Requests to the API, in the viewer's name; what fails for the moment is sent again, and is done once.

/** What shows that a request was wanted; empty where nobody is signed in. */
export const csrf = document.querySelector('input[name="csrf_token"]')?.value ?? "";

/** An answer that is an error; `detail` says what to do about it. */
export class Refused extends Error {
  constructor(status, problem) {
    super(problem?.detail ?? `the judge answers ${status}`);
    this.status = status;
    this.errors = problem?.errors ?? [];
  }
}

export const pause = (ms, signal) =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal?.addEventListener("abort", () => (clearTimeout(timer), resolve()), { once: true });
  });

/** How long to wait before the nth try, in ms: longer each time, and not all at once. */
export const backoff = (tries) => Math.min(10_000, 300 * 2 ** tries) * (0.5 + Math.random());

export async function get(path, options = {}) {
  return read(await fetch(`/api/v1${path}`, { headers: { Accept: "application/json" }, ...options }));
}

/** POST a body. It carries a key, so that what was lost on its way may be sent again and still be made once. */
export async function post(path, body, { tries = 4 } = {}) {
  const headers = { Accept: "application/json", "Content-Type": "application/json", "Idempotency-Key": newKey() };
  if (csrf) headers["X-CSRF-Token"] = csrf;
  for (let tried = 0; ; tried += 1) {
    let response = null;
    try {
      response = await fetch(`/api/v1${path}`, { method: "POST", headers, body: JSON.stringify(body) });
    } catch (error) {
      if (tried + 1 >= tries) throw new Refused(0, { detail: "The judge cannot be reached. Try again in a moment." });
    }
    // 503: not now. 409 with Retry-After: an earlier try, whose answer was lost, is still at it.
    const again = response?.status === 503 || (response?.status === 409 && response.headers.has("Retry-After"));
    if (response && (!again || tried + 1 >= tries)) return read(response);
    await pause(response ? retryAfter(response, tried) : backoff(tried));
  }
}

/** How long an answer asks to be left alone, in ms. */
export const retryAfter = (response, tried) => 1000 * Number(response.headers.get("Retry-After")) || backoff(tried);

async function read(response) {
  const body = await response.json().catch(() => null);
  if (!response.ok) throw new Refused(response.status, body);
  return body;
}

function newKey() {
  // randomUUID is there on secure origins alone.
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
