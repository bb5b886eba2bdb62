// What was counted and has not reached the server yet: kept on the device, sent in order, once each.

/** Entries of one count and one person. Each is {client_uuid, product_id, name, unit, counted, counted_at, state, reason}. */
export class CountOutbox {
  /**
   * `storage` is localStorage or anything alike, `send(entry)` resolves to the server's answer. `onChange()` hears of
   * every change, `onSent(entry, answer)` of every entry that has arrived.
   */
  constructor({ storage, key, send, onChange = () => {}, onSent = () => {} }) {
    this.storage = storage;
    this.key = key;
    this.send = send;
    this.onChange = onChange;
    this.onSent = onSent;
    this.unkept = false;
    this.entries = this.#read();
    this.running = null;
    this.sending = null; // the entry that is on its way
    this.halted = null; // "offline", "signed_out" or "closed": why nothing is sent now
  }

  get waiting() {
    return this.entries.filter((entry) => entry.state === "waiting");
  }

  get refused() {
    return this.entries.filter((entry) => entry.state === "refused");
  }

  add(entry) {
    const order = Math.max(Date.now(), (this.entries.at(-1)?.order ?? 0) + 1);
    const kept = { ...entry, order, state: "waiting", reason: null };
    this.entries.push(kept);
    this.#keep(kept);
    this.flush();
  }

  /** Take an entry back before it is sent; false when it is too late for that. */
  drop(clientUuid) {
    const entry = this.entries.find((one) => one.client_uuid === clientUuid);
    if (!entry || this.sending === clientUuid) return false;
    this.#forget(entry);
    return true;
  }

  /** The server answers and the count takes entries, whatever was true before. */
  reached() {
    this.halted = null;
    this.flush();
  }

  /** Send what waits, one after another, as far as it goes; whoever calls while this goes on waits for the same. */
  flush() {
    this.running ??= this.#run().finally(() => { this.running = null; });
    return this.running;
  }

  async #run() {
    for (;;) {
      const entry = this.waiting[0];
      if (!entry) break;
      this.sending = entry.client_uuid;
      try {
        const answer = await this.send(entry);
        this.halted = null;
        this.#forget(entry);
        this.onSent(entry, answer);
      } catch (error) {
        if (!this.#goesOn(entry, error)) break;
      } finally {
        this.sending = null;
      }
    }
    this.onChange();
  }

  /** What an error means: false when the rest has to wait as well. */
  #goesOn(entry, error) {
    if (error.code === "count_not_open") this.halted = "closed";
    else if ([400, 401].includes(error.status)) this.halted = "signed_out"; // 400: the page's token is of a session before
    else if (![403, 404, 409, 422].includes(error.status)) this.halted = "offline";
    else {
      Object.assign(entry, { state: "refused", reason: error.message });
      this.#keep(entry);
      return true;
    }
    this.onChange();
    return false;
  }

  // Every entry has a place of its own in the storage: a second window of the same page must not write over it.
  #read() {
    const found = [];
    try {
      for (let place = 0; place < this.storage.length; place += 1) {
        const name = this.storage.key(place);
        if (name?.startsWith(`${this.key}/`)) found.push(JSON.parse(this.storage.getItem(name)));
      }
    } catch {
      return found; // a device that keeps nothing, or something that is not ours
    }
    return found.sort((one, other) => one.order - other.order);
  }

  #keep(entry) {
    try {
      this.storage.setItem(`${this.key}/${entry.client_uuid}`, JSON.stringify(entry));
    } catch {
      this.unkept = true; // it lives as long as the page does
    }
    this.onChange();
  }

  #forget(entry) {
    this.entries = this.entries.filter((one) => one !== entry);
    try {
      this.storage.removeItem(`${this.key}/${entry.client_uuid}`);
    } catch {
      // Nothing was kept there either.
    }
    this.onChange();
  }
}
