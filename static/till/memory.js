// What this device remembers between page loads, in localStorage; a full or forbidden storage is no reason to stop.

export class Memory {
  #waiting = new Map();
  #timer = 0;

  constructor(prefix) {
    this.prefix = prefix;
    addEventListener("pagehide", () => this.flush());
    addEventListener("visibilitychange", () => this.flush());
  }

  get(name, otherwise = null) {
    if (this.#waiting.has(name)) return this.#waiting.get(name);
    try {
      return JSON.parse(localStorage.getItem(`${this.prefix}:${name}`)) ?? otherwise;
    } catch {
      return otherwise;
    }
  }

  /** Remember soon: writing is kept out of the moment in which a scan is drawn. */
  set(name, value) {
    this.#waiting.set(name, value);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.flush(), 0);
  }

  /** Remember before doing anything else. */
  setNow(name, value) {
    this.#waiting.set(name, value);
    this.flush();
  }

  flush() {
    clearTimeout(this.#timer);
    for (const [name, value] of this.#waiting) {
      try {
        if (value === null) localStorage.removeItem(`${this.prefix}:${name}`);
        else localStorage.setItem(`${this.prefix}:${name}`, JSON.stringify(value));
      } catch {
        continue;
      }
    }
    this.#waiting.clear();
  }
}
