// What the machine does, and which one an order is made on.

import { clock, t } from "../till/texts.js";
import { html, Icon, useState } from "../stock/kit.js";
import { play } from "../till/sounds.js";
import { MACHINE_TONES, Trouble, Window } from "./floor-parts.js";

const explain = (error) => (error.status ? error.message : t("no_network"));

/** Asking the server for something that must be known at once; [state, run]. */
function useRequest(done) {
  const [state, setState] = useState({ busy: false, error: "" });
  const run = async (request) => {
    if (state.busy) return;
    setState({ busy: true, error: "" });
    try {
      await request();
      play("added");
      done();
    } catch (error) {
      play("wrong");
      setState({ busy: false, error: explain(error) });
    }
  };
  return [state, run];
}

export function ChooseMachine({ order, machines, api, changed, onClose }) {
  const [state, run] = useRequest(() => { onClose(); changed(); });
  const here = machines.filter((one) => one.branch_id === order.branch_id);
  const take = (id) => run(() => api.post(`/api/production-floor/${order.id}/machine`, { machine_id: id }));
  return html`<${Window} title=${t("choose_machine")} onClose=${onClose}>
    <div class="dialog-body"><${Trouble} text=${state.error} />
      <ul class="floor-machines">
        ${here.map((one) => html`<li key=${one.id}><button type="button" class=${`btn ${one.id === order.machine_id ? "on" : ""}`}
          disabled=${state.busy || !one.is_mine || one.status !== "free"} aria-pressed=${String(one.id === order.machine_id)} onClick=${() => take(one.id)}>
          <span class="grow"><b>${one.name}</b><small class="muted">${one.code}${one.kind ? ` · ${one.kind}` : ""}
            ${one.order ? ` · ${t("busy_with", { number: one.order })}` : ""}${one.is_mine ? "" : ` · ${t("not_yours")}`}</small></span>
          <span class=${`pill ${MACHINE_TONES[one.status]}`}>${t(`machine.${one.status}`)}</span></button></li>`)}
        <li><button type="button" class=${`btn ${order.machine_id ? "" : "on"}`} disabled=${state.busy} aria-pressed=${String(!order.machine_id)}
          onClick=${() => take(null)}><span class="grow"><b>${t("no_machine")}</b></span></button></li>
      </ul></div><//>`;
}

export function ReportMachine({ machine, api, changed, onClose }) {
  const [status, setStatus] = useState(machine.status);
  const [note, setNote] = useState("");
  const [state, run] = useRequest(() => { onClose(); changed(t("machine_changed", { name: machine.name })); });
  const send = (event) => {
    event.preventDefault();
    run(() => api.post(`/api/machines/${machine.id}/status`, { status, note: note.trim() || null }));
  };
  return html`<${Window} title=${`${machine.name}: ${t("machine_state")}`} onClose=${onClose}>
    <form onSubmit=${send}>
      <div class="dialog-body"><${Trouble} text=${state.error} />
        <p class="muted">${t(`machine.${machine.status}`)} ${t("machine_since", { time: clock(machine.status_since) })}</p>
        <div class="floor-chips" role="group" aria-label=${t("machine_state")}>
          ${["free", "maintenance", "off"].map((one) => html`<button type="button" key=${one} class=${`btn chip-button ${status === one ? "on" : ""}`}
            aria-pressed=${String(status === one)} onClick=${() => setStatus(one)}>${t(`machine.${one}`)}</button>`)}</div>
        <label class="field"><span>${t("machine_note")}</span><textarea class="input" rows="2" maxlength="1000" value=${note} onInput=${(event) => setNote(event.target.value)}></textarea></label>
      </div>
      <div class="dialog-actions"><button class="btn primary big" disabled=${state.busy || (status === machine.status && !note.trim())}><${Icon} name="check" />${t("report")}</button></div>
    </form><//>`;
}
