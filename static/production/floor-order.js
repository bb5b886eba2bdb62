// One order in full: what is to be made, of what, on what machine; and its big buttons.

import { clock, day, t } from "../till/texts.js";
import { html, Icon, useState } from "../stock/kit.js";
import { thousandths } from "../till/money.js";
import { ChooseMachine, ReportMachine } from "./floor-machines.js";
import { Bar, Chips, MACHINE_TONES, Pills, shown, Timer, Trouble, Window, whenText } from "./floor-parts.js";

export function Order({ order, details, machines, me, now, trouble, busy, act, complete, close, api, changed, mayOperate, pauseReasons }) {
  const [open, setOpen] = useState(""); // "pause", "machine" or "report"
  const machine = machines.find(({ id }) => id === order.machine_id);
  const running = order.status === "in_progress";
  const other = running && order.worker_id && order.worker_id !== me.id ? order : null;
  const isOpen = !["completed", "cancelled"].includes(order.status);
  const shut = () => setOpen("");
  return html`
    <article class="floor-order" data-order=${order.id} data-status=${order.status}>
      <header class="floor-order-head">
        <button type="button" class="btn ghost square floor-back" aria-label=${t("back")} onClick=${close}><${Icon} name="chevron-left" /></button>
        <div class="grow"><h2 tabindex="-1">${order.product}</h2>
          <p class="muted">${order.number} · ${order.sku} · ${order.branch}${details?.parent && html` · ${t("part_for", { number: details.parent })}`}</p></div>
        <div class="floor-head-pills"><${Pills} order=${order} /></div>
      </header>
      <${Trouble} text=${trouble?.text} lines=${trouble?.lines} />
      ${other && html`<div class="alert warn" role="status"><${Icon} name="users" /><div>${t("works_here", { name: other.worker, time: clock(other.since) })}</div></div>`}
      ${order.status === "on_hold" && details?.reason && html`<p class="floor-reason"><${Icon} name="info" size="small" />${t("put_on_hold")}: ${details.reason}</p>`}
      <section class="card floor-figures">
        <dl>
          <${Figure} label=${t("to_make")} value=${shown(order.quantity)} unit=${order.unit} />
          <${Figure} label=${t("good")} value=${shown(order.completed)} tone="good" />
          <${Figure} label=${t("scrap")} value=${shown(order.scrapped)} tone=${thousandths(order.scrapped) ? "bad" : ""} />
          <${Figure} label=${t("left")} value=${shown(order.left)} />
        </dl>
        <${Bar} order=${order} />
        <div class="floor-times">
          <${Timer} order=${order} now=${now} />
          ${order.planned_start_at && html`<span class="muted">${t("planned")}: ${whenText(order.planned_start_at)}${order.planned_end_at && html` – ${whenText(order.planned_end_at)}`}</span>`}
          ${order.due_at && html`<span class=${order.is_late ? "late" : "muted"}>${t("due")}: ${whenText(order.due_at)}</span>`}
          <span class="muted">${t("operator")}: ${order.operator ?? t("nobody")}${details?.team?.length ? ` · ${t("team")}: ${details.team.join(", ")}` : ""}</span>
        </div>
      </section>
      <section class="card floor-machine">
        <${Icon} name="factory" />
        <div class="grow"><b>${order.machine ?? t("no_machine")}</b>
          ${machine && html` <span class=${`pill ${MACHINE_TONES[machine.status]}`}>${t(`machine.${machine.status}`)}</span>
            ${machine.order && machine.order_id !== order.id && html`<small class="muted"> ${t("busy_with", { number: machine.order })}</small>`}`}</div>
        ${machine && mayOperate && machine.is_mine && machine.status !== "busy" && html`<button type="button" class="btn" onClick=${() => setOpen("report")}><${Icon} name="adjust" />${t("report")}</button>`}
        ${isOpen && !running && html`<button type="button" class="btn" onClick=${() => setOpen("machine")}><${Icon} name="movement" />${t("change_machine")}</button>`}
      </section>
      <${Materials} details=${details} />
      ${details?.instructions && html`<${Words} title=${t("instructions")} text=${details.instructions} />`}
      ${details?.quality_standard && html`<${Words} title=${t("quality_standard")} text=${details.quality_standard} />`}
      ${details?.notes && html`<${Words} title=${t("notes")} text=${details.notes} />`}
      ${details?.yields?.length > 0 && html`<section class="card"><div class="card-head"><h3>${t("made_so_far")}</h3></div>
        <ul class="list">${details.yields.map((one) => html`<li key=${one.sequence_number}><span class="muted">${whenText(one.completed_at)}</span>
          <span class="grow">${one.author}${one.batch_number && html` · ${t("lot_number", { number: one.batch_number })}`}
            ${one.expiration_date && html` · ${t("until", { day: day(one.expiration_date) })}`}</span>
          <b>${shown(one.quantity)} ${order.unit}</b>
          ${thousandths(one.scrapped) > 0 && html`<span class="pill bad">${t("scrap")}: ${shown(one.scrapped)}${one.scrap_reason ? ` · ${one.scrap_reason}` : ""}</span>`}</li>`)}</ul></section>`}
      ${isOpen && html`<footer class="floor-acts">
        ${!running && html`<button type="button" class="btn primary huge" data-act="start" disabled=${busy} onClick=${() => act("start")}>
          <${Icon} name="clock" />${t(order.status === "on_hold" ? "resume" : "start")}<kbd>F2</kbd></button>`}
        ${running && html`<button type="button" class="btn huge" data-act="pause" disabled=${busy} onClick=${() => setOpen("pause")}>
          <${Icon} name="minus" />${t("pause")}<kbd>F2</kbd></button>
          <button type="button" class="btn primary huge" data-act="complete" disabled=${busy} onClick=${complete}>
          <${Icon} name="check" />${t("complete")}<kbd>F4</kbd></button>`}
      </footer>`}
      ${open === "pause" && html`<${Pause} reasons=${pauseReasons} onClose=${shut} choose=${(reason) => { shut(); act("pause", { reason }); }} />`}
      ${open === "machine" && html`<${ChooseMachine} order=${order} machines=${machines} api=${api} changed=${changed} onClose=${shut} />`}
      ${open === "report" && html`<${ReportMachine} machine=${machine} api=${api} changed=${changed} onClose=${shut} />`}
    </article>`;
}

function Figure({ label, value, unit = "", tone = "" }) {
  return html`<div class=${tone}><dt>${label}</dt><dd>${value}${unit && html` <small>${unit}</small>`}</dd></div>`;
}

function Words({ title, text }) {
  return html`<section class="card"><div class="card-head"><h3>${title}</h3></div><p class="card-body floor-words">${text}</p></section>`;
}

function Materials({ details }) {
  if (!details) return html`<section class="card"><p class="card-body muted">${t("loading")}</p></section>`;
  const { materials } = details;
  const short = materials.filter((one) => thousandths(one.short) > 0);
  return html`
    <section class="card floor-materials">
      <div class="card-head"><h3>${t("materials")}</h3>${short.length > 0 && html`<span class="pill bad"><${Icon} name="warning" size="small" />${t("short_all")}</span>`}</div>
      ${materials.length === 0 && html`<p class="card-body muted">${t("no_materials")}</p>`}
      <ul class="list">
        ${materials.map((one) => html`<li key=${one.product_id} class=${thousandths(one.short) > 0 ? "is-short" : ""}>
          <div class="grow"><b>${one.name}</b>
            ${(one.operation_sequence || one.operation_notes) && html`<small class="muted">${one.operation_sequence ? `${t("step", { number: one.operation_sequence })}${one.operation_notes ? ": " : ""}` : ""}${one.operation_notes ?? ""}</small>`}
            ${thousandths(one.short) > 0 && html`<small class="bad">${t("short", { quantity: shown(one.short), unit: one.unit })}</small>`}
            ${thousandths(one.used) > 0 && html`<small class="muted">${t("used", { quantity: shown(one.used) })}</small>`}</div>
          <div class="floor-need"><b>${shown(one.left)} ${one.unit}</b><small class="muted">${t("needed")}</small></div>
          ${one.is_tracked && html`<div class="floor-need"><span>${shown(one.available)} ${one.unit}</span><small class="muted">${t("there")}</small></div>`}</li>`)}
      </ul>
    </section>`;
}

function Pause({ reasons, choose, onClose }) {
  const [other, setOther] = useState(null);
  const send = (event) => {
    event.preventDefault();
    if (other.trim()) choose(other.trim());
  };
  return html`<${Window} title=${t("why_pause")} onClose=${onClose}>
    <div class="dialog-body">
      <${Chips} label=${t("why_pause")} options=${[...reasons.map((reason) => [reason, reason]), ["", t("other_reason")]]} value=${other === null ? null : ""}
        choose=${(reason) => (reason ? choose(reason) : setOther(other === null ? "" : null))} />
      ${other !== null && html`<form class="row" onSubmit=${send}>
        <input class="input big grow" autofocus maxlength="200" aria-label=${t("your_reason")} placeholder=${t("your_reason")} value=${other} onInput=${(event) => setOther(event.target.value)} />
        <button class="btn primary big" disabled=${!other.trim()}>${t("pause")}</button></form>`}
    </div><//>`;
}
