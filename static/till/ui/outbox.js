// The outbox on the screen: the pill in the header, and the window of what was sent, waits, or needs somebody.

import { minor, showMoney } from "../money.js";
import { NoSafePlace } from "../outbox.js";
import { BadFile } from "../outbox-file.js";
import { useStore } from "../store.js";
import { clock, dateAndTime, t } from "../texts.js";
import { Dialog, html, Icon, useRef, useState } from "./kit.js";

const KEEP = "sales:sale:send_for_others";
const VOID = "sales:cart:void";

function pillOf({ waiting, attention, safe }) {
  if (!safe) return ["bad", "warning", t("outbox_unsafe")];
  if (attention) return ["bad", "warning", t("outbox_attention", { count: attention })];
  if (waiting) return ["warn", "refresh", t("outbox_waiting", { count: waiting })];
  return ["good", "check", t("outbox_all_sent")];
}

/** What waits for the server, in a word; opens the window. */
export function OutboxPill({ till }) {
  const { outbox } = useStore(till.store, ["outbox"]);
  const [tone, icon, text] = pillOf(outbox);
  return html`
    <button type="button" class=${`pill ${tone} outbox`} data-waiting=${outbox.waiting}
      data-attention=${outbox.attention} title=${t("outbox")} onClick=${() => till.open({ name: "outbox" })}>
      <${Icon} name=${icon} size="small" /><span aria-live="polite">${text}</span></button>`;
}

/** Said where nobody can overlook it: sales are not safe on this device. */
export function UnsafeBanner({ till }) {
  const { outbox } = useStore(till.store, ["outbox"]);
  if (outbox.safe) return null;
  return html`<p class="unsafe" role="alert"><${Icon} name="warning" />${t("outbox_unsafe_text")}</p>`;
}

const STATES = {
  attention: ["bad", "warning", "outbox_state_attention"],
  sending: ["warn", "refresh", "outbox_state_sending"],
  waiting: ["warn", "clock", "outbox_state_waiting"],
  sent: ["good", "check", "outbox_state_sent"],
};
const ORDER = ["attention", "sending", "waiting", "sent"];

function amountOf({ shown, body, answer }) {
  const text = answer?.total ?? shown?.total ?? shown?.amount ?? body.amount;
  return text === undefined || text === null ? "" : showMoney(minor(text));
}

function titleOf(entry) {
  const name = entry.answer?.number ?? entry.shown?.number ?? entry.shown?.name ?? entry.shown?.customer ?? "";
  return [t(`outbox_kind_${entry.kind}`), name].filter(Boolean).join(" ");
}

function reasonOf(entry) {
  const { problem, state } = entry;
  if (!problem || state === "sent") return "";
  if (problem.code === "no_answer") return t("outbox_no_answer");
  const fields = Object.values(problem.errors ?? {}).flat().filter((text) => typeof text === "string");
  return [problem.detail || problem.title || problem.code, ...fields].join(" ");
}

export function OutboxDialog({ till }) {
  const { outbox } = useStore(till.store, ["outbox"]);
  const [chosen, choose] = useState(null);
  const [said, say] = useState(null);
  const entries = [...outbox.list].sort((one, other) => ORDER.indexOf(one.state) - ORDER.indexOf(other.state));
  const open = entries.find(({ id }) => id === chosen) ?? null;
  const act = (work) => async () => {
    say(null);
    try {
      const done = await work();
      if (done) say({ tone: "good", text: done });
    } catch (error) {
      say({ tone: "bad", text: explain(till, error) });
    }
  };
  return html`
    <${Dialog} title=${t("outbox")} wide onClose=${() => till.close()}>
      <div class="outbox-window">
        <${Bar} till=${till} outbox=${outbox} act=${act} />
        ${said && html`<p class=${`note ${said.tone}`} role="status">${said.text}</p>`}
        ${!outbox.safe && html`<p class="note bad" role="alert">${t("outbox_unsafe_text")}</p>`}
        ${outbox.safe && !outbox.kept && html`<p class="note muted">${t("outbox_not_promised")}</p>`}
        ${entries.length === 0 && html`<p class="note muted">${t("outbox_empty")}</p>`}
        <ul class="entries" tabindex="-1" data-focus>
          ${entries.map((entry) => html`<${Entry} key=${entry.id} till=${till} entry=${entry} act=${act}
            open=${entry === open} onOpen=${() => choose(entry === open ? null : entry.id)} />`)}
        </ul>
      </div>
    </${Dialog}>`;
}

function Bar({ till, outbox, act }) {
  const file = useRef(null);
  const [tone, icon, text] = pillOf(outbox);
  const take = act(async () => {
    const [chosen] = file.current.files;
    file.current.value = "";
    if (!chosen) return "";
    const { added, known } = await till.outbox.importFile(chosen);
    return t("outbox_imported", { added, known });
  });
  return html`
    <div class="outbox-bar">
      <span class=${`pill ${tone}`}><${Icon} name=${icon} size="small" />${text}</span>
      <span class="muted">${outbox.paused === "signed_out" ? t("outbox_signed_out") : ""}
        ${outbox.paused === "later" && outbox.waiting ? t("outbox_later") : ""}</span>
      <span class="grow"></span>
      <button type="button" class="btn small" disabled=${!outbox.waiting} onClick=${() => till.outbox.wake()}>
        <${Icon} name="refresh" size="small" />${t("outbox_send_now")}</button>
      <button type="button" class="btn small" disabled=${!outbox.waiting && !outbox.attention}
        onClick=${act(() => saveFile(till))}><${Icon} name="download" size="small" />${t("outbox_export")}</button>
      <button type="button" class="btn small" onClick=${() => file.current.click()}>
        <${Icon} name="upload" size="small" />${t("outbox_import")}</button>
      <input ref=${file} type="file" accept=".json,application/json" hidden aria-label=${t("outbox_import")}
        onChange=${take} />
    </div>`;
}

function Entry({ till, entry, act, open, onOpen }) {
  const [tone, icon, word] = STATES[entry.state];
  const reason = reasonOf(entry);
  return html`
    <li class=${`entry ${open ? "on" : ""}`} data-state=${entry.state} data-kind=${entry.kind}>
      <button type="button" class="entry-head" aria-expanded=${String(open)} onClick=${onOpen}>
        <span class=${`pill ${tone}`}><${Icon} name=${icon} size="small" />${t(word)}</span>
        <span class="what"><b>${titleOf(entry)}</b>${reason && html`<span class="reason">${reason}</span>`}</span>
        <span class="amount">${amountOf(entry)}</span>
        <time class="muted">${clock(entry.createdAt)}</time>
      </button>
      ${open && html`<${Details} till=${till} entry=${entry} act=${act} />`}
    </li>`;
}

function Details({ till, entry, act }) {
  const sale = entry.answer ?? entry.shown;
  const items = entry.kind === "sale" ? (sale?.items ?? []) : [];
  return html`
    <div class="entry-body">
      <p class="muted">${dateAndTime(entry.createdAt)}${entry.attempts > 1
        ? ` · ${t("outbox_attempts", { count: entry.attempts })}` : ""}${entry.sentAt
        ? ` · ${t("outbox_sent_at", { time: clock(entry.sentAt) })}` : ""}</p>
      ${items.length > 0 && html`<p>${items.slice(0, 8).map(({ name }) => name).join(", ")}${items.length > 8 ? " …" : ""}
        </p>`}
      <div class="row wrap">
        ${entry.state === "attention" && html`<${Ways} till=${till} entry=${entry} act=${act} />`}
        ${entry.kind === "sale" && sale?.items && html`
          <button type="button" class="btn small" onClick=${act(() => print(till, sale))}>
            <${Icon} name="print" size="small" />${t("print")}</button>`}
      </div>
    </div>`;
}

/** The ways out for an entry that the server has refused. */
function Ways({ till, entry, act }) {
  const [asking, ask] = useState(false);
  const [reason, setReason] = useState("");
  return html`
    <button type="button" class="btn primary small" onClick=${act(() => till.outbox.retry(entry.id))}>
      <${Icon} name="refresh" size="small" />${t("outbox_again")}</button>
    ${entry.kind === "sale" && entry.cart && html`
      <button type="button" class="btn small" onClick=${act(() => openAsCart(till, entry))}>
        <${Icon} name="cart" size="small" />${t("outbox_open_cart")}</button>`}
    ${entry.kind === "sale" && html`
      <button type="button" class="btn small" onClick=${act(() => keep(till, entry))}>
        <${Icon} name="shield" size="small" />${t("outbox_keep")}</button>`}
    <button type="button" class="btn ghost small" aria-expanded=${String(asking)} onClick=${() => ask(!asking)}>
      <${Icon} name="trash" size="small" />${t("outbox_discard")}</button>
    ${asking && html`
      <form class="row wrap discard" onSubmit=${(event) => { event.preventDefault(); act(() => discard(till, entry, reason))(); }}>
        <label class="grow">${t("outbox_discard_why")}
          <input type="text" required maxlength="200" value=${reason} data-focus
            onInput=${(event) => setReason(event.target.value)} /></label>
        <button class="btn danger small" disabled=${!reason.trim()}>${t("outbox_discard")}</button>
      </form>`}`;
}

async function saveFile(till) {
  const { organization, tillId } = till.state;
  const made = await till.outbox.exportFile({
    organization: { id: organization.id, name: organization.name },
    till: { id: tillId, name: till.desk.tillName() },
  });
  if (!made) return t("outbox_nothing_to_export");
  const link = document.createElement("a");
  link.href = URL.createObjectURL(made.blob);
  link.download = made.name;
  link.hidden = true;
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  return t("outbox_exported", { count: made.count });
}

function print(till, sale) {
  if (till.desk.reprint) till.desk.reprint(sale);
  else till.desk.print(sale);
}

/** Put the goods back into an empty cart. Paying it again replaces the entry, because the sale keeps its name. */
function openAsCart(till, entry) {
  if (till.state.cart.lines.length > 0) throw new NotNow(t("cart_not_empty"));
  till.show({ cart: entry.cart, done: null, dialog: null, pane: "cart" });
  till.focusSearch();
}

function rowsOf(entry) {
  return [[t("receipt"), entry.shown?.number ?? ""], [t("total"), amountOf(entry)], [t("outbox_reason"), reasonOf(entry)]];
}

/** It has happened: let the server take it as it is, on a manager's word. */
async function keep(till, entry) {
  const action = entry.problem?.approval ?? KEEP;
  const facts = { receipt: entry.shown?.number ?? "", code: entry.problem?.code ?? "" };
  const right = await till.approvals.right(action, { subject: entry.id, rows: rowsOf(entry), facts });
  if (!right) return;
  await till.outbox.retry(entry.id, (body) => ({
    ...body, offline: true, approvals: [...(body.approvals ?? []), ...(right.token ? [right.token] : [])],
  }));
}

async function discard(till, entry, reason) {
  const right = await till.approvals.right(VOID, { rows: rowsOf(entry), facts: { code: entry.problem?.code ?? "" } });
  if (!right) return;
  if (entry.kind !== "event") {
    const amount = minor(entry.shown?.total ?? entry.shown?.amount ?? entry.body.amount ?? "0");
    const details = { outbox: entry.kind, number: entry.shown?.number ?? "", code: entry.problem?.code ?? "" };
    await till.events.record({
      kind: "cart_voided", amount, reason: reason.trim(), details, token: right.token, uuid: right.subject,
    });
  }
  await till.outbox.discard(entry.id);
}

/** Something that can't be done at this moment, and why. */
class NotNow extends Error {}

const FILE_ERRORS = {
  unreadable: "file_unreadable",
  other_shop: "file_other_shop",
  damaged: "file_damaged",
  newer: "file_newer",
  too_large: "file_too_large",
};

function explain(till, error) {
  if (error instanceof NotNow) return error.message;
  if (error instanceof BadFile) return t(FILE_ERRORS[error.code]);
  if (error instanceof NoSafePlace) return t("outbox_unsafe_text");
  return till.explain(error);
}
