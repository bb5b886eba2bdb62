// What all parts of the screen are made with.

import { Component, html, useEffect, useLayoutEffect, useMemo, useRef, useState } from "../../vendor/htm-preact.js";

import { groupedTyping, plainQuantity } from "../money.js";
import { t } from "../texts.js";

export { Component, html, useEffect, useLayoutEffect, useMemo, useRef, useState };

const SPRITE = new URL("../../icons.svg", import.meta.url).href;

let address = `${SPRITE}#`;

/** Put the sprite into the page: an icon that is drawn for the first time without a network must not be missing. */
export async function keepIcons() {
  try {
    const text = await (await fetch(SPRITE)).text();
    const sprite = document.importNode(new DOMParser().parseFromString(text, "image/svg+xml").documentElement, true);
    for (const icon of sprite.querySelectorAll("[id]")) icon.id = `icon-${icon.id}`;
    sprite.style.display = "none";
    document.body.append(sprite);
    address = "#icon-";
  } catch {
    // They come from the file, then, one by one.
  }
}

/** An icon of the sprite; decoration only, the words beside it say what it means. */
export function Icon({ name, size = "" }) {
  return html`<svg class=${`icon ${size}`} aria-hidden="true"><use href=${`${address}${name}`} /></svg>`;
}

/** A key cap, for people with a keyboard; what it does is said by the button it stands on. */
export function Key({ children }) {
  return html`<kbd aria-hidden="true">${children}</kbd>`;
}

const FOCUSABLE = 'button:not([disabled]), input:not([disabled]), select:not([disabled]), a[href], summary, [tabindex="0"]';

/**
 * A window over the till: keeps the focus inside, Esc and the veil close it unless it must be answered. `onBack` is one
 * step back within the window, for Esc and for the arrow it puts before the title. `onKey(event)` may take other keys
 * and says whether it did.
 */
export function Dialog({ title = "", label = title, onClose = null, wide = false, opaque = false, ...more }) {
  const { onBack = null, onKey = null, size = wide ? "wide" : "", children } = more;
  const box = useRef(null);
  useLayoutEffect(() => {
    // A window above another one gives the focus back to where it was.
    const before = document.activeElement;
    const first = box.current.querySelector("[data-focus]") ?? box.current.querySelector("input") ?? box.current;
    first.focus({ preventScroll: true });
    if (first.select) first.select();
    return () => {
      if (!before?.closest?.("[role=dialog]")) return;
      requestAnimationFrame(() => { if (before.isConnected) before.focus({ preventScroll: true }); });
    };
  }, []);
  const away = onBack ?? onClose;
  const keydown = (event) => {
    if (event.key === "Escape" && away) {
      event.preventDefault();
      event.stopPropagation();
      away();
    } else if (event.key === "Tab") keepInside(event, box.current);
    else if (onKey?.(event)) {
      event.preventDefault();
      event.stopPropagation();
    }
  };
  return html`
    <div class=${`veil ${opaque ? "opaque" : ""}`}
      onMouseDown=${(event) => event.target === event.currentTarget && onClose?.()}>
      <div class=${`window ${size}`} role="dialog" aria-modal="true" aria-label=${label} tabindex="-1"
        ref=${box} onKeyDown=${keydown}>
        ${title && html`<header>
          ${onBack && html`<button type="button" class="btn ghost square back" aria-label=${t("back")} onClick=${onBack}>
            <${Icon} name="chevron-left" /></button>`}
          <h2>${title}</h2>
          ${onClose && html`<button type="button" class="btn ghost square" aria-label=${t("close")} onClick=${onClose}>
            <${Icon} name="x" /></button>`}
        </header>`}
        <div class="body">${children}</div>
      </div>
    </div>`;
}

function keepInside(event, box) {
  const all = [...box.querySelectorAll(FOCUSABLE)].filter((element) => element.offsetParent !== null);
  if (all.length === 0) return event.preventDefault();
  const last = all[all.length - 1];
  const at = document.activeElement;
  if (event.shiftKey && (at === all[0] || at === box)) {
    event.preventDefault();
    last.focus();
  } else if (!event.shiftKey && at === last) {
    event.preventDefault();
    all[0].focus();
  }
  return undefined;
}

/**
 * A number that is being typed or tapped: {text, set, press}. The first tap replaces what stood there. `grouped` shows
 * 1 250 000 while somebody types 1250000.
 */
export function useEntry(initial, grouped = true) {
  const shaped = (text) => (grouped ? groupedTyping(text) : text);
  const [entry, setEntry] = useState({ text: shaped(initial), fresh: true });
  return {
    text: entry.text,
    set: (text, { fresh = false, raw = false } = {}) => setEntry({ text: raw ? text : shaped(text), fresh }),
    press: (sign) =>
      setEntry(({ text, fresh }) => ({ text: shaped(pressed(fresh ? "" : text, sign)), fresh: false })),
  };
}

function pressed(text, sign) {
  if (sign === "back") return text.slice(0, -1);
  if (sign !== ",") return text + sign;
  if (text.includes(",")) return text;
  return text ? `${text},` : "0,";
}

/** The keypad beside a number field, for fingers. `comma` is off where only whole numbers make sense. */
export function Keypad({ press, comma = true, backLabel, extra = null }) {
  const signs = ["1", "2", "3", "4", "5", "6", "7", "8", "9", extra ?? (comma ? "," : null), "0"];
  return html`
    <div class="keypad" onMouseDown=${(event) => event.preventDefault()}>
      ${signs.map((sign) =>
        sign === null
          ? html`<span></span>`
          : html`<button type="button" class="btn" tabindex="-1" onClick=${() => press(sign)}>${sign}</button>`,
      )}
      <button type="button" class="btn" tabindex="-1" aria-label=${backLabel} onClick=${() => press("back")}>
        <svg class="icon large" viewBox="0 0 24 24" aria-hidden="true">
          <path d="M9 5h10a2 2 0 0 1 2 2v10a2 2 0 0 1-2 2H9l-6-7zM12 9.5l5 5M17 9.5l-5 5" /></svg>
      </button>
    </div>`;
}

/** A field for a number; on touch screens the keypad serves and no keyboard comes up. */
export function NumberField({ label, entry, id, suffix = "", onFocus = null, describedBy = null, ...flags }) {
  const { focus = false, hideLabel = false, invalid = false, placeholder = "" } = flags;
  const field = useRef(null);
  useLayoutEffect(() => { if (focus) field.current.focus({ preventScroll: true }); }, []);
  const coarse = matchMedia("(pointer: coarse)").matches;
  // Digits are grouped only while typing at the end; a cursor in the middle must not jump.
  const typed = ({ target }) => entry.set(target.value, { raw: target.selectionEnd !== target.value.length });
  return html`
    <div class="number">
      <label for=${id} class=${hideLabel ? "sr-only" : ""}>${label}</label>
      <div class="box">
        <input id=${id} ref=${field} type="text" inputmode=${coarse ? "none" : "decimal"} autocomplete="off"
          value=${entry.text} placeholder=${placeholder}
          aria-invalid=${invalid ? "true" : null} aria-describedby=${describedBy} data-focus=${focus || null}
          onFocus=${(event) => { event.target.select(); onFocus?.(); }} onInput=${typed} />
        ${suffix && html`<span class="suffix">${suffix}</span>`}
      </div>
    </div>`;
}

/** One of a few: [[value, text]]; a row of buttons that are radio buttons to a keyboard and a screen reader. */
export function Choice({ name, label, options, value, onChange, focus = false }) {
  return html`
    <fieldset class="choice"><legend class="sr-only">${label}</legend>
      ${options.map(([option, text]) => html`
        <label key=${option} class=${value === option ? "on" : ""}><input type="radio" name=${name}
          checked=${value === option} data-focus=${(focus && value === option) || null}
          onChange=${() => onChange(option)} />${text}</label>`)}
    </fieldset>`;
}

/** A row of buttons that fill in an amount: [[text, act]]. */
export function Quick({ label, options }) {
  return html`
    <div class="quick" role="group" aria-label=${label}>
      ${options.map(([text, act]) => html`<button type="button" class="btn" key=${text} onClick=${act}>${text}
        </button>`)}
    </div>`;
}

/** A fact of a list: what, and how much of it. */
export function Fact({ label, value, strong = false, tone = "" }) {
  return html`<div class=${strong ? "strong" : ""}><dt>${label}</dt><dd class=${tone}>${value}</dd></div>`;
}

/** What a field or a window has to say: an objection, or something quiet. */
export function Note({ bad = "", children = "", id = null, tone = "muted" }) {
  return html`<p id=${id} class=${`note ${bad ? "bad" : tone}`} role=${bad ? "alert" : null}>${bad || children}</p>`;
}

/** Nothing to show here, and why. */
export function Quiet({ icon, title = "", children }) {
  return html`<div class="quiet">${icon && html`<${Icon} name=${icon} size="large" />`}${title && html`<h3>${title}
    </h3>`}<p>${children}</p></div>`;
}

/**
 * Something that is asked of the server: [{busy, error}, attempt]. `attempt(act)` resolves to what `act` gives, or to
 * undefined when it failed or another attempt is still running; `failed` hears of a failure.
 */
export function useAttempt(till) {
  const [state, setState] = useState({ busy: false, error: "" });
  const running = useRef(false);
  const attempt = async (act, failed = () => {}) => {
    if (running.current) return undefined;
    running.current = true;
    setState({ busy: true, error: "" });
    let error = "";
    try {
      return await act();
    } catch (problem) {
      error = till.explain(problem);
      till.sound("wrong");
      failed(problem);
      return undefined;
    } finally {
      running.current = false;
      setState({ busy: false, error });
    }
  };
  return [state, attempt, (error) => setState({ busy: false, error })];
}

/** How a number stands in a field before somebody changes it, without grouping. `digits` are those of `value`. */
export function editable(value, digits = 2) {
  return plainQuantity(digits === 2 ? value * 10 : value).replace(/\.?0+$/, "").replace(".", ",");
}

/** The ways out of the till: the back office for those who may enter it, one's own profile for the others. */
export function WayOut({ till, look = "" }) {
  const office = till.state.permissions.has("identity:admin:enter");
  return html`<a class=${look} href=${office ? till.urls.home : till.urls.profile}>
    <${Icon} name=${office ? "home" : "user"} />
    <span class="grow">${office ? t("back_office") : t("my_profile")}</span></a>`;
}

/** One or two letters for a product without a picture. */
export function initials(name) {
  const words = name.split(/[\s,./()-]+/u).filter((word) => /^\p{L}/u.test(word));
  const letters = words.length > 1 ? words[0][0] + words[1][0] : (words[0] ?? name).slice(0, 2);
  return letters.toUpperCase();
}
