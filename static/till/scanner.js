// Recognises a barcode scanner by its speed, wherever the focus is, and keeps its signs out of the field in focus.
//
// The first sign of a scan can't be told from typing and is let through; from the second on, signs that follow fast
// are held back. Enter or Tab at the same speed makes it a scan: the field gets back what it held before. When the
// terminator doesn't come, what was held back is typed into the field after all.

const FAST = 75; // milliseconds between two signs of a scanner; people now and then type two that fast, never four
const HICCUP = 200; // what a scanner known by three fast signs may pause, on a busy machine or a bad radio link
const SURE_MEAN = 42;
const SLOWEST_MEAN = 80; // a slow scanner, or a busy machine: believed when the code is known
const SHORTEST = 3;
const LULL = 600; // a pause this long parts what was typed from what is scanned, whatever the machine is busy with
const TRAIL = 12; // at most so many pieces before a burst are looked at
const AFTER_SCAN = 100; // an Enter this soon after a scan belongs to the scanner, if it is one that sends two

export class Scanner {
  /**
   * `onScan(readings)` gets what may have been scanned, usually one reading: {code, field, sure}, where `field` is what
   * the focused field held before and `sure` says that nobody types that fast. It returns false to have all typed.
   * `isListening()` says whether scans make sense now; when it says no, keys pass untouched. `home()` may move the
   * focus to a field for signs that would otherwise be typed nowhere.
   */
  constructor({ onScan, isListening, home }) {
    this.onScan = onScan;
    this.isListening = isListening;
    this.home = home;
    this.burst = null;
    this.trail = []; // what was typed in the moments before the burst: a scanner may have stumbled at its first signs
    this.timer = 0;
    this.scannedAt = -Infinity;
    // Learnt from the scan before: a scanner that sent one Enter leaves the next, however soon, to a person.
    this.known = false;
    this.endedTwice = false;
    this.endsOnce = false;
    this.typedAt = -Infinity;
  }

  listen(target) {
    target.addEventListener("keydown", (event) => this.keydown(event), { capture: true });
    target.addEventListener("focusin", () => {
      // A window that opens or closes by itself in the middle of a scan does not end it.
      if (this.burst?.held.length >= SHORTEST - 1) return;
      this.flush();
      this.trail = [];
    });
  }

  /** Whether a key at this moment belongs to a scan that just ended. */
  justScanned(moment) {
    return moment - this.scannedAt < AFTER_SCAN;
  }

  /** Whether a key at this moment ends something typed as fast as a scan that no product answered to. */
  justTyped(moment) {
    return moment - this.typedAt < AFTER_SCAN;
  }

  /** Whether signs are arriving as fast as a scanner sends them. */
  get busy() {
    return this.burst !== null && this.burst.held.length > 0;
  }

  keydown(event) {
    if (!this.isListening() || event.isComposing) return this.flush();
    if (["Shift", "CapsLock", "AltGraph", "NumLock"].includes(event.key)) return undefined;
    if (event.key !== "Enter") this.scannedAt = -Infinity; // a person is at the keys again
    const sign = event.key.length === 1 && !event.metaKey && (!event.ctrlKey || event.getModifierState("AltGraph"));
    if (sign) return this.#sign(event);
    if (event.key === "Enter" || event.key === "Tab") return this.#terminator(event);
    if (this.busy && (event.ctrlKey || event.altKey)) return swallow(event); // control signs inside GS1 codes
    this.flush();
    this.trail = [];
    return undefined;
  }

  #sign(event) {
    const now = event.timeStamp;
    if (event.repeat || event.altKey) return this.flush();
    const burst = this.burst;
    if (!burst || now - burst.last > patience(burst)) {
      this.flush();
      if (!isText(document.activeElement)) this.home();
      if (this.trail.length && now - this.trail.at(-1).last > LULL) this.trail = [];
      this.burst = { text: event.key, held: "", first: now, last: now, field: fieldState() };
      return undefined;
    }
    burst.text += event.key;
    burst.held += event.key;
    burst.last = now;
    this.#wait(patience(burst));
    return swallow(event);
  }

  #wait(milliseconds) {
    clearTimeout(this.timer);
    // The second, empty wait lets key presses that queued behind slow work come first.
    this.timer = setTimeout(() => {
      this.timer = setTimeout(() => this.flush(), 0);
    }, milliseconds);
  }

  #terminator(event) {
    const now = event.timeStamp;
    const readings = this.#readings(now);
    if (readings.length === 0) {
      this.flush();
      if (event.key !== "Enter" || !this.justScanned(now)) return undefined;
      this.scannedAt = -Infinity;
      if (this.endsOnce) return undefined;
      this.endedTwice = true;
      return swallow(event);
    }
    if (this.onScan(readings) === false) {
      this.typedAt = now;
      return this.flush();
    }
    clearTimeout(this.timer);
    this.burst = null;
    this.trail = [];
    this.endsOnce = this.known && !this.endedTwice;
    this.known = true;
    this.endedTwice = false;
    this.scannedAt = now;
    return swallow(event);
  }

  /** What may have been scanned: the burst alone, or with more and more of what came shortly before it. */
  #readings(now) {
    if (!this.burst || now - this.burst.last > HICCUP) return [];
    const readings = [];
    let code = "";
    for (const { text, field, first } of [this.burst, ...[...this.trail].reverse()]) {
      code = text + code;
      const mean = (now - first) / code.length;
      if (code.length >= SHORTEST && mean <= SLOWEST_MEAN) readings.push({ code, field, sure: mean <= SURE_MEAN });
    }
    return readings;
  }

  /** It was a person after all: type what was held back. */
  flush() {
    clearTimeout(this.timer);
    const burst = this.burst;
    this.burst = null;
    if (burst) this.trail = [...this.trail, burst].slice(-TRAIL);
    if (burst?.held && burst.field) typeInto(burst.field.element, burst.held);
    return undefined;
  }
}

function patience(burst) {
  return burst.held.length >= SHORTEST - 1 ? HICCUP : FAST;
}

function swallow(event) {
  event.preventDefault();
  event.stopImmediatePropagation();
  return undefined;
}

/** What the focused field holds, with its cursor; null when the focus isn't in a field of text. */
function fieldState() {
  const element = document.activeElement;
  if (!isText(element)) return null;
  return { element, value: element.value, start: element.selectionStart, end: element.selectionEnd };
}

/** Give a field back what it held, and tell whoever listens. */
export function restore(state, value = state?.value) {
  if (!state || !state.element.isConnected || state.element.value === value) return;
  state.element.value = value;
  if (value === state.value && state.start !== null) state.element.setSelectionRange(state.start, state.end);
  state.element.dispatchEvent(new InputEvent("input", { bubbles: true }));
}

function typeInto(element, text) {
  if (!element.isConnected || document.activeElement !== element) return;
  element.setRangeText(text, element.selectionStart, element.selectionEnd, "end");
  element.dispatchEvent(new InputEvent("input", { bubbles: true, data: text, inputType: "insertText" }));
}

/**
 * Whether what came as fast as a scan is an amount that was typed: plain digits in a field for numbers that are no
 * barcode with its check digit. Amounts are short and quickly typed; scanners read barcodes.
 */
export function isTypedAmount({ code, field }) {
  return field !== null && isNumeric(field.element) && /^[\d.,]+$/.test(code) && !isGtin(code);
}

/** Give a field for numbers what was taken for a scan of it and is none. */
export function giveBack(field, code) {
  if (field && isNumeric(field.element) && /^\d+$/.test(code)) restore(field, code);
}

const isNumeric = (element) => element.inputMode === "decimal" || element.inputMode === "numeric" || element.classList.contains("num");

/** Whether digits are an EAN or a UPC: of one of its lengths and with a check digit that is right. */
export function isGtin(code) {
  if (!/^(\d{8}|\d{12,14})$/.test(code)) return false;
  const weights = [...code].reverse().map((digit, place) => Number(digit) * (place % 2 ? 3 : 1));
  return weights.reduce((sum, weight) => sum + weight, 0) % 10 === 0;
}

const TEXT_TYPES = ["text", "search", "tel", "url", "password"];

export function isText(element) {
  return element instanceof HTMLInputElement ? TEXT_TYPES.includes(element.type) : element instanceof HTMLTextAreaElement;
}
