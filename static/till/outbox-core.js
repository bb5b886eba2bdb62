// What the till's page and its service worker share: the entries that must reach the server, and how they are sent.
//
// An entry is written before anybody hears that something was sold, and goes out with the same client_uuid until the
// server has answered. Sending twice is harmless; forgetting is not.

import { openDB } from "../vendor/idb.js";
import { NoAnswer, Problem } from "./api.js";

const VERSION = 1;
const FIRST_PAUSE = 1000; // milliseconds before the second attempt; doubled each time, see pauseAfter
const LONGEST_PAUSE = 30000;
const FRESH = 10000; // so long after the payment the customer still stands there
const MOST_ERRORS = 12; // so often a server may fail over an entry before a person is asked
const PATIENT = 20; // after so many attempts without an answer the next entry may try as well
const LEASE = 30000; // longer than a request may take
const DAYS_KEPT = 7;
const SENT_KEPT = 200;

export const STATES = ["waiting", "sending", "sent", "attention"];

export function nameOf(organizationId) {
  return `smartpos-outbox-${organizationId}`;
}

/** The entries on this device. Throws when the browser gives no place to keep them. */
export class OutboxStore {
  static async open(organizationId) {
    const database = await openDB(nameOf(organizationId), VERSION, {
      upgrade(fresh) {
        const entries = fresh.createObjectStore("entries", { keyPath: "seq", autoIncrement: true });
        entries.createIndex("id", "id", { unique: true });
        entries.createIndex("state", ["state", "seq"]);
        fresh.createObjectStore("facts");
      },
      // Another tab runs a newer version of the till and waits for this one to let go.
      blocking(_current, _blocked, event) { event.target.close(); },
    });
    return new OutboxStore(database);
  }

  constructor(database) {
    this.database = database;
  }

  /**
   * Keep an entry, on the disk when this resolves. One that needs attention is replaced by a new one of the same id;
   * any other stays as it is. Returns what is kept now, and in what state an entry of this id was before.
   */
  async add(entry) {
    const work = this.database.transaction("entries", "readwrite", { durability: "strict" });
    const known = await work.store.index("id").get(entry.id);
    const before = known?.state ?? null;
    if (known && before !== "attention") {
      await work.done;
      return { entry: known, before };
    }
    if (known) work.store.delete(known.seq);
    const seq = await work.store.add(entry);
    await work.done;
    return { entry: { ...entry, seq }, before };
  }

  /** Change an entry; `change` gets it and returns what is to be kept, or null to leave it. Returns what is kept. */
  async change(id, change) {
    const work = this.database.transaction("entries", "readwrite");
    const entry = await work.store.index("id").get(id);
    const changed = entry ? change(entry) : null;
    if (changed) work.store.put(changed);
    await work.done;
    return changed ?? entry ?? null;
  }

  async remove(id) {
    const work = this.database.transaction("entries", "readwrite", { durability: "strict" });
    const seq = await work.store.index("id").getKey(id);
    if (seq !== undefined) work.store.delete(seq);
    await work.done;
  }

  async get(id) {
    return (await this.database.getFromIndex("entries", "id", id)) ?? null;
  }

  /** The first entry of that state whose number is above `seq`. */
  async next(state, seq = 0) {
    const [entry] = await this.database.getAllFromIndex("entries", "state", after(state, seq), 1);
    return entry ?? null;
  }

  async inState(state, count = undefined) {
    return this.database.getAllFromIndex("entries", "state", after(state, 0), count);
  }

  async counts() {
    const index = this.database.transaction("entries").store.index("state");
    const all = await Promise.all(STATES.map((state) => index.count(after(state, 0))));
    return Object.fromEntries(STATES.map((state, place) => [state, all[place]]));
  }

  /** The latest entries, the newest first, from below `seq`. */
  async latest(count, seq = Infinity) {
    const found = [];
    const range = seq === Infinity ? null : IDBKeyRange.upperBound(seq, true);
    let cursor = await this.database.transaction("entries").store.openCursor(range, "prev");
    while (cursor && found.length < count) {
      found.push(cursor.value);
      cursor = await cursor.continue();
    }
    return found;
  }

  /** Everything, the oldest first. */
  all() {
    return this.database.getAll("entries");
  }

  fact(name) {
    return this.database.get("facts", name);
  }

  setFact(name, value) {
    return this.database.put("facts", value, name);
  }

  /** Forget what was sent long ago; the last ones stay whatever their age. Returns how many went. */
  async prune(now = Date.now()) {
    const work = this.database.transaction("entries", "readwrite");
    const index = work.store.index("state");
    let over = (await index.count(after("sent", 0))) - SENT_KEPT;
    let gone = 0;
    let cursor = over > 0 ? await index.openCursor(after("sent", 0)) : null;
    while (cursor && over > 0) {
      if (now - Date.parse(cursor.value.sentAt) > DAYS_KEPT * 86400000) {
        cursor.delete();
        gone += 1;
      }
      over -= 1;
      cursor = await cursor.continue();
    }
    await work.done;
    return gone;
  }

  /** Take or renew the right to send where the browser has no locks. false: somebody else has it. */
  async lease(owner) {
    const work = this.database.transaction("facts", "readwrite");
    const held = await work.store.get("lease");
    const left = held ? held.until - Date.now() : 0;
    // A clock that was set back must not make a lease of a minute one of a day.
    const free = !held || held.owner === owner || left <= 0 || left > LEASE;
    if (free) work.store.put({ owner, until: Date.now() + LEASE }, "lease");
    await work.done;
    return free;
  }

  async endLease(owner) {
    const work = this.database.transaction("facts", "readwrite");
    const held = await work.store.get("lease");
    if (held?.owner === owner) work.store.delete("lease");
    await work.done;
  }
}

function after(state, seq) {
  return IDBKeyRange.bound([state, seq], [state, Infinity], true);
}

/** Milliseconds to wait after so many attempts in a row; never the same for two tills. */
export function pauseAfter(attempts) {
  const whole = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** Math.min(attempts - 1, 10));
  return whole * (0.7 + 0.6 * Math.random());
}

/** The content as it goes out now. A sale that the customer has left with is no question any more. */
export function bodyOf(entry, now = Date.now()) {
  const past = entry.offline || entry.attempts > 0 || Math.abs(now - Date.parse(entry.createdAt)) > FRESH;
  return entry.kind === "sale" && past ? { ...entry.body, offline: true } : entry.body;
}

/** What the server's no means for the entry: "later", "signed_out", "csrf", "error" or "refused". */
export function meaningOf(problem) {
  if (problem instanceof NoAnswer || problem.passing) return "later";
  if (problem.status === 401) return "signed_out";
  if (problem.code === "csrf") return "csrf";
  return problem.status >= 500 ? "error" : "refused";
}

function documentOf(problem) {
  if (problem instanceof NoAnswer) return { status: 0, code: "no_answer", detail: "" };
  return { ...problem.body, status: problem.status, code: problem.code, detail: problem.message };
}

/** An answer of till events says of each whether it was taken; such a no is a refusal like any other. */
function refusalIn(entry, answer) {
  const said = entry.kind === "event" ? answer.items?.[0] : null;
  return said?.status === "refused" ? { status: 422, detail: "", ...said } : null;
}

/** Sends what waits, the oldest first. One sender at a time has the word, whichever tab or worker it lives in. */
export class Sender {
  /**
   * `renewToken()` fetches a fresh token and tells whether somebody is signed in. `onChange(entry, before)` hears of
   * every change once it is kept.
   */
  constructor({ store, api, renewToken, onChange = () => {}, name }) {
    this.store = store;
    this.api = api;
    this.renewToken = renewToken;
    this.onChange = onChange;
    this.name = name;
    this.owner = crypto.getRandomValues(new Uint32Array(2)).join("-");
    this.failures = 0; // requests in a row that got nowhere
    this.resting = new Map(); // id -> moment (of performance.now) before which the entry isn't tried again
  }

  /** Something has changed for the better: no entry need wait any longer. */
  hurry() {
    this.failures = 0;
    this.resting.clear();
  }

  /**
   * Send until nothing is left that could go now. Resolves to {paused, wait}: paused is null, "signed_out" or "later";
   * wait is the milliseconds after which trying again makes sense, null when there is nothing to try.
   */
  async drain() {
    if (globalThis.navigator?.locks) {
      return navigator.locks.request(`${this.name}-sending`, () => this.#drain());
    }
    if (!(await this.store.lease(this.owner))) return { paused: "later", wait: pauseAfter(1) };
    try {
      return await this.#drain();
    } finally {
      await this.store.endLease(this.owner);
    }
  }

  async #drain() {
    await this.#recover();
    let wait = null;
    let passed = false;
    for (let entry = await this.store.next("waiting"); entry; entry = await this.store.next("waiting", entry.seq)) {
      const rest = (this.resting.get(entry.id) ?? 0) - performance.now();
      if (rest > 0) wait = Math.min(wait ?? rest, rest);
      if (rest > 0 || !(await this.#mayGo(entry))) continue;
      if (!globalThis.navigator?.locks) await this.store.lease(this.owner);
      let outcome = await this.#send(entry);
      if (outcome === "signed_out") return { paused: "signed_out", wait: null };
      if (outcome === "later" && entry.attempts > PATIENT && !passed) {
        // Perhaps it is this very entry over which the server falls silent.
        passed = true;
        outcome = "error";
      }
      if (outcome === "later") {
        this.failures += 1;
        return { paused: "later", wait: pauseAfter(this.failures) };
      }
      if (outcome !== "error") this.failures = 0;
      else {
        const pause = pauseAfter(entry.attempts + 1);
        this.resting.set(entry.id, performance.now() + pause);
        wait = Math.min(wait ?? pause, pause);
      }
    }
    return { paused: null, wait };
  }

  /** Whoever was sending these has died in the middle of it; nobody knows what the server has heard. */
  async #recover() {
    for (const { id } of await this.store.inState("sending")) {
      await this.#change(id, (now) => ({ ...now, state: "waiting", offline: true }));
    }
  }

  /** Whether all that the entry stands on has arrived. What this device has never heard of, the server must know. */
  async #mayGo(entry) {
    for (const id of entry.needs ?? []) {
      const other = await this.store.get(id);
      if (other && other.state !== "sent") return false;
    }
    return true;
  }

  /** Put the server's number of what was sent earlier into an address like /api/clients/{customer}/payment. */
  async #address(entry) {
    if (!entry.url.includes("{customer}")) return entry.url;
    const customer = await this.store.get(entry.needs?.[0] ?? "");
    return entry.url.replace("{customer}", customer?.answer?.id ?? "0");
  }

  async #send(waiting) {
    const body = bodyOf(waiting);
    const entry = await this.#change(waiting.id, (now) =>
      now.state === "waiting" ? { ...now, state: "sending", attempts: now.attempts + 1 } : null);
    if (entry?.state !== "sending") return "sent"; // somebody has taken it out meanwhile
    const url = await this.#address(entry);
    let problem;
    try {
      return await this.#arrived(entry.id, await this.#post(url, body));
    } catch (error) {
      if (!(error instanceof Problem) && !(error instanceof NoAnswer)) throw error;
      problem = error;
    }
    let meaning = meaningOf(problem);
    if (meaning === "csrf") meaning = "signed_out"; // a fresh token didn't help either
    const lasting = meaning === "refused" || (meaning === "error" && entry.attempts >= MOST_ERRORS);
    await this.#change(entry.id, (now) => ({
      ...now,
      state: lasting ? "attention" : "waiting",
      offline: true,
      problem: documentOf(problem),
    }));
    return lasting ? "refused" : meaning;
  }

  async #post(url, body) {
    try {
      return await this.api.post(url, body);
    } catch (error) {
      if (!(error instanceof Problem) || error.code !== "csrf" || !(await this.renewToken())) throw error;
      return this.api.post(url, body);
    }
  }

  async #arrived(id, answer) {
    const entry = await this.store.get(id);
    const problem = refusalIn(entry, answer);
    const change = problem
      ? { state: "attention", problem }
      : { state: "sent", problem: null, answer, sentAt: new Date().toISOString() };
    await this.#change(id, (now) => ({ ...now, ...change }));
    return change.state;
  }

  async #change(id, change) {
    let before = null;
    const entry = await this.store.change(id, (now) => {
      before = now.state;
      return change(now);
    });
    if (entry) this.onChange(entry, before);
    return entry;
  }
}
