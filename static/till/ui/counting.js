// Counting the drawer, by notes and coins or as a sum, without being told what should be in it.

import { plainMoney, readMoney, showMoney } from "../money.js";
import { t } from "../texts.js";
import { Choice, html, Icon, Key, Keypad, Note, NumberField, useEntry, useRef, useState } from "./kit.js";

const NOTES = {
  UZS: [200000, 100000, 50000, 20000, 10000, 5000, 2000, 1000, 500, 200, 100],
  KZT: [20000, 10000, 5000, 2000, 1000, 500, 200, 100, 50, 20, 10],
  USD: [100, 50, 20, 10, 5, 2, 1],
  EUR: [500, 200, 100, 50, 20, 10, 5],
  RUB: [5000, 2000, 1000, 500, 200, 100, 50, 10],
};

/** The sum of {note: count} in minor units. */
function sumOf(counts) {
  return Object.entries(counts).reduce((sum, [note, count]) => sum + Number(note) * count * 100, 0);
}

/**
 * `onCounted(body)` gets what the server wants to know: {denominations?, closing_cash, closing_foreign?}. `error` is what
 * the server said to that; `needsReason` asks why there is a difference.
 */
export function Counting({ till, busy, error, needsReason, action, onCounted, children = null }) {
  const { shift, organization } = till.state;
  const own = organization.currency;
  const foreign = shift.foreign_currency ?? null;
  const [mode, setMode] = useState("notes");
  const [currency, setCurrency] = useState(own);
  const [counts, setCounts] = useState({});
  const [active, setActive] = useState(null);
  const [reason, setReason] = useState("");
  const total = useEntry("");
  const abroad = useEntry("");
  const form = useRef(null);
  const notes = NOTES[currency] ?? NOTES.UZS;
  const ownSum = mode === "notes" ? sumOf(counts[own] ?? {}) : readMoney(total.text);
  const foreignSum = mode === "notes" ? sumOf(counts[foreign] ?? {}) : (abroad.text.trim() ? readMoney(abroad.text) : 0);
  const touched = mode === "notes" ? Object.keys(counts[own] ?? {}).length > 0 : total.text.trim() !== "";
  const ready = touched && ownSum !== null && foreignSum !== null;
  const setCount = (note, text) => {
    const count = Number(String(text).replace(/\D/g, "").slice(0, 6));
    setCounts((now) => ({ ...now, [currency]: { ...now[currency], [note]: count } }));
  };
  const press = (sign) => {
    if (mode !== "notes") return (currency === own ? total : abroad).press(sign);
    const note = active ?? notes[0];
    const before = String(counts[currency]?.[note] ?? "");
    setActive(note);
    return setCount(note, sign === "back" ? before.slice(0, -1) : before + sign);
  };
  const submit = (event) => {
    event.preventDefault();
    // Enter goes from note to note; only after the last one it closes.
    const fields = [...form.current.querySelectorAll(".notes input")];
    const at = fields.indexOf(document.activeElement);
    if (!event.submitter?.dataset.final && at >= 0 && at < fields.length - 1) {
      fields[at + 1].focus();
      return undefined;
    }
    if (!ready || busy) return till.sound("wrong");
    return onCounted({
      closing_cash: plainMoney(ownSum),
      ...(foreign ? { closing_foreign: plainMoney(foreignSum) } : {}),
      ...(mode === "notes" ? { denominations: counted(counts) } : {}),
      ...(reason.trim() ? { difference_reason: reason.trim() } : {}),
    });
  };
  return html`
    <form class="two counting" onSubmit=${submit} ref=${form}>
      <div class="stack">
        <${Choice} name="mode" label=${t("how_counted")} value=${mode} onChange=${setMode}
          options=${[["notes", t("count_by_notes")], ["sum", t("count_as_sum")]]} />
        ${foreign && mode === "notes" && html`<${Choice} name="currency" label=${t("currency")} value=${currency}
          onChange=${(value) => { setCurrency(value); setActive(null); }} options=${[[own, own], [foreign, foreign]]} />`}
        ${mode === "notes"
          ? html`<div class="notes" key=${currency}>
            ${notes.map((note, place) => html`
              <label key=${note} class=${active === note ? "on" : ""}><span>${showMoney(note * 100)}</span>
                <input type="text" inputmode=${matchMedia("(pointer: coarse)").matches ? "none" : "numeric"}
                  id=${`note-${note}`} autocomplete="off" data-focus=${place === 0 || null} aria-label=${t("pieces_of", {
                    note: showMoney(note * 100) })}
                  value=${counts[currency]?.[note] || ""} placeholder="0" onFocus=${(event) => { setActive(note); event.target.select(); }}
                  onInput=${(event) => setCount(note, event.target.value)} />
                <b>${counts[currency]?.[note] ? showMoney(note * counts[currency][note] * 100) : ""}</b></label>`)}
          </div>`
          : html`<${NumberField} id="closing-cash" label=${t("counted_cash")} entry=${total} focus
              onFocus=${() => setCurrency(own)} invalid=${total.text.trim() !== "" && ownSum === null} />
            ${foreign && html`<${NumberField} id="closing-foreign" label=${t("counted_foreign", { currency: foreign })}
              onFocus=${() => setCurrency(foreign)} entry=${abroad} invalid=${foreignSum === null} />`}`}
      </div>
      <div class="stack">
        <div class="balance"><div class="due"><span>${t("counted")}</span><strong id="counted">${showMoney(ownSum ?? 0)}</strong></div>
          ${foreign && html`<div><span>${foreign}</span><b>${showMoney(foreignSum ?? 0)}</b></div>`}</div>
        <${Note}>${t("blind_count_hint")}</${Note}>
        ${needsReason && html`<label class="field">${t("difference_reason")}<input id="difference-reason" type="text"
          maxlength="300" value=${reason} onInput=${(event) => setReason(event.target.value)} /></label>`}
        ${children}
        ${error && html`<${Note} bad=${error} />`}
        <${Keypad} press=${press} comma=${mode !== "notes"} backLabel=${t("erase")} />
        <button class="btn primary big" data-final="yes" disabled=${busy || !ready}><${Icon} name="lock" />${action}
          <${Key}>Enter</${Key}></button>
      </div>
    </form>`;
}

/** {"UZS": {"200000": 3}} without what was not there. */
function counted(counts) {
  const kept = Object.entries(counts).map(([currency, notes]) =>
    [currency, Object.fromEntries(Object.entries(notes).filter(([, count]) => count > 0))]);
  return Object.fromEntries(kept.filter(([, notes]) => Object.keys(notes).length > 0));
}

