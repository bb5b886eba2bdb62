// The till as an application of its own: its service worker, and new versions of it.

import { t } from "./texts.js";

const ASKS = 30 * 60000; // milliseconds between two questions for a new version
const QUIET = 8000; // milliseconds nobody has touched the till before it starts anew
const UPDATED = "smartpos-till-updated";

/** Keep the till on this device. Browsers allow that on secure connections only; without it the open page serves. */
export async function installApp(till) {
  tellOfUpdate(till);
  if (!navigator.serviceWorker) return;
  const registration = await register(till.urls.worker);
  if (!registration) return;
  till.app = new App(till, registration);
}

async function register(address) {
  const scope = { scope: "/till" };
  try {
    return await navigator.serviceWorker.register(address, { ...scope, type: "module", updateViaCache: "none" });
  } catch {
    // Not every browser takes modules here; without them the worker only keeps the files.
    const plain = navigator.serviceWorker.register(`${address}?plain`, { ...scope, updateViaCache: "none" });
    return plain.catch(() => null);
  }
}

function tellOfUpdate(till) {
  if (!sessionStorage.getItem(UPDATED)) return;
  sessionStorage.removeItem(UPDATED);
  till.toast(t("app_updated"), "good");
}

class App {
  #touched = performance.now();
  #told = false;

  constructor(till, registration) {
    this.till = till;
    this.registration = registration;
    // The first worker takes over a page that had none: nothing new about that.
    this.known = navigator.serviceWorker.controller !== null;
    this.stale = false; // another tab has let the new version take over
    navigator.serviceWorker.addEventListener("controllerchange", () => {
      if (this.known) this.stale = true;
      this.known = true;
      this.#look();
    });
    for (const name of ["keydown", "pointerdown"]) {
      addEventListener(name, () => { this.#touched = performance.now(); }, { capture: true, passive: true });
    }
    setInterval(() => this.#look(), 2000);
    setInterval(() => registration.update().catch(() => {}), ASKS);
    addEventListener("pagehide", () => this.#askForSync());
    till.store.subscribe(({ outbox }) => {
      if (outbox.waiting && outbox.paused && !this.asked) this.#askForSync();
      this.asked = outbox.waiting > 0 && outbox.paused !== null;
    });
  }

  /** Let the browser send the outbox even when this page is gone, where it can. */
  #askForSync() {
    if (this.till.state.outbox.waiting) this.registration.sync?.register("outbox").catch(() => {});
  }

  /** Whether starting anew would disturb nobody. */
  get #free() {
    const { state, busy } = this.till;
    const { cart, dialog, outbox, query } = state;
    const sending = outbox.list.some((entry) => entry.state === "sending");
    return !busy && !sending && cart.lines.length === 0 && !dialog && !query
      && performance.now() - this.#touched > QUIET;
  }

  #look() {
    const { waiting } = this.registration;
    if (!this.stale && !(waiting && this.known)) return;
    if (!this.#told) {
      this.#told = true;
      this.till.toast(t("app_update_ready"), "info");
    }
    if (!this.#free) return;
    if (this.stale) {
      sessionStorage.setItem(UPDATED, "1");
      location.reload();
    } else waiting.postMessage("take over");
  }
}
