// Who buys: finding a customer, making one in seconds, and what is known of the one that was chosen.

import { creditLeft, debtOf, isPhone, showPhone } from "../customers.js";
import { showMoney } from "../money.js";
import { useStore } from "../store.js";
import { t } from "../texts.js";
import { AccountStatement, TakePayment } from "./account.js";
import { Dialog, Fact, html, Icon, Key, Note, Quiet, useAttempt, useEffect, useRef, useState } from "./kit.js";

const TYPING_WAITS = 120; // milliseconds

/** `then` is the window to go back to, `step` the part to begin with. */
export function CustomerDialog({ till, then = null, step: first = null }) {
  const { cart } = useStore(till.store, ["cart"]);
  const { customer } = cart;
  const [step, setStep] = useState(first ?? (customer ? "card" : "find"));
  const [draft, setDraft] = useState({ name: "", phone: "" });
  const done = () => (then ? till.open({ name: then }) : till.close());
  const choose = (chosen) => {
    till.customers.choose(chosen);
    done();
  };
  const create = (typed) => {
    setDraft(isPhone(typed) ? { name: "", phone: typed } : { name: typed, phone: "" });
    setStep("new");
  };
  const back = step === "card" || (step === "find" && !customer) ? null : () => setStep(step === "new" ? "find" : "card");
  const titles = {
    find: t("customer"), new: t("new_customer"), card: t("customer"), pay: t("take_payment"), statement: t("statement"),
  };
  return html`
    <${Dialog} title=${titles[step]} onClose=${done} onBack=${back} size=${step === "statement" ? "wide" : "mid"}
      key=${step}>
      ${step === "find" && html`<${FindCustomer} till=${till} onChoose=${choose} onCreate=${create} />`}
      ${step === "new" && html`<${NewCustomer} till=${till} draft=${draft} onChoose=${choose} />`}
      ${step === "card" && customer && html`<${CustomerCard} till=${till} customer=${customer} go=${setStep}
        onDone=${done} />`}
      ${step === "pay" && customer && html`<${TakePayment} till=${till} customer=${customer}
        onDone=${() => setStep("card")} />`}
      ${step === "statement" && customer && html`<${AccountStatement} till=${till} customer=${customer} />`}
    </${Dialog}>`;
}

/** Debt, prepayment and points of a customer as pills. */
export function CustomerPills({ customer }) {
  const debt = debtOf(customer);
  return html`
    ${debt > 0 && html`<span class="pill bad">${t("debt_of", { amount: showMoney(debt) })}</span>`}
    ${customer.balance > 0 && html`<span class="pill good">
      ${t("prepaid_of", { amount: showMoney(customer.balance) })}</span>`}
    ${customer.points > 0 && html`<span class="pill info">
      ${t("points_of", { points: showMoney(customer.points) })}</span>`}
    ${customer.tier !== "standard" && html`<span class="pill warn">${t(`tier_${customer.tier}`)}</span>`}`;
}

function FindCustomer({ till, onChoose, onCreate }) {
  const [query, setQuery] = useState("");
  const [found, setFound] = useState({ text: null, items: [], error: "" });
  const [at, setAt] = useState(0);
  const list = useRef(null);
  useEffect(() => {
    let current = true;
    const look = () => till.customers.search(query).then(
      (items) => { if (current) { setFound({ text: query, items, error: "" }); setAt(0); } },
      (error) => { if (current) setFound({ text: query, items: [], error: till.explain(error) }); },
    );
    const timer = setTimeout(look, query ? TYPING_WAITS : 0);
    return () => { current = false; clearTimeout(timer); };
  }, [query]);
  useEffect(() => { list.current?.querySelector(".on")?.scrollIntoView({ block: "nearest" }); }, [at]);
  const may = till.approvals.may("crm:customer:create");
  const settled = found.text === query;
  const submit = async (event) => {
    event.preventDefault();
    // Somebody may press Enter before the answer to the last letter has come.
    const items = settled ? found.items : await till.customers.search(query).catch(() => []);
    const chosen = items[settled ? at : 0];
    if (chosen) onChoose(chosen);
    else if (may && query.trim()) onCreate(query.trim());
  };
  const keydown = (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    setAt(Math.max(0, Math.min(found.items.length - 1, at + step)));
  };
  return html`
    <form class="stack tall" onSubmit=${submit} onKeyDown=${keydown}>
      <div class="find inner">
        <${Icon} name="search" />
        <input id="customer-search" type="search" data-focus autocomplete="off" autocapitalize="words" spellcheck="false"
          role="combobox" aria-controls="customers-found" aria-expanded="true"
          aria-activedescendant=${found.items[at] ? `customer-${at}` : null}
          aria-label=${t("search_customer")} placeholder=${t("search_customer")} value=${query}
          onInput=${(event) => setQuery(event.target.value)} />
      </div>
      <ul class="picks" id="customers-found" role="listbox" ref=${list} aria-label=${t("customers")}>
        ${found.items.map((one, place) => html`
          <li key=${one.id ?? one.uuid} id=${`customer-${place}`} role="option" aria-selected=${String(place === at)}
            class=${place === at ? "on" : ""} onClick=${() => onChoose(one)}>
            <span class="what"><b>${one.name}</b><span class="muted">${showPhone(one.phone)}</span></span>
            <span class="pills"><${CustomerPills} customer=${one} /></span>
          </li>`)}
      </ul>
      ${found.error && html`<${Note} bad=${found.error} />`}
      ${!found.error && settled && found.items.length === 0 && html`<${Quiet} icon="users">
        ${query ? t("customer_not_found") : t("search_customer_hint")}</${Quiet}>`}
      ${may && html`<button type="button" class="btn big" onClick=${() => onCreate(query.trim())}><${Icon} name="plus" />
        ${query.trim() && !isPhone(query) ? t("new_customer_called", { name: query.trim() }) : t("new_customer")}
        </button>`}
    </form>`;
}

function NewCustomer({ till, draft, onChoose }) {
  const [name, setName] = useState(draft.name);
  const [phone, setPhone] = useState(draft.phone);
  const [state, attempt] = useAttempt(till);
  const submit = async (event) => {
    event.preventDefault();
    if (!name.trim()) return;
    const customer = await attempt(() => till.customers.create({ name, phone }));
    if (customer) onChoose(customer);
  };
  return html`
    <form class="stack" onSubmit=${submit}>
      <label class="field">${t("name")}<input id="customer-name" type="text" required maxlength="200" autocomplete="off"
        autocapitalize="words" value=${name} data-focus=${!draft.name || null}
        onInput=${(event) => setName(event.target.value)} /></label>
      <label class="field">${t("phone")}<input id="customer-phone" type="tel" inputmode="tel" maxlength="32"
        autocomplete="off" placeholder="+998 90 123 45 67" value=${phone} data-focus=${Boolean(draft.name) || null}
        onInput=${(event) => setPhone(event.target.value)} /></label>
      ${state.error && html`<${Note} bad=${state.error} />`}
      <button class="btn primary big" disabled=${state.busy || !name.trim()}>${t("save")}<${Key}>Enter</${Key}></button>
    </form>`;
}

function CustomerCard({ till, customer, go, onDone }) {
  useEffect(() => { till.customers.fresh(customer).catch(() => {}); }, [customer.id]);
  const debt = debtOf(customer);
  return html`
    <div class="stack">
      <div class="person">
        <span class="picture">${customer.name.slice(0, 1).toUpperCase()}</span>
        <div class="grow"><b>${customer.name}</b><span class="muted">${showPhone(customer.phone)}</span></div>
        <${CustomerPills} customer=${{ ...customer, balance: 0, points: 0 }} />
      </div>
      <div class="tally">
        <div class=${debt > 0 ? "bad" : ""}><span>${customer.balance > 0 ? t("prepaid") : t("debt")}</span>
          <b id="customer-debt">${showMoney(Math.abs(customer.balance))}</b></div>
        <div><span>${t("credit_left")}</span><b>${showMoney(creditLeft(customer))}</b></div>
        <div><span>${t("points")}</span><b>${showMoney(customer.points)}</b></div>
      </div>
      <div class="choices">
        ${till.approvals.may("sales:payment:take") && html`
          <button type="button" class="btn big" onClick=${() => go("pay")} data-focus><${Icon} name="cash" />
            ${debt > 0 ? t("take_payment") : t("take_prepayment")}</button>`}
        ${customer.id && till.approvals.may("crm:account:read") && html`
          <button type="button" class="btn big" onClick=${() => go("statement")}><${Icon} name="receipt" />
            ${t("statement")}</button>`}
        <button type="button" class="btn big" onClick=${() => go("find")}><${Icon} name="users" />
          ${t("other_customer")}</button>
        <button type="button" class="btn big danger" onClick=${() => { till.customers.choose(null); onDone(); }}>
          <${Icon} name="x" />${t("without_customer")}</button>
      </div>
      <button type="button" class="btn primary big" onClick=${onDone}>${t("go_on_selling")}<${Key}>Esc</${Key}></button>
    </div>`;
}

