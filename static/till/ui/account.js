// A customer's account: taking money for it, and its latest entries.

import { newUuid } from "../cart.js";
import { debtOf } from "../customers.js";
import { minor, readMoney, showMoney } from "../money.js";
import { dateAndTime, day, t } from "../texts.js";
import {
  Choice, editable, Fact, html, Icon, Key, Keypad, Note, NumberField, Quick, Quiet, useAttempt, useEffect,
  useEntry, useRef, useState,
} from "./kit.js";

const METHODS = ["cash", "card", "transfer"];
const RECENT = 90; // days

/** Money for what a customer owes, or in advance. */
export function TakePayment({ till, customer, onDone }) {
  const debt = debtOf(customer);
  const [uuid] = useState(newUuid);
  const [method, setMethod] = useState("cash");
  const [prepayment, setPrepayment] = useState(debt === 0);
  const [open, setOpen] = useState([]);
  const [taken, setTaken] = useState(null);
  const [state, attempt] = useAttempt(till);
  const entry = useEntry(debt > 0 ? editable(debt) : "");
  useEffect(() => {
    if (!customer.id || debt === 0 || !till.approvals.may("crm:account:read")) return;
    till.customers.statement(customer, RECENT).then(({ debts }) => setOpen(debts), () => {});
  }, []);
  const amount = entry.text.trim() === "" ? null : readMoney(entry.text);
  const tooMuch = amount !== null && amount > debt && !prepayment;
  const wrong = entry.text.trim() !== "" && amount === null ? t("not_a_number")
    : tooMuch ? t("more_than_debt", { amount: showMoney(debt) }) : "";
  const submit = async (event) => {
    event.preventDefault();
    if (!amount || wrong) return till.sound("wrong");
    const done = await attempt(() => till.customers.takePayment({ customer, amount, method, prepayment, uuid }));
    if (!done) return undefined;
    till.sound("paid");
    return setTaken({ ...done, amount });
  };
  if (taken) return html`<${Taken} taken=${taken} method=${method} onDone=${onDone} />`;
  const set = (value) => entry.set(editable(value), { fresh: true });
  const quick = debt > 0
    ? [[t("all_of_it"), debt], [t("half"), Math.ceil(debt / 200) * 100], ...roundBelow(debt)]
    : roundBelow(Infinity).reverse();
  return html`
    <form class="stack" onSubmit=${submit}>
      <p class="subject"><b>${customer.name}</b><span class=${debt > 0 ? "owes" : "muted"}>
        ${debt > 0 ? t("debt_of", { amount: showMoney(debt) }) : t("no_debt")}</span></p>
      ${open.length > 0 && html`<ul class="debts" aria-label=${t("oldest_debts")}>
        ${open.slice(0, 3).map((one, place) => html`<li key=${place}><span class=${one.days_overdue > 0 ? "owes" : "muted"}>
          ${one.due_date ? t("due_on", { date: day(one.due_date) }) : t("debt")}</span><b>
            ${showMoney(minor(one.open))}</b></li>`)}</ul>`}
      <${Choice} name="method" label=${t("payment_method")} value=${method} onChange=${setMethod}
        options=${METHODS.map((one) => [one, t(`method_${one}`)])} />
      <${NumberField} id="debt-amount" label=${t("amount")} hideLabel entry=${entry} focus invalid=${Boolean(wrong)}
        describedBy="debt-note" />
      <${Note} id="debt-note" bad=${wrong}>${amount !== null && debt > 0
        ? t("debt_after", { amount: showMoney(Math.max(0, debt - amount)) }) : ""}</${Note}>
      <${Quick} label=${t("amount")} options=${quick.slice(0, 4).map(([text, value]) => [text, () => set(value)])} />
      ${debt > 0 && html`<label class="tick-field"><input type="checkbox" checked=${prepayment}
        onChange=${(event) => setPrepayment(event.target.checked)} />${t("keep_rest_as_prepayment")}</label>`}
      <${Keypad} press=${entry.press} extra="000" backLabel=${t("erase")} />
      ${state.error && html`<${Note} bad=${state.error} />`}
      <button class="btn primary big" disabled=${state.busy || !amount}>${t("take_money")}<${Key}>Enter</${Key}></button>
    </form>`;
}

/** Round amounts below a debt that somebody might bring, the largest first. */
function roundBelow(debt) {
  const round = [50000, 100000, 200000, 500000, 1000000].map((amount) => amount * 100);
  return round.filter((amount) => amount < debt).reverse().map((amount) => [showMoney(amount), amount]);
}

function Taken({ taken, method, onDone }) {
  const { answer, balance, amount } = taken;
  const button = useRef(null);
  useEffect(() => button.current.focus(), []);
  return html`
    <div class="stack">
      <div class="done small"><span class="tick"><${Icon} name="check" size="large" /></span>
        <p>${t(`method_${method}`)}</p><strong>${showMoney(amount)}</strong></div>
      <dl class="facts">
        <${Fact} label=${balance < 0 ? t("debt") : t("prepaid")} value=${showMoney(Math.abs(balance))} strong
          tone=${balance < 0 ? "owes" : ""} />
        ${answer?.number && html`<${Fact} label=${t("payment_number")} value=${answer.number} />`}
        ${(answer?.settled ?? []).map((one, place) => html`<${Fact} key=${place}
          label=${one.due_date ? t("paid_debt_of", { date: day(one.due_date) }) : t("paid_debt")}
          value=${showMoney(minor(one.amount))} />`)}
      </dl>
      ${!answer && html`<${Note} tone="warn">${t("will_be_sent")}</${Note}>`}
      <button type="button" class="btn primary big" ref=${button} onClick=${onDone}>${t("done")}</button>
    </div>`;
}

/** The latest entries of a customer's account, the newest first. */
export function AccountStatement({ till, customer }) {
  const [page, setPage] = useState({ items: [], all: false });
  const [state, attempt] = useAttempt(till);
  const load = async (days) => {
    const answer = await attempt(() => till.customers.statement(customer, days));
    if (answer) setPage({ items: [...answer.items].reverse(), all: days === null });
  };
  useEffect(() => { load(RECENT); }, []);
  return html`
    <div class="stack tall">
      <p class="subject"><b>${customer.name}</b><span class=${customer.balance < 0 ? "owes" : "muted"}>
        ${customer.balance < 0 ? t("debt_of", { amount: showMoney(-customer.balance) })
          : t("prepaid_of", { amount: showMoney(customer.balance) })}</span></p>
      <ul class="entries">
        ${page.items.map((one, place) => html`<${StatementLine} key=${one.id ?? place} entry=${one} />`)}
      </ul>
      ${!state.busy && !state.error && page.items.length === 0 && html`<${Quiet} icon="receipt">${t("empty_statement")}
        </${Quiet}>`}
      ${state.busy && html`<p class="note muted" role="status">${t("loading")}</p>`}
      ${state.error && html`<${Note} bad=${state.error} />`}
      ${!page.all && !state.busy && html`<button type="button" class="btn block" onClick=${() => load(null)}>
        ${t("show_more")}</button>`}
    </div>`;
}

const KINDS = {
  sale: "entry_sale", refund: "entry_refund", payment: "entry_payment",
  correction: "entry_correction", opening: "entry_opening",
};

function StatementLine({ entry }) {
  const amount = minor(entry.amount);
  const points = minor(entry.points_earned ?? "0") - minor(entry.points_used ?? "0");
  return html`
    <li>
      <span class="what"><b>${t(KINDS[entry.kind] ?? "entry_other")}</b>
        <span class="muted">${dateAndTime(entry.occurred_at)}${minor(entry.turnover) !== 0
          ? ` · ${t("goods_for", { amount: showMoney(minor(entry.turnover)) })}` : ""}${entry.due_date
          ? ` · ${t("due_on", { date: day(entry.due_date) })}` : ""}${entry.note ? ` · ${entry.note}` : ""}</span></span>
      ${points !== 0 && html`<span class="pill info">${points > 0 ? "+" : "\u2212"}${showMoney(Math.abs(points))}</span>`}
      <b class=${`num ${amount < 0 ? "owes" : ""}`}>${amount > 0 ? "+" : ""}${showMoney(amount)}</b>
    </li>`;
}

