// Small parts of the operator's page.

import { showQuantity, thousandths } from "../till/money.js";
import { clock, dateAndTime, dayAfter, t } from "../till/texts.js";
import { html, Icon, useEffect, useRef, useState } from "../stock/kit.js";

export const STATUS_TONES = {
  pending: "", scheduled: "info", in_progress: "accent", on_hold: "warn", completed: "good", cancelled: "bad",
};
export const MACHINE_TONES = { free: "good", busy: "info", maintenance: "warn", off: "bad" };

/** A quantity of the server as people read it. */
export const shown = (text) => showQuantity(thousandths(text));

/** A moment as a time of today, or with its day. */
export function whenText(moment) {
  const here = dateAndTime(moment).slice(0, 10).split(".").reverse().join("-");
  return here === dayAfter(0) ? clock(moment) : dateAndTime(moment);
}

/** Seconds as 0:05:09. */
export function duration(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const two = (value) => String(value).padStart(2, "0");
  return `${Math.floor(whole / 3600)}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`;
}

/** How long an order was worked on; it runs while somebody works. `now()` is the server's clock. */
export function Timer({ order, now }) {
  const [, tick] = useState(0);
  const running = Boolean(order.since);
  useEffect(() => {
    if (!running) return undefined;
    const timer = setInterval(() => tick((turn) => turn + 1), 1000);
    return () => clearInterval(timer);
  }, [running]);
  const more = running ? (now().getTime() - Date.parse(order.since)) / 1000 : 0;
  return html`<span class=${`timer ${running ? "running" : ""}`} role="timer" data-seconds=${Math.floor(order.worked_seconds + more)}>
    <${Icon} name="clock" size="small" />${duration(order.worked_seconds + Math.max(0, more))}</span>`;
}

/** What a list shows of an order at a glance. */
export function Pills({ order }) {
  return html`
    ${order.waits && html`<span class="pill warn"><${Icon} name="clock" size="small" />${t("waits")}</span>`}
    ${order.is_late && html`<span class="pill bad">${t("late")}</span>`}
    ${["urgent", "high"].includes(order.priority) && order.status !== "completed" && html`<span class=${`pill ${order.priority === "urgent" ? "bad" : "warn"}`}>
      ${t(`priority.${order.priority}`)}</span>`}
    <span class=${`pill ${STATUS_TONES[order.status]}`}>${t(`status.${order.status}`)}</span>`;
}

/** How much is done: good ones and scrap of what is to be made. */
export function Bar({ order }) {
  const whole = Math.max(1, thousandths(order.quantity));
  const share = (text) => Math.min(100, Math.max(0, (thousandths(text) / whole) * 100));
  const good = share(order.completed);
  const scrap = Math.min(100 - good, share(order.scrapped));
  return html`<svg class="floor-bar" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
    <rect class="all" width="100" height="4" /><rect class="good" width=${good} height="4" />
    <rect class="scrap" x=${good} width=${scrap} height="4" /></svg>`;
}

/** A window over the page; Esc and the button beside its title close it. */
export function Window({ title, onClose, children, wide = false }) {
  const box = useRef(null);
  useEffect(() => {
    const dialog = box.current;
    dialog.showModal();
    return () => { if (dialog.open) dialog.close(); };
  }, []);
  return html`
    <dialog class=${`dialog floor-window ${wide ? "wide" : ""}`} ref=${box} aria-label=${title} onClose=${onClose}
      onMouseDown=${(event) => { if (event.target === box.current) box.current.close(); }}>
      <header><h2>${title}</h2>
        <button type="button" class="btn ghost square" aria-label=${t("close")} onClick=${() => box.current.close()}><${Icon} name="x" /></button></header>
      ${children}
    </dialog>`;
}

/** A row of large buttons of which one may be pressed: [[value, text]]. */
export function Chips({ label, options, value, choose }) {
  return html`<div class="floor-chips" role="group" aria-label=${label}>
    ${options.map(([option, text]) => html`<button type="button" class=${`btn chip-button ${value === option ? "on" : ""}`} key=${option}
      aria-pressed=${String(value === option)} onClick=${() => choose(value === option ? null : option)}>${text}</button>`)}
  </div>`;
}

/** What could not be done, where it was asked for. */
export function Trouble({ text, lines = [] }) {
  const box = useRef(null);
  useEffect(() => { box.current?.scrollIntoView({ block: "nearest" }); }, [text]);
  if (!text) return null;
  return html`<div class="alert bad" role="alert" ref=${box}><${Icon} name="warning" /><div>${text}
    ${lines.length > 1 && html`<ul>${lines.map((line) => html`<li key=${line}>${line}</li>`)}</ul>`}</div></div>`;
}
