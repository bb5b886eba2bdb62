// F4 parks the cart, F5 takes one up again.

import { minor, showMoney } from "../money.js";
import { useStore } from "../store.js";
import { clock, dateAndTime, t, tn } from "../texts.js";
import { Dialog, html, Icon, Key, Note, Quiet, useAttempt, useEffect, useState } from "./kit.js";

export function HoldDialog({ till }) {
  const { cart } = useStore(till.store, ["cart"]);
  const [name, setName] = useState(cart.customer?.name ?? "");
  const [state, attempt] = useAttempt(till);
  const submit = async (event) => {
    event.preventDefault();
    if (!(await attempt(() => till.parking.hold(name)))) return;
    if (till.state.dialog?.name === "hold") till.close(); // somebody quick has opened the next window by now
    till.toast(t("parked_as", { name: name.trim() || t("without_name") }), "good");
  };
  return html`
    <${Dialog} title=${t("park_sale")} onClose=${() => till.close()}>
      <form class="stack" onSubmit=${submit}>
        <p class="subject"><b>${tn("lines", cart.lines.length)}</b><span>${showMoney(till.priced(true).total)}</span></p>
        <label class="field">${t("name_if_you_like")}
          <input id="held-name" type="text" maxlength="100" autocomplete="off" data-focus value=${name}
            placeholder=${t("held_name_hint")} onInput=${(event) => setName(event.target.value)} /></label>
        ${state.error && html`<${Note} bad=${state.error} />`}
        <button class="btn primary big" disabled=${state.busy}><${Icon} name="clock" />${t("park")}<${Key}>Enter</${Key}>
          </button>
      </form>
    </${Dialog}>`;
}

export function ParkedDialog({ till }) {
  const { cart } = useStore(till.store, ["cart"]);
  const [list, setList] = useState(null);
  const [at, setAt] = useState(0);
  const [state, attempt] = useAttempt(till);
  const load = async () => {
    const found = await attempt(() => till.parking.list());
    setList(found ?? { items: [], offline: true });
    if (found) till.show({ parked: found.items.length });
  };
  useEffect(() => { load(); }, []);
  const take = async (held) => {
    const taken = await attempt(async () => { await till.parking.take(held); return true; });
    if (taken) {
      till.show({ parked: Math.max(0, (till.state.parked ?? 1) - 1) });
      till.close();
    } else load();
  };
  const discard = async (held) => {
    const right = await till.approvals.right("sales:cart:void", {
      rows: [[t("parked"), held.name || t("without_name")], [t("total"), showMoney(minor(held.total))]],
      facts: { name: held.name, total: held.total }, subject: held.client_uuid,
    });
    if (!right) return;
    await attempt(() => till.parking.discard(held, right.token));
    load();
  };
  const keydown = (event) => {
    const items = list?.items ?? [];
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      const next = Math.max(0, Math.min(items.length - 1, at + (event.key === "ArrowDown" ? 1 : -1)));
      setAt(next);
      document.getElementById(`held-${next}`)?.focus();
      return true;
    }
    if (event.key === "Delete" && items[at]) { discard(items[at]); return true; }
    return false;
  };
  return html`
    <${Dialog} title=${t("parked_sales")} onClose=${() => till.close()} size="mid" onKey=${keydown}
      key=${list ? "list" : "loading"}>
      <div class="stack tall">
        ${(list === null || state.busy) && html`<p class="note muted" role="status">${t("loading")}</p>`}
        ${state.error && html`<${Note} bad=${state.error} />`}
        ${list?.offline && html`<${Note} tone="warn">${t("parked_offline")}</${Note}>`}
        ${list?.items.length === 0 && html`<${Quiet} icon="clock">${t("nothing_parked")}</${Quiet}>`}
        <ul class="picks">
          ${(list?.items ?? []).map((held, place) => html`
            <li key=${held.client_uuid} class=${place === at ? "on" : ""}>
              <button type="button" id=${`held-${place}`} class="pick" data-focus=${place === 0 || null}
                onFocus=${() => setAt(place)} onClick=${() => take(held)}>
                <span class="what"><b>${held.name || held.customer?.name || t("without_name")}</b>
                  <span class="muted">${tn("lines", held.line_count)} · ${who(held)} · ${when(held.held_at)}</span></span>
                ${held.here && html`<span class="pill warn">${t("waiting_to_be_sent")}</span>`}
                ${held.is_stale && html`<span class="pill bad">${t("parked_long_ago")}</span>`}
                <b class="num">${showMoney(minor(held.total))}</b>
              </button>
              <button type="button" class="btn ghost square" aria-label=${t("give_up_parked", { name: held.name })}
                onClick=${() => discard(held)}><${Icon} name="trash" /></button>
            </li>`)}
        </ul>
        ${cart.lines.length > 0 && list?.items.length > 0 && html`<${Note}>${t("present_is_parked")}</${Note}>`}
      </div>
    </${Dialog}>`;
}

function who({ held_by: by, till }) {
  return [by, till].filter(Boolean).join(", ");
}

function when(moment) {
  const today = new Date(moment).toDateString() === new Date().toDateString();
  return today ? clock(moment) : dateAndTime(moment);
}
