// The outbox on the till's page: what was sold is written down here first and reaches the server by itself.

import { newUuid } from "./cart.js";
import { nameOf, OutboxStore, Sender } from "./outbox-core.js";
import { BadFile, entriesOf, fileOf, isTooLarge } from "./outbox-file.js";

const EVENTS = "/api/till-events";
const DRAW = 40; // milliseconds between two changes of the screen
const LISTED = 300; // entries the screen knows of; those that need attention are always among them
const BROKEN_WAITS = 10000; // milliseconds until a device that could not write tries again
const PRUNES = 6 * 3600000; // milliseconds
const GATHER = 200; // milliseconds in which news of other tabs are gathered before they are read

/** The device gives no safe place for sales: a private window, a full disk, a forbidden storage. */
export class NoSafePlace extends Error {}

export class Outbox {
  #waiters = new Map(); // id -> functions that wait for its answer
  #watchers = new Set();
  #running = null;
  #again = false;
  #timer = 0;
  #gathering = 0;
  #showing = 0;
  #shown = -Infinity;

  /**
   * `who()` tells {cashierId, shiftId, tillId} of the moment. `renewToken()` fetches a fresh token and tells whether
   * somebody is signed in. `onChange` hears {waiting, attention, list, paused, safe}, `onEntry` (entry, before) of
   * every change made in this tab.
   */
  constructor({ organizationId, api, who, renewToken, onChange = () => {}, onEntry = () => {} }) {
    this.organizationId = organizationId;
    this.name = nameOf(organizationId);
    this.api = api;
    this.who = who;
    this.renewToken = renewToken;
    this.onChange = onChange;
    this.onEntry = onEntry;
    this.store = null;
    this.trusted = true;
    this.kept = false; // whether the browser has promised to keep it
    this.paused = null;
    this.counts = { waiting: 0, sending: 0, sent: 0, attention: 0 };
    this.list = [];
  }

  /** What the screen shows before anything is known. */
  static nothing() {
    return { waiting: 0, attention: 0, list: [], paused: null, safe: true, kept: true };
  }

  /** Whether sales can be kept on this device. */
  get safe() {
    return this.store !== null && this.trusted;
  }

  /** Open the entries of this device. false: there is no safe place to keep any. */
  async open() {
    try {
      this.store = await OutboxStore.open(this.organizationId);
      await this.store.prune();
      await this.refresh();
    } catch {
      this.store = null;
      this.#show();
      return false;
    }
    this.sender = new Sender({
      store: this.store,
      api: this.api,
      name: this.name,
      renewToken: this.renewToken,
      onChange: (entry, before) => this.#changed(entry, before),
    });
    this.#listen();
    this.#askToKeep();
    setInterval(() => this.store.prune().then(() => this.refresh()).catch(() => {}), PRUNES);
    this.wake();
    return true;
  }

  /** Ask the browser not to throw away what is kept here when the device runs full. */
  async #askToKeep() {
    const kept = (await navigator.storage?.persist?.().catch(() => false)) ?? false;
    if (kept === this.kept) return;
    this.kept = kept;
    this.#show();
  }

  #listen() {
    if (globalThis.BroadcastChannel) {
      this.channel = new BroadcastChannel(this.name);
      this.channel.addEventListener("message", () => this.#gather());
    }
    addEventListener("online", () => this.wake());
    addEventListener("visibilitychange", () => { if (!document.hidden) this.wake(); });
  }

  /** Other tabs and the service worker change entries too; read anew what they did, though not for each alone. */
  #gather() {
    this.#gathering ||= setTimeout(() => {
      this.#gathering = 0;
      this.refresh();
    }, GATHER);
  }

  /** Read everything the screen shows from the device. */
  async refresh() {
    const [counts, latest, attention] = await Promise.all([
      this.store.counts(), this.store.latest(LISTED), this.store.inState("attention"),
    ]);
    this.counts = counts;
    const known = new Set(latest.map(({ seq }) => seq));
    this.list = [...latest, ...attention.filter(({ seq }) => !known.has(seq)).reverse()];
    this.#show();
    for (const id of [...this.#waiters.keys()]) {
      const entry = this.list.find((one) => one.id === id);
      if (entry) this.#tell(entry);
    }
  }

  /**
   * Keep an entry and send it as soon as possible: {kind, id (its client_uuid), url, body, shown}, and optionally cart
   * (to open it again) and needs (ids of entries that must arrive first). Resolves to the entry once it is safe on
   * this device; throws NoSafePlace when it isn't.
   */
  async put({ kind, id, url, body, shown = null, cart = null, needs = null }) {
    if (!this.store) throw new NoSafePlace();
    const { cashierId, shiftId, tillId } = this.who();
    let kept;
    try {
      kept = await this.store.add({
        id, kind, url, body, shown, cart,
        needs: needs ?? (body.customer_uuid ? [body.customer_uuid] : []),
        state: "waiting", attempts: 0, problem: null, answer: null,
        offline: this.paused !== null || !navigator.onLine,
        cashierId, shiftId, tillId, createdAt: new Date().toISOString(), sentAt: null,
      });
    } catch (error) {
      this.#trust(false);
      throw new NoSafePlace(String(error));
    }
    this.#trust(true);
    this.#changed(kept.entry, kept.before);
    if (this.paused === null) this.#send();
    return kept.entry;
  }

  /** Whether the device has just proved to keep what it is given. */
  #trust(trusted) {
    if (this.trusted === trusted) return;
    this.trusted = trusted;
    this.#show();
  }

  /** Let `listener(entry, before)` hear of every change made in this tab, too. */
  watch(listener) {
    this.#watchers.add(listener);
  }

  /** The entry once the server has answered it, or as it stands after `within` milliseconds. */
  async answered(id, within) {
    const entry = await this.store.get(id);
    if (!entry || isAnswered(entry)) return entry;
    return new Promise((resolve) => {
      const all = this.#waiters.get(id) ?? new Set();
      this.#waiters.set(id, all);
      const done = (found) => {
        clearTimeout(timer);
        all.delete(done);
        if (all.size === 0) this.#waiters.delete(id);
        resolve(found);
      };
      const timer = setTimeout(async () => done(await this.store.get(id)), within);
      all.add(done);
    });
  }

  get(id) {
    return this.store.get(id);
  }

  /** Entries older than those listed, the newest first. */
  older(seq, count = LISTED) {
    return this.store.latest(count, seq);
  }

  /** Try an entry again that needs attention; `change(body)` may correct what it says. */
  async retry(id, change = (body) => body) {
    await this.#alter(id, (entry) => {
      if (entry.state !== "attention") return null;
      return { ...entry, state: "waiting", attempts: 0, problem: null, body: change(entry.body) };
    });
    this.wake();
  }

  /** Take an entry out that needs attention. */
  async discard(id) {
    const entry = await this.store.get(id);
    if (entry?.state !== "attention") return null;
    await this.store.remove(id);
    this.channel?.postMessage(id);
    await this.refresh();
    return entry;
  }

  async #alter(id, change) {
    let before = null;
    const entry = await this.store.change(id, (now) => {
      before = now.state;
      return change(now);
    });
    if (entry) this.#changed(entry, before);
  }

  // --- As a file -----------------------------------------------------------------------------------------------

  /**
   * What has not reached the server, as a file: {name, blob, count}, or null when there is nothing. `from` tells
   * {organization, till}, each {id, name}. That it was taken out is recorded.
   */
  async exportFile(from) {
    const entries = (await this.store.all()).filter(({ state }) => state !== "sent");
    if (entries.length === 0) return null;
    const at = new Date().toISOString();
    const text = fileOf(entries, { ...from, at });
    await this.#record("outbox_exported", { count: entries.length, checksum: JSON.parse(text).checksum });
    const blob = new Blob([text], { type: "application/json" });
    return { name: `outbox-${at.slice(0, 16).replace(/\D/g, "-")}.json`, blob, count: entries.length };
  }

  /** Take in a file of another device; what is known already stays as it is. Resolves to {added, known}. Throws BadFile. */
  async importFile(file) {
    if (isTooLarge(file)) throw new BadFile("too_large");
    const text = await file.text();
    const entries = entriesOf(text, this.organizationId);
    let added = 0;
    for (const entry of entries) {
      const known = await this.store.get(entry.id);
      if (known) continue;
      await this.store.add({
        ...entry, state: "waiting", attempts: 0, offline: true, problem: null, answer: null, sentAt: null, imported: true,
      });
      added += 1;
    }
    await this.#record("outbox_imported", { count: added, known: entries.length - added });
    await this.refresh();
    this.channel?.postMessage("imported");
    this.wake();
    return { added, known: entries.length - added };
  }

  async #record(kind, details) {
    const id = newUuid();
    const item = { client_uuid: id, kind, details, occurred_at: new Date().toISOString() };
    await this.put({ kind: "event", id, url: EVENTS, body: { items: [item] } });
  }

  // --- Sending -------------------------------------------------------------------------------------------------

  /** Send now what waits: there may be a connection again, or somebody has signed in. */
  wake() {
    this.sender?.hurry();
    this.#send();
  }

  #send() {
    if (!this.store) return;
    this.#again = true;
    this.#running ??= this.#run().finally(() => {
      this.#running = null;
      if (this.#again) this.#send();
    });
  }

  async #run() {
    let rest = null;
    while (this.#again) {
      this.#again = false;
      clearTimeout(this.#timer);
      try {
        rest = await this.sender.drain();
      } catch (error) {
        // The device didn't keep what became of an entry; the server knows it when it comes again.
        console.error(error);
        rest = { paused: "later", wait: BROKEN_WAITS };
      }
      this.#pause(rest.paused);
    }
    if (rest.wait !== null) this.#timer = setTimeout(() => this.#send(), rest.wait);
  }

  #pause(paused) {
    if (this.paused === paused) return;
    this.paused = paused;
    this.#show();
  }

  // --- Showing -------------------------------------------------------------------------------------------------

  #changed(entry, before) {
    if (before !== entry.state) {
      if (before) this.counts[before] -= 1;
      this.counts[entry.state] += 1;
    }
    const others = this.list.filter((one) => one.id !== entry.id);
    const place = others.findIndex(({ seq }) => seq < entry.seq);
    others.splice(place < 0 ? others.length : place, 0, entry);
    while (others.length > LISTED && others[others.length - 1].state !== "attention") others.pop();
    this.list = others;
    this.#show();
    this.#tell(entry);
    this.onEntry(entry, before);
    for (const listener of this.#watchers) listener(entry, before);
    this.channel?.postMessage(entry.id);
  }

  #tell(entry) {
    if (isAnswered(entry)) for (const done of [...(this.#waiters.get(entry.id) ?? [])]) done(entry);
  }

  /** Tell the screen, though not for each of ten thousand entries that go out in one stream. */
  #show() {
    if (this.#showing) return;
    const since = performance.now() - this.#shown;
    if (since >= DRAW) return this.#draw();
    this.#showing = setTimeout(() => this.#draw(), DRAW - since);
    return undefined;
  }

  #draw() {
    clearTimeout(this.#showing);
    this.#showing = 0;
    this.#shown = performance.now();
    const { counts, list, paused, safe, kept } = this;
    this.onChange({ waiting: counts.waiting + counts.sending, attention: counts.attention, list, paused, safe, kept });
  }
}

function isAnswered({ state }) {
  return state === "sent" || state === "attention";
}
