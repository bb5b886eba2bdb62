// One place for what the screen shows; components subscribe to the part they draw.

import { useLayoutEffect, useState } from "../vendor/htm-preact.js";

export class Store {
  #listeners = new Set();

  constructor(state) {
    this.state = state;
  }

  set(change) {
    this.state = { ...this.state, ...change };
    for (const listener of [...this.#listeners]) listener(this.state);
  }

  subscribe(listener) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

/** The values under `names`, drawn anew only when one of them is another value. */
export function useStore(store, names) {
  const [, redraw] = useState(0);
  useLayoutEffect(() => {
    let seen = store.state;
    return store.subscribe((state) => {
      const changed = names.some((name) => state[name] !== seen[name]);
      seen = state;
      if (changed) redraw((count) => count + 1);
    });
  }, [store]);
  return store.state;
}
