// What the editor of recipes is made of: a field that finds products, numbers as people type them, and what it costs.
// The server computes all of it anew; what is shown here is only what will come.

import { html, useEffect, useRef, useState } from "../stock/kit.js";
import { play } from "../till/sounds.js";
import { t } from "../till/texts.js";

const PAUSE = 160; // milliseconds after the last key before the search begins
const SPACES = /[\s\u00a0\u2009\u202f]/gu;

/** A number as typed, as a plain decimal text of at most `digits` places; null for what is none. */
export function readNumber(text, digits = 6) {
  const typed = String(text).replace(SPACES, "").replace(/%$/, "").replace(",", ".");
  const parts = /^(\d*)(?:\.(\d*))?$/.exec(typed);
  if (!parts || !(parts[1] || parts[2])) return null;
  const rest = (parts[2] ?? "").replace(/0+$/, "");
  if (rest.length > digits || parts[1].length > 14) return null;
  return (parts[1].replace(/^0+(?=\d)/, "") || "0") + (rest ? `.${rest}` : "");
}

/** A plain decimal of the server as a person types it. */
export const typed = (text) => (text.includes(".") ? text.replace(/\.?0+$/, "") : text).replace(".", ",");

/** A computed number as a person would type it. */
export const asTyped = (number, digits = 6) => typed(number.toFixed(digits));

export const emptyLine = (key) => ({
  key, choice: null, raw: "", unit_id: null, quantity: "", loss: "", step: "", note: "", notes: null, substitutes: [], open: false,
});
export const isEmpty = (line) => !line.choice && ![line.raw, line.quantity, line.loss, line.step, line.note].some((text) => text.trim());
export const factorOf = (line) => Number(line.choice?.units.find(({ id }) => id === line.unit_id)?.factor ?? 1);

/** How much of its own unit a batch takes of a line, with what is lost on the way. */
export function takenOf(line, form) {
  const quantity = Number(readNumber(line.quantity) ?? 0) * factorOf(line);
  const times = form.mode === "unit" ? Number(readNumber(form.quantity) ?? 0) : 1;
  return quantity * times * (1 + Number(readNumber(line.loss ?? "") ?? 0) / 100);
}

/** What a batch costs: {material, labor, overhead, total, besides, unit}; null for those who see no costs. */
export function costsOf(form) {
  const material = form.lines.reduce((sum, line) => sum + takenOf(line, form) * Number(line.choice?.unit_cost ?? 0), 0);
  const [labor, overhead] = [form.labor_cost, form.overhead_cost].map((text) => Number(readNumber(text ?? "", 2) ?? 0));
  const total = material + labor + overhead;
  const share = form.by_products.reduce((sum, line) => sum + Number(readNumber(line.percent, 2) ?? 0), 0);
  const batch = Number(readNumber(form.quantity, 3) ?? 0);
  const besides = (total * share) / 100;
  return { material, labor, overhead, total, besides, unit: batch ? (total - besides) / batch : 0 };
}

/**
 * A field that finds products by words or code. `onPick(choice)` hears what was chosen, `onText(text)` what is typed;
 * `keys(event)` hears the keys that the list of what was found does not need.
 */
export function Finder({ ask, text, onText, onPick, keys, label, id, classes = "input", placeholder, facts = {} }) {
  const [found, setFound] = useState(null);
  const [place, setPlace] = useState(0);
  const turn = useRef(0);
  const timer = useRef(0);
  const list = `${id}-found`;
  const close = () => {
    turn.current += 1;
    clearTimeout(timer.current);
    setFound(null);
  };
  useEffect(() => () => clearTimeout(timer.current), []);
  useEffect(() => {
    if (found) document.getElementById(`${list}-${place}`)?.scrollIntoView({ block: "nearest" });
  }, [found, place]);
  const look = async (words) => {
    turn.current += 1;
    const mine = turn.current;
    try {
      const items = await ask(words);
      if (mine !== turn.current) return null;
      setFound(items);
      setPlace(0);
      return items;
    } catch {
      play("wrong");
      return null;
    }
  };
  const type = (event) => {
    const words = event.target.value.trim();
    onText(event.target.value);
    clearTimeout(timer.current);
    turn.current += 1;
    if (words) timer.current = setTimeout(() => look(words), PAUSE);
    else setFound(null);
  };
  const pick = (choice) => {
    close();
    onPick(choice);
  };
  const press = async (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (found?.length && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      event.preventDefault();
      setPlace((old) => Math.max(0, Math.min(found.length - 1, old + (event.key === "ArrowDown" ? 1 : -1))));
    } else if (event.key === "Escape" && found) {
      event.stopPropagation();
      close();
    } else if (event.key === "Enter" && found?.length) {
      event.preventDefault();
      pick(found[place]);
    } else if (event.key === "Enter" && facts.picked !== true && text.trim()) {
      // Enter came before the answer: what is best is meant.
      event.preventDefault();
      clearTimeout(timer.current);
      const items = await look(text.trim());
      if (items?.length) pick(items[0]);
      else play("wrong");
    } else keys?.(event);
  };
  return html`<input class=${classes} id=${id} value=${text} placeholder=${placeholder} role="combobox" aria-label=${label} aria-autocomplete="list"
      aria-expanded=${found !== null} aria-controls=${list} aria-activedescendant=${found?.length ? `${list}-${place}` : undefined}
      autocomplete="off" spellcheck=${false} onInput=${type} onKeyDown=${press} onBlur=${() => setTimeout(close, 150)} ...${facts.more} />
    ${found && html`<ul class="sheet-found" id=${list} role="listbox" aria-label=${label}>
      ${found.length ? found.map((one, number) => html`<li key=${one.product_id} id=${`${list}-${number}`} role="option" aria-selected=${number === place}
        onMouseEnter=${() => setPlace(number)} onMouseDown=${(event) => { event.preventDefault(); pick(one); }}><b>${one.name}</b> <span class="faint">${one.sku} · ${one.unit}</span></li>`)
    : html`<li class="faint">${t("nothing_found")}</li>`}</ul>`}`;
}
