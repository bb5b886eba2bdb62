// The window in which somebody says what was made: good ones and scrap on a number pad, the rest behind one touch.

import { plainQuantity, showQuantity, thousandths } from "../till/money.js";
import { day, t } from "../till/texts.js";
import { Keypad } from "../till/ui/kit.js";
import { byTouch, html, Icon, readAmount, useEffect, useRef, useState } from "../stock/kit.js";
import { Chips, shown, Trouble, Window } from "./floor-parts.js";

/** A quantity in thousandths as a person would type it. */
const typed = (value) => plainQuantity(value).replace(/\.?0+$/, "").replace(".", ",");

/** What is proposed: everything that is left, of materials what the recipe says. */
export function begin(order) {
  return {
    good: typed(thousandths(order.left)), scrap: "", reason: null, otherReason: "", qc: null, qcNotes: "", lot: null, expires: null,
    materials: {}, finish: false,
  };
}

/** What the plan asks of a material for so many pieces (thousandths); what fills the order takes the rest. */
export function planned(material, made, order) {
  const whole = thousandths(order.quantity);
  const before = thousandths(order.completed) + thousandths(order.scrapped);
  const rest = Math.max(0, thousandths(material.planned) - thousandths(material.used));
  if (before + made >= whole) return rest;
  return Math.round((thousandths(material.planned) * made) / whole);
}

/** The request, or {problem, at}: a sentence and the field that it is about. */
export function read(draft, order, details) {
  const good = draft.good.trim() === "" ? 0 : readAmount(draft.good, order.digits);
  const scrap = draft.scrap.trim() === "" ? 0 : readAmount(draft.scrap, order.digits);
  if (good === null || scrap === null) return { problem: t(order.digits ? "nothing_typed" : "whole_numbers"), at: good === null ? "good" : "scrap" };
  if (good + scrap === 0) return { problem: t("nothing_typed"), at: "good" };
  if (order.qc_required && good > 0 && draft.qc === null) return { problem: t("say_quality"), at: "qc" };
  if (order.qc_required && good > 0 && draft.qc === false) return { problem: t("bad_is_scrap"), at: "good" };
  const reason = draft.reason === "" ? draft.otherReason.trim() : draft.reason;
  if (scrap > 0 && !reason) return { problem: t("say_scrap"), at: "reason" };
  const materials = [];
  for (const material of details?.materials ?? []) {
    const text = draft.materials[material.product_id];
    if (text === undefined) continue;
    const quantity = readAmount(text, 3);
    if (quantity === null) return { problem: t("wrong_material", { name: material.name }), at: "materials" };
    materials.push({ product_id: material.product_id, quantity: plainQuantity(quantity) });
  }
  const body = { quantity: plainQuantity(good), scrapped: plainQuantity(scrap), finish: draft.finish };
  if (materials.length) body.materials = materials;
  if (scrap > 0) body.scrap_reason = reason;
  if (order.qc_required) Object.assign(body, { qc_passed: draft.qc, qc_notes: draft.qcNotes.trim() || null });
  if (draft.lot?.trim()) body.batch_number = draft.lot.trim();
  if (draft.expires) body.expiration_date = draft.expires;
  return { body, good, scrap };
}

export function Completing({ order, details, draft, change, send, busy, trouble, reasons, onClose }) {
  const [field, setField] = useState("good");
  const [fresh, setFresh] = useState(true); // the first key replaces what is proposed
  const [problem, setProblem] = useState(null);
  const fields = { good: useRef(null), scrap: useRef(null) };
  useEffect(() => { if (!byTouch) { fields.good.current?.focus(); fields.good.current?.select(); } }, []);
  const set = (facts) => { setProblem(null); change({ ...draft, ...facts }); };
  const go = (name) => {
    setField(name);
    setFresh(true);
  };
  const press = (sign) => {
    const before = fresh && sign !== "back" ? "" : draft[field];
    let text = before + sign;
    if (sign === "back") text = before.slice(0, -1);
    else if (sign === ",") text = before.includes(",") ? before : `${before || "0"},`;
    setFresh(false);
    set({ [field]: text });
  };
  const submit = (event) => {
    event.preventDefault();
    if (busy) return;
    const request = read(draft, order, details);
    if (request.problem) {
      setProblem(request);
      if (request.at in fields) { go(request.at); if (!byTouch) fields[request.at].current?.focus(); }
      return;
    }
    send(request);
  };
  // What was found bad is scrap: no good ones come of it.
  const quality = (qc) => {
    if (qc !== false) { set({ qc }); return; }
    const all = (readAmount(draft.good || "0", 3) ?? 0) + (readAmount(draft.scrap || "0", 3) ?? 0);
    set({ qc, good: "0", scrap: all ? typed(all) : draft.scrap });
  };
  const good = readAmount(draft.good || "0", 3) ?? 0;
  const scrap = readAmount(draft.scrap || "0", 3) ?? 0;
  const left = thousandths(order.left);
  const over = good + scrap > left;
  const under = good + scrap < left;
  const number = (name, label) => html`
    <div class=${`floor-number ${name} ${field === name ? "on" : ""}`}>
      <label for=${`floor-${name}`}>${label}</label>
      <div class="box"><input ref=${fields[name]} id=${`floor-${name}`} class="input" type="text" autocomplete="off" inputmode=${byTouch ? "none" : "decimal"} placeholder="0"
        aria-invalid=${problem?.at === name ? "true" : null} value=${draft[name]} onFocus=${(event) => { go(name); event.target.select(); }}
        onInput=${(event) => { setFresh(false); set({ [name]: event.target.value }); }} /><span class="muted">${order.unit}</span></div>
    </div>`;
  return html`<${Window} title=${t("complete_title")} wide onClose=${onClose}>
    <form class="floor-completing" onSubmit=${submit}>
      <div class="dialog-body">
        <p class="floor-what"><b>${order.product}</b> · ${order.number} · ${t("left")}: ${shown(order.left)} ${order.unit}</p>
        <${Trouble} text=${problem?.problem ?? trouble?.text} lines=${problem ? [] : trouble?.lines} />
        <div class="floor-pad">
          <div class="floor-numbers">${number("good", t("good"))}${number("scrap", t("scrap"))}
            ${over && html`<p class="note warn">${t("more_than_left", { quantity: showQuantity(good + scrap - left), unit: order.unit })}</p>`}
            ${under && good + scrap > 0 && html`<label class="switch floor-switch"><input type="checkbox" checked=${draft.finish} onChange=${(event) => set({ finish: event.target.checked })} />
              <span>${t("finish")}<small class="muted">${t("finish_hint")}</small></span></label>`}
          </div>
          <${Keypad} press=${press} comma=${order.digits > 0} backLabel=${t("delete_sign")} />
        </div>
        ${scrap > 0 && html`<section><h3>${t("why_scrap")}</h3>
          <${Chips} label=${t("why_scrap")} options=${[...reasons.map((reason) => [reason, reason]), ["", t("other_reason")]]} value=${draft.reason}
            choose=${(reason) => set({ reason })} />
          ${draft.reason === "" && html`<input class="input" maxlength="500" aria-label=${t("your_reason")} placeholder=${t("your_reason")} value=${draft.otherReason}
            onInput=${(event) => set({ otherReason: event.target.value })} />`}</section>`}
        ${order.qc_required && html`<section><h3>${t("was_checked")}</h3>
          ${details?.quality_standard && html`<p class="muted">${details.quality_standard}</p>`}
          <${Chips} label=${t("was_checked")} options=${[[true, t("yes")], [false, t("no")]]} value=${draft.qc} choose=${quality} />
          ${draft.qc === false && html`<input class="input" maxlength="1000" aria-label=${t("what_is_wrong")} placeholder=${t("what_is_wrong")} value=${draft.qcNotes}
            onInput=${(event) => set({ qcNotes: event.target.value })} />`}</section>`}
        ${order.keeps_lots && html`<details><summary>${t("lot_and_expiry")}<span class="muted">${draft.lot ?? details?.batch_number ?? ""}
            ${(draft.expires ?? details?.expiration_date) && ` · ${day(draft.expires ?? details.expiration_date)}`}</span></summary>
          <div class="row"><label class="field grow"><span>${t("lot")}</span><input class="input" maxlength="100" placeholder=${details?.batch_number ?? ""} value=${draft.lot ?? ""}
            onInput=${(event) => set({ lot: event.target.value })} /></label>
          <label class="field"><span>${t("expires")}</span><input class="input" type="date" value=${draft.expires ?? details?.expiration_date ?? ""}
            onInput=${(event) => set({ expires: event.target.value })} /></label></div></details>`}
        <${Used} order=${order} details=${details} draft=${draft} made=${good + scrap} set=${set} />
      </div>
      <div class="dialog-actions"><button type="button" class="btn big" onClick=${(event) => event.target.closest("dialog").close()}>${t("cancel")}</button>
        <button class="btn primary huge" disabled=${busy}><${Icon} name="check" />${t(busy ? "recording" : "record")}</button></div>
    </form><//>`;
}

/** What is taken of each material; one touch opens it, and most never do. */
function Used({ order, details, draft, made, set }) {
  if (!details?.materials.length) return null;
  const changed = Object.keys(draft.materials).length > 0;
  const put = (id, text) => set({ materials: { ...draft.materials, [id]: text } });
  return html`<details><summary>${t("used_materials")}<span class=${changed ? "pill warn" : "muted"}>${t(changed ? "used_otherwise" : "used_as_planned")}</span></summary>
    <ul class="list floor-used">${details.materials.map((one) => html`<li key=${one.product_id}>
      <label class="grow" for=${`used-${one.product_id}`}><b>${one.name}</b>${one.is_tracked && html`<small class="muted">${t("there")}: ${shown(one.available)} ${one.unit}</small>`}</label>
      <input class="input num" id=${`used-${one.product_id}`} type="text" inputmode="decimal" autocomplete="off"
        value=${draft.materials[one.product_id] ?? typed(planned(one, made, order))} onInput=${(event) => put(one.product_id, event.target.value)} />
      <span class="muted">${one.unit}</span></li>`)}</ul>
    ${changed && html`<button type="button" class="btn small" onClick=${() => set({ materials: {} })}><${Icon} name="undo" size="small" />${t("reset")}</button>`}
  </details>`;
}
