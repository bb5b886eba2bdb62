// Paying in any way but exact cash or card: several tenders, credit, points, foreign cash.

import { creditLeft, debtOf } from "../customers.js";
import { readMoney, scaled, showMoney } from "../money.js";
import { percentOf, quickCash } from "../pricing.js";
import { missingRights, neededRights } from "../rights.js";
import { useStore } from "../store.js";
import { day, dayAfter, t } from "../texts.js";
import { Choice, Dialog, editable, html, Icon, Key, Keypad, Note, NumberField, useEntry, useState } from "./kit.js";

const DUE_DAYS = [7, 14, 30];

/** What foreign money is worth in the shop's own, rounded half up; the rate has four digits behind the point. */
export function foreignWorth(amount, rate) {
  return Number((BigInt(amount) * BigInt(rate) * 2n + 10000n) / 20000n);
}

/** The tenders offered for this cart, in their order. */
function tendersOf(till, shift, customer, net) {
  const foreign = shift.foreign_currency && shift.exchange_rate;
  return [
    "cash", "card", "transfer",
    ...(net > 0 ? ["credit"] : []),
    ...(customer && customer.points > 0 && net > 0 ? ["points"] : []),
    ...(foreign && net > 0 ? ["foreign"] : []),
  ];
}

export function PaymentDialog({ till, method: first = null }) {
  const { cart, shift, organization } = useStore(till.store, ["cart", "shift", "organization"]);
  const { customer } = cart;
  const net = till.priced(false).total;
  const tenders = tendersOf(till, shift, customer, net);
  const entries = {
    cash: useEntry(""), card: useEntry(""), transfer: useEntry(""), credit: useEntry(""), points: useEntry(""),
    foreign: useEntry(""),
  };
  const noCash = cart.lines.some((line) => !line.cashAllowed);
  const [active, setActive] = useState(first ?? (noCash ? "card" : "cash"));
  const [dueDate, setDueDate] = useState(() => dayAfter(customer?.termsDays || 30));
  const [changeIn, setChangeIn] = useState("own");
  const rate = shift.exchange_rate ? scaled(shift.exchange_rate, 4) : 0;
  const sum = tally({ till, tenders, entries, active, rate, customer, organization, changeIn });
  const { amounts, total, paid, change, rest, enough, implied } = sum;
  const aboveLimit = customer && amounts.credit > creditLeft(customer);
  let wrong = sum.wrong;
  if (!wrong && amounts.credit > 0 && !customer) wrong = t("credit_needs_customer");
  if (!wrong && amounts.credit > 0 && dueDate < dayAfter(0)) wrong = t("due_date_in_past");
  const fill = (method, amount) => {
    entries[method].set(editable(amount), { fresh: true });
    document.getElementById(`pay-${method}`)?.focus();
  };
  const chooseCustomer = () => till.open({ name: "customer", then: "payment", step: "find" });
  const submit = async (event) => {
    event.preventDefault();
    if (wrong || !enough) return till.sound("wrong");
    const payments = paymentsOf(tenders, amounts, { active, implied, total, dueDate, shift });
    const needed = neededRights(till, cart, till.priced(false), payments);
    if (!(await till.approvals.allForCart(missingRights(till, till.state.cart, needed)))) return undefined;
    return till.pay(payments, sum.foreignChange);
  };
  const onKey = (event) => {
    if (event.key === "F3") { chooseCustomer(); return true; }
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step || event.target.type === "date") return false;
    const next = tenders[tenders.indexOf(active) + step];
    if (next) document.getElementById(`pay-${next}`)?.focus();
    return true;
  };
  const label = (method) => (method === "foreign" ? shift.foreign_currency : t(`method_${method}`));
  const quick = active === "foreign"
    ? foreignAmounts(rest, rate).map((amount) => [`${showMoney(amount)} ${shift.foreign_currency}`, "foreign", amount])
    : (rest > 0 ? quickCash(rest, organization.currency) : []).slice(0, 4).map((one) => [showMoney(one), "cash", one]);
  return html`
    <${Dialog} title=${t("payment")} onClose=${() => till.close()} wide onKey=${onKey}>
      <form onSubmit=${submit} class="payment">
        <div class="stack">
          ${tenders.map((method) => html`
            <div class=${`method ${active === method ? "on" : ""}`} key=${method}>
              <${NumberField} id=${`pay-${method}`} label=${label(method)} entry=${entries[method]}
                focus=${method === active} placeholder=${implied && method === active ? showMoney(total) : ""}
                onFocus=${() => setActive(method)} invalid=${amounts[method] === null} />
              <button type="button" class="btn" onClick=${() => fill(method, sum.remaining(method))}>
                ${t("the_rest")}</button>
            </div>
            ${method === "credit" && (active === "credit" || amounts.credit > 0) && html`<${Credit} customer=${customer}
              aboveLimit=${aboveLimit} dueDate=${dueDate} setDueDate=${setDueDate} onChoose=${chooseCustomer} />`}
            ${method === "points" && active === "points" && html`<p class="note muted indent">
              ${t("points_at_most", { points: showMoney(sum.mostPoints) })}</p>`}
            ${method === "foreign" && amounts.foreign > 0 && html`<p class="note muted indent">
              ${showMoney(amounts.foreign)} ${shift.foreign_currency} × ${showMoney(Math.round(rate / 100))}
              = ${showMoney(foreignWorth(amounts.foreign, rate))}</p>`}`)}
          ${quick.length > 0 && html`<div class="quick" role="group" aria-label=${t("cash_given")}>
            ${quick.map(([text, method, amount]) => html`
              <button type="button" class="btn" key=${text} onClick=${() => fill(method, amount)}>${text}</button>`)}
          </div>`}
          ${sum.canChangeForeign && html`<${Choice} name="change-in" label=${t("change_in")} value=${changeIn}
            onChange=${setChangeIn} options=${[["own", t("change_in_own", { amount: showMoney(change) })],
              ["foreign", t("change_in_foreign", { amount: showMoney(sum.mostForeign), currency: shift.foreign_currency,
                rest: showMoney(change - foreignWorth(sum.mostForeign, rate)) })]]} />`}
        </div>
        <div class="stack">
          <dl class="balance" aria-live="polite">
            <div><dt>${t("to_pay")}</dt><dd id="pay-total">${showMoney(total)}</dd></div>
            ${sum.rounding !== 0 && html`<div><dt>${t("cash_rounding")}</dt><dd>${showMoney(sum.rounding)}</dd></div>`}
            <div><dt>${t("paid")}</dt><dd>${showMoney(paid)}</dd></div>
            <div class=${enough ? "good" : "due"}><dt>${enough ? t("change") : t("still_due")}</dt><dd id="pay-change">
              ${showMoney(enough ? change : Math.max(0, total - paid))}</dd></div>
          </dl>
          <${Note} bad=${wrong} />
          <${Keypad} press=${(sign) => entries[active].press(sign)} extra="000" backLabel=${t("erase")} />
          <button class="btn primary big" aria-disabled=${String(Boolean(wrong) || !enough)}>
            ${aboveLimit && !till.approvals.may("sales:sale:credit_above_limit") ? t("pay_with_approval") : t("pay")}
            <${Key}>Enter</${Key}></button>
        </div>
      </form>
    </${Dialog}>`;
}

/** Who owes, until when, and how much more they may. */
function Credit({ customer, aboveLimit, dueDate, setDueDate, onChoose }) {
  if (!customer) {
    return html`<div class="indent"><button type="button" class="btn block" onClick=${onChoose}><${Icon} name="user" />
      ${t("choose_customer")}<${Key}>F3</${Key}></button></div>`;
  }
  const debt = debtOf(customer);
  return html`
    <div class="indent credit">
      <p class="subject"><b>${customer.name}</b><span class=${aboveLimit ? "owes" : "muted"}>
        ${t("credit_left")}: ${showMoney(creditLeft(customer))}${debt > 0
          ? ` · ${t("debt_of", { amount: showMoney(debt) })}` : ""}</span></p>
      <div class="due">
        ${DUE_DAYS.map((days) => html`<button type="button" key=${days}
          class=${`btn small ${dueDate === dayAfter(days) ? "chosen" : ""}`} aria-pressed=${String(dueDate === dayAfter(days))}
          onClick=${() => setDueDate(dayAfter(days))}>${t("in_days", { days })}</button>`)}
        <input type="date" id="due-date" aria-label=${t("due_date")} title=${day(dueDate)} value=${dueDate}
          min=${dayAfter(0)} onInput=${(event) => event.target.value && setDueDate(event.target.value)} />
      </div>
    </div>`;
}

/** Whole foreign notes a customer might hand over. */
function foreignAmounts(rest, rate) {
  if (rest <= 0 || rate <= 0) return [];
  const exact = Math.ceil((rest * 10000) / rate / 100);
  const amounts = new Set([exact, ...[5, 10, 20, 50, 100].map((note) => Math.ceil(exact / note) * note)]);
  return [...amounts].sort((one, other) => one - other).slice(0, 4).map((amount) => amount * 100);
}

function paymentsOf(tenders, amounts, { active, implied, total, dueDate, shift }) {
  if (implied) return [withFacts(active, { method: active, amount: total }, dueDate, shift)];
  const used = tenders.filter((method) => amounts[method] > 0);
  return used.map((method) => withFacts(method, { method, amount: amounts[method] }, dueDate, shift));
}

function withFacts(tender, payment, dueDate, shift) {
  if (tender === "credit") return { ...payment, due_date: dueDate };
  return tender === "foreign" ? { ...payment, method: "cash", currency: shift.foreign_currency } : payment;
}

/** Everything that follows from what is entered. With nothing entered the tender in focus pays all: `implied`. */
function tally({ till, tenders, entries, active, rate, customer, organization, changeIn }) {
  const amounts = {};
  let wrong = "";
  for (const method of Object.keys(entries)) {
    const { text } = entries[method];
    amounts[method] = text.trim() === "" || !tenders.includes(method) ? 0 : readMoney(text);
    if (amounts[method] === null) wrong = t("not_a_number");
  }
  const implied = !wrong && Object.values(amounts).every((amount) => amount === 0) && active !== "foreign";
  const other = (amounts.card ?? 0) + (amounts.transfer ?? 0) + (amounts.credit ?? 0) + (amounts.points ?? 0);
  const priced = till.priced(implied ? active === "cash" : other === 0);
  const { total } = priced;
  if (implied) amounts[active] = total;
  const cashless = implied && active !== "cash" ? total : other;
  const abroad = amounts.foreign > 0 ? foreignWorth(amounts.foreign, rate) : 0;
  const cash = (amounts.cash ?? 0) + abroad;
  const rest = Math.max(0, total - cashless);
  const paid = cash + cashless;
  const change = Math.max(0, cash - rest);
  const share = organization.loyalty_most_percent ?? 100;
  const mostPoints = customer ? Math.min(customer.points, Math.floor(Math.max(0, percentOf(total, share * 100)))) : 0;
  if (!wrong && amounts.points > mostPoints) wrong = t("points_at_most", { points: showMoney(mostPoints) });
  if (!wrong && cashless > total) wrong = t("cashless_too_much", { amount: showMoney(cashless - total) });
  else if (!wrong && total > 0 && cashless === total && cash > 0) wrong = t("cash_not_needed");
  const mostForeign = Math.min(amounts.foreign ?? 0, rate > 0 ? Math.floor((change * 100) / rate) * 100 : 0);
  const canChangeForeign = !wrong && mostForeign > 0;
  const remaining = (method) => {
    const others = { ...amounts, ...(implied ? { [active]: 0 } : {}), [method]: 0 };
    const sum = others.cash + others.card + others.transfer + others.credit + others.points
      + (others.foreign > 0 ? foreignWorth(others.foreign, rate) : 0);
    const alone = method === "cash" && sum === 0;
    const left = Math.max(0, (alone ? till.priced(true).total : till.priced(false).total) - sum);
    if (method === "points") return Math.min(left, mostPoints);
    return method === "foreign" ? Math.ceil((left * 10000) / (rate || 1) / 100) * 100 : left;
  };
  return {
    amounts, wrong, implied, total, rounding: priced.rounding, paid: implied ? total : paid, rest, change,
    enough: !wrong && (implied || paid >= total), mostPoints, canChangeForeign, mostForeign,
    foreignChange: canChangeForeign && changeIn === "foreign" ? mostForeign : 0, remaining,
  };
}
