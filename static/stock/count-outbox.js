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
    this.entries = this.#read();
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
    this.entries.push({ ...entry, state: "waiting", reason: null });
    this.#keep();
    this.flush();
  }

  /** Take an entry back before it is sent; false when it is too late for that. */
  drop(clientUuid) {
    const place = this.entries.findIndex((entry) => entry.client_uuid === clientUuid);
    if (place < 0 || this.sending === clientUuid) return false;
    this.entries.splice(place, 1);
    this.#keep();
    return true;
  }

  /** Send what waits, one after another; a second call while this goes on does nothing. */
  async flush() {
    if (this.sending !== null) return;
    for (;;) {
      const entry = this.waiting[0];
      if (!entry) break;
      this.sending = entry.client_uuid;
      try {
        const answer = await this.send(entry);
        this.entries = this.entries.filter((one) => one !== entry);
        this.halted = null;
        this.#keep();
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
      this.#keep();
      return true;
    }
    this.onChange();
    return false;
  }

  #read() {
    try {
      const found = JSON.parse(this.storage.getItem(this.key) ?? "[]");
      return Array.isArray(found) ? found : [];
    } catch {
      return [];
    }
  }

  #keep() {
    try {
      if (this.entries.length) this.storage.setItem(this.key, JSON.stringify(this.entries));
      else this.storage.removeItem(this.key);
      this.unkept = false;
    } catch {
      this.unkept = true; // a device that may keep nothing: they live as long as the page does
    }
    this.onChange();
  }
}
