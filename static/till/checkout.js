// Sending a sale so that it is sold exactly once: one sale at a time, the same content until an answer comes.

import { NoAnswer } from "./api.js";

const PAUSES = [1000, 2000, 4000, 8000, 15000]; // milliseconds before the next attempt

export class Checkout {
  /**
   * `onChange(sending)` hears what to show: null, or {body, attempt, waiting}. `remember(body)` keeps the body over a
   * reload.
   */
  constructor({ api, url, onChange, remember }) {
    this.api = api;
    this.url = url;
    this.onChange = onChange;
    this.remember = remember;
    this.sending = null;
    this.wake = null;
    addEventListener("online", () => this.hurry());
  }

  get busy() {
    return this.sending !== null;
  }

  /**
   * Send a sale; resolves to what the server recorded, throws its Problem, or null when the cashier stopped waiting.
   * Without an answer the same body goes out again and again: the server knows it by its client_uuid.
   */
  async send(body) {
    if (this.busy) return null;
    this.remember(body);
    try {
      for (let attempt = 1; ; attempt += 1) {
        this.#show({ body, attempt, waiting: false });
        try {
          return await this.api.post(this.url, body);
        } catch (error) {
          if (!(error instanceof NoAnswer) && !error.passing) throw error;
        }
        this.#show({ body, attempt, waiting: true });
        if (!(await this.#pause(PAUSES[Math.min(attempt, PAUSES.length) - 1]))) return null;
      }
    } finally {
      this.remember(null);
      this.#show(null);
    }
  }

  #show(sending) {
    this.sending = sending;
    this.onChange(sending);
  }

  /** Resolves to false when the cashier goes back to the cart instead. */
  #pause(milliseconds) {
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(true), milliseconds);
      this.wake = (goOn) => {
        clearTimeout(timer);
        resolve(goOn);
      };
    });
  }

  /** Try again now. */
  hurry() {
    if (this.sending?.waiting) this.wake(true);
  }

  /** Back to the cart. It keeps its client_uuid, so that a sale that did arrive can't be recorded a second time. */
  stop() {
    if (this.sending?.waiting) this.wake(false);
  }
}
