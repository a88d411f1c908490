// Events as they happen: one socket for all that the page shows, and polls where no socket can be had.
//
// The socket is opened when there is something to be followed and closed when there is not. Whatever was
// followed goes on after the last event that came, so that nothing is missed and nothing told twice.

import { backoff, get, pause, retryAfter, Refused } from "./api.js";

const PATIENCE = 2; // failed sockets before polls begin
const IDLE_MS = 5000;
const POLL_S = 20;

export class Live {
  #user;
  #tell;
  #topics = new Map();
  #socket = null;
  #ready = false;
  #failures = 0;
  #retry = null;
  #idle = null;
  #polls = null;

  /** user: whom the socket is greeted as. tell: called with "live", "waiting", "polling", "off", "out" or "". */
  constructor(user, tell) {
    this.#user = user;
    this.#tell = tell;
    addEventListener("online", () => this.#topics.size && this.#open());
    addEventListener("pagehide", () => this.#close());
    addEventListener("pageshow", (event) => event.persisted && this.#topics.size && this.#open());
  }

  /**
   * Follow a submission, a run or a verification: `snapshot` gets it as it stands, `event` each event after
   * that, in order. `after` is the number of an event up to which it is known, and no snapshot is needed.
   * `path` and `query` say where it is asked for, where that is not where its kind is. Returns what ends it.
   */
  follow(kind, id, { snapshot, event, after = null, path = `/${kind}s/${id}`, query = {} }) {
    const topic = { kind, id, seq: after, path, query, snapshot, event };
    this.#topics.set(id, topic);
    clearTimeout(this.#idle);
    if (this.#ready) this.#subscribe(topic);
    else this.#open();
    if (this.#polls) this.#poll(topic);
    return () => this.#leave(topic);
  }

  #leave(topic) {
    if (!this.#topics.delete(topic.id)) return;
    if (this.#ready) this.#send({ type: "unsubscribe", [`${topic.kind}_id`]: topic.id });
    if (this.#topics.size === 0) {
      // The next thing to be followed often comes at once.
      this.#idle = setTimeout(() => this.#close(), IDLE_MS);
      this.#stopPolls();
    }
  }

  #open() {
    clearTimeout(this.#retry);
    if (this.#socket) return;
    if (!this.#polls) this.#tell("waiting");
    const socket = (this.#socket = new WebSocket(`${location.origin.replace(/^http/, "ws")}/ws`));
    const mine = (handle) => (event) => socket === this.#socket && handle(event);
    socket.onopen = mine(() => this.#send({ type: "hello", user_id: this.#user, stream: false }));
    socket.onmessage = mine((event) => this.#receive(JSON.parse(event.data)));
    socket.onclose = mine((event) => this.#lost(event.code));
  }

  #close() {
    clearTimeout(this.#retry);
    clearTimeout(this.#idle);
    this.#stopPolls();
    const socket = this.#socket;
    this.#socket = null;
    this.#ready = false;
    socket?.close();
    this.#tell("");
  }

  #lost(code) {
    this.#socket = null;
    this.#ready = false;
    if (this.#topics.size === 0) return this.#tell("");
    if (code === 1008) return this.#out();
    this.#failures += 1;
    if (this.#failures >= PATIENCE) this.#startPolls();
    if (!this.#polls) this.#tell("waiting");
    this.#retry = setTimeout(() => this.#open(), backoff(this.#failures));
  }

  /** Signed out: to ask again would change nothing. */
  #out() {
    clearTimeout(this.#retry);
    this.#stopPolls();
    this.#tell("out");
  }

  #send(frame) {
    this.#socket.send(JSON.stringify(frame));
  }

  #subscribe(topic) {
    const after = topic.seq === null ? {} : { after_seq: topic.seq };
    this.#send({ type: "subscribe", [`${topic.kind}_id`]: topic.id, ...after });
  }

  #receive(message) {
    if (message.type === "ready") {
      this.#ready = true;
      this.#failures = 0;
      this.#stopPolls();
      this.#tell("live");
      for (const topic of this.#topics.values()) this.#subscribe(topic);
    } else if (message.type === "snapshot") {
      const shown = message.submission ?? message.run ?? message.verification;
      const topic = this.#topics.get(shown.id);
      // Who has come back is sent what was missed, and needs no snapshot.
      if (topic && topic.seq === null) {
        topic.seq = message.seq;
        topic.snapshot(shown);
      }
    } else {
      this.#pass(message);
    }
  }

  #pass(event) {
    const topic = this.#topics.get(event.submission_id ?? event.run_id ?? event.verification_id);
    if (topic && event.seq > (topic.seq ?? 0)) {
      topic.seq = event.seq;
      topic.event(event);
    }
  }

  #startPolls() {
    if (this.#polls) return;
    this.#polls = new AbortController();
    for (const topic of this.#topics.values()) this.#poll(topic);
  }

  #stopPolls() {
    this.#polls?.abort();
    this.#polls = null;
  }

  async #poll(topic) {
    const { signal } = this.#polls;
    for (let tried = 0; !signal.aborted && this.#topics.get(topic.id) === topic; ) {
      try {
        const query = new URLSearchParams({ after_seq: topic.seq ?? 0, wait: POLL_S, ...topic.query });
        const response = await fetch(`/api/v1${topic.path}/events?${query}`, { signal, headers: { Accept: "application/json" } });
        if (response.ok) {
          const { items } = await response.json();
          if (signal.aborted) return;
          this.#tell("polling");
          items.forEach((event) => this.#pass(event));
          tried = 0;
        } else if (response.status === 401) {
          this.#out();
        } else if (response.status === 403 || response.status === 404) {
          this.#leave(topic); // kept from us, or gone for good
        } else {
          // A full server has no room to wait in; without waiting it answers.
          if (response.status === 503) await this.#look(topic, signal);
          await pause(retryAfter(response, tried++), signal);
        }
      } catch (error) {
        if (signal.aborted) return;
        this.#tell("off");
        await pause(backoff(tried++), signal);
      }
    }
  }

  async #look(topic, signal) {
    try {
      const found = await get(topic.path, { signal });
      if (signal.aborted) return;
      this.#tell("polling");
      topic.snapshot(found);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
    }
  }
}

const WORDS = {
  "": "",
  live: "Live",
  waiting: "Connecting…",
  polling: "Asking now and then",
  off: "No connection; trying again",
  out: "Signed out; sign in again",
};

/** Show in an element how the connection stands. */
export const teller = (element) => (state) => {
  if (!element || element.dataset.state === state) return;
  element.dataset.state = state;
  element.textContent = WORDS[state];
};
