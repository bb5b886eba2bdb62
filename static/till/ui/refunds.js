// F8: goods that come back. Find the receipt, say what comes back, give the money back or take other goods for it.

import { useStore } from "../store.js";
import { clock, dateAndTime, t, tn } from "../texts.js";
import { minor, showMoney, showQuantity, thousandths } from "../money.js";
import { isReceiptCode } from "../refunds.js";
import { leftOf, pieceOf } from "../worth.js";
import {
  Choice, Dialog, Fact, html, Icon, Key, Note, Quiet, useAttempt, useEffect, useRef, useState,
} from "./kit.js";
import { TypePill } from "./history.js";

const REFUND = "sales:sale:refund";
const OTHER_TENDER = "sales:sale:refund_other_tender";
const WITHOUT_RECEIPT = "sales:sale:refund_without_receipt";
const METHODS = ["cash", "card", "transfer"];
const TYPING_WAITS = 200; // milliseconds

/** `receipt` is a number or code that was scanned, `id` a receipt chosen elsewhere. */
export function RefundDialog({ till, receipt = null, id = null }) {
  const { cart } = useStore(till.store, ["cart"]);
  const [step, setStep] = useState("find");
  const [draft, setDraft] = useState(null);
  const [done, setDone] = useState(null);
  const [state, attempt, fail] = useAttempt(till);
  const open = async (saleId) => {
    const opened = await attempt(() => till.refunds.open(saleId));
    if (!opened) return;
    setDraft(till.refunds.draft(opened));
    setStep("lines");
  };
  const look = async (code) => {
    const found = await attempt(() => till.refunds.find(code));
    if (found) await open(found.id);
    else if (found === null) fail(t("receipt_not_found", { code }));
  };
  useEffect(() => {
    if (id !== null) open(id);
    else if (receipt) look(receipt);
    till.entry.taker = (code) => {
      if (isReceiptCode(code)) look(code);
      else if (!till.takesBackByScan?.(code)) till.refuse(t("unknown_code", { code }));
    };
    return () => { till.entry.taker = null; till.takesBackByScan = null; };
  }, []);
  const finish = (sale) => { setDone({ sale }); setStep("done"); till.sound("paid"); };
  const titles = { find: t("refund"), lines: t("what_comes_back"), goods: t("refund_without_receipt"), done: t("refund") };
  const back = { lines: () => setStep("find"), goods: () => setStep("find") }[step] ?? null;
  return html`
    <${Dialog} title=${titles[step]} onClose=${() => till.close()} onBack=${back} key=${step}
      size=${step === "done" ? "" : "wide"}>
      ${state.error && html`<${Note} bad=${state.error} />`}
      ${step === "find" && html`<${FindReceipt} till=${till} busy=${state.busy} onOpen=${open} cart=${cart}
        onGoods=${() => setStep("goods")} />`}
      ${step === "lines" && html`<${Lines} till=${till} draft=${draft} setDraft=${setDraft} onDone=${finish} />`}
      ${step === "goods" && html`<${GoodsBack} till=${till} onDone=${finish} />`}
      ${step === "done" && html`<${RefundDone} till=${till} sale=${done.sale} />`}
    </${Dialog}>`;
}

function FindReceipt({ till, busy, onOpen, cart, onGoods }) {
  const [query, setQuery] = useState("");
  const [customer, setCustomer] = useState(null);
  const usual = cart.customer?.id ? [cart.customer] : []; // who stands at the counter comes first
  const [people, setPeople] = useState(usual);
  const [list, setList] = useState({ items: null, error: "", cursor: null });
  const [at, setAt] = useState(0);
  const box = useRef(null);
  const words = /\p{L}{2,}/u.test(query) && !isReceiptCode(query);
  useEffect(() => {
    let current = true;
    const put = (change) => { if (current) change(); };
    const look = () => {
      if (words) {
        till.customers.search(query).then((found) => put(() => setPeople(found.filter(({ id }) => id).slice(0, 6))), () => {});
        return;
      }
      setPeople(query ? [] : usual);
      till.refunds.recent({ text: query, customerId: customer?.id ?? null }).then(
        (page) => put(() => { setList({ items: page.items, error: "", cursor: page.next_cursor }); setAt(0); }),
        (error) => put(() => setList({ items: [], error: till.explain(error), cursor: null })),
      );
    };
    const timer = setTimeout(look, query ? TYPING_WAITS : 0);
    return () => { current = false; clearTimeout(timer); };
  }, [query, customer?.id]);
  const items = (list.items ?? []).filter(({ type }) => type !== "refund");
  const submit = async (event) => {
    event.preventDefault();
    if (people[0] && words) { setCustomer(people[0]); setQuery(""); return; }
    const fresh = query ? (await till.refunds.recent({ text: query }).catch(() => ({ items }))).items : items;
    const chosen = fresh.filter(({ type }) => type !== "refund")[query ? 0 : at];
    if (chosen) onOpen(chosen.id);
    else till.sound("wrong");
  };
  const keydown = (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step || items.length === 0) return;
    event.preventDefault();
    const next = Math.max(0, Math.min(items.length - 1, at + step));
    setAt(next);
    box.current?.children[next]?.scrollIntoView({ block: "nearest" });
  };
  return html`
    <form class="stack tall" onSubmit=${submit} onKeyDown=${keydown}>
      <div class="find inner">
        <${Icon} name="search" />
        <input id="receipt-search" type="search" data-focus autocomplete="off" spellcheck="false"
          aria-label=${t("search_receipt")} placeholder=${t("search_receipt")} value=${query}
          onInput=${(event) => setQuery(event.target.value)} />
      </div>
      ${(customer || people.length > 0) && html`<div class="chips inner">
        ${customer && html`<button type="button" class="chip on" onClick=${() => setCustomer(null)}>${customer.name} ×
          </button>`}
        ${people.filter((one) => one.id !== customer?.id).map((one) => html`<button type="button" class="chip" key=${one.id}
          onClick=${() => { setCustomer(one); setQuery(""); }}>${one.name}</button>`)}
      </div>`}
      <ul class="picks" ref=${box}>
        ${items.map((sale, place) => html`
          <li key=${sale.id} class=${place === at ? "on" : ""}>
            <button type="button" class="pick" tabindex="-1" disabled=${busy} onClick=${() => onOpen(sale.id)}>
              <span class="what"><b>${sale.number} <${TypePill} sale=${sale} /></b>
                <span class="muted">${moment(sale.sold_at ?? sale.created_at)} · ${sale.cashier}${sale.customer
                  ? ` · ${sale.customer.name}` : ""}</span></span>
              <b class="num">${showMoney(minor(sale.total))}</b>
            </button>
          </li>`)}
      </ul>
      ${list.items === null && !list.error && html`<p class="note muted" role="status">${t("loading")}</p>`}
      ${list.error && html`<${Note} bad=${list.error} />`}
      ${list.items !== null && !list.error && items.length === 0 && !words && html`<${Quiet} icon="receipt">
        ${t("no_such_receipt")}</${Quiet}>`}
      <div class="row wrap">
        <${Note}>${t("scan_receipt_hint")}</${Note}><span class="grow"></span>
        <button type="button" class="btn" onClick=${onGoods}><${Icon} name="undo" />${t("refund_without_receipt")}</button>
      </div>
    </form>`;
}

function moment(text) {
  return new Date(text).toDateString() === new Date().toDateString() ? clock(text) : dateAndTime(text);
}

const REASONS = ["reason_defect", "reason_wrong", "reason_changed_mind", "reason_expired"];

function Reasons({ value, onChange }) {
  return html`
    <div class="reasons">
      <div class="chips inner" role="group" aria-label=${t("reason")}>
        ${REASONS.map((key) => html`<button type="button" key=${key} class=${`chip ${value === t(key) ? "on" : ""}`}
          aria-pressed=${String(value === t(key))} onClick=${() => onChange(value === t(key) ? "" : t(key))}>${t(key)}
          </button>`)}
      </div>
      <input id="reason" type="text" class="line-input" maxlength="200" autocomplete="off" placeholder=${t("reason")}
        aria-label=${t("reason")} value=${value} onInput=${(event) => onChange(event.target.value)} />
    </div>`;
}

function Lines({ till, draft, setDraft, onDone }) {
  const [state, attempt, fail] = useAttempt(till);
  const { sale, items, quantities, restock } = draft;
  const figures = till.refunds.figures(draft);
  const open = items.filter((item) => leftOf(item) > 0);
  const change = (what) => setDraft((now) => ({ ...now, ...what }));
  const setQuantity = (item, quantity) => {
    const next = new Map(quantities);
    next.set(item.id, Math.max(0, Math.min(leftOf(item), quantity)));
    change({ quantities: next });
  };
  const all = () => change({ quantities: new Map(items.map((item) => [item.id, figures.all ? 0 : leftOf(item)])) });
  useEffect(() => {
    // Scanning what comes back counts it, as scanning counts what goes out.
    till.takesBackByScan = (code) => {
      const entry = till.entry.lookUp(code);
      const item = entry && open.find((one) => one.product_id === entry.product.id);
      if (!item) return false;
      setQuantity(item, (quantities.get(item.id) ?? 0) + 1000);
      till.sound("added");
      return true;
    };
  });
  /** The approvals that are missing, asked for one after the other: tokens, or null. */
  const rights = async () => {
    const wanted = [REFUND, ...(draft.backBy && isOther(draft, figures) ? [OTHER_TENDER] : [])];
    const rows = [[t("receipt"), sale.number], [t("to_give_back"), showMoney(figures.total)],
      ...(draft.reason ? [[t("reason"), draft.reason]] : [])];
    const facts = { receipt: sale.number, amount: figures.total / 100 };
    const tokens = [];
    for (const action of wanted) {
      const right = await till.approvals.right(action, { subject: draft.uuid, rows, facts, reason: draft.reason });
      if (!right) return null;
      if (right.token) tokens.push(right.token);
    }
    return tokens;
  };
  const give = async (event) => {
    event?.preventDefault();
    if (figures.count === 0) return fail(t("choose_what_comes_back"));
    const tokens = await rights();
    if (!tokens) return undefined;
    const receipt = await attempt(() => till.refunds.send(draft, tokens));
    if (receipt === undefined) return undefined;
    return onDone(receipt ?? waitingReceipt(draft, figures));
  };
  const exchange = async () => {
    if (figures.count === 0) return fail(t("choose_what_comes_back"));
    till.refunds.beginExchange(draft);
    if (!till.approvals.may(REFUND)) {
      const rows = [[t("receipt"), sale.number], [t("comes_back"), showMoney(figures.total)]];
      if (!(await till.approvals.forCart({ action: REFUND, rows, facts: { receipt: sale.number } }))) {
        till.change((cart) => ({ ...cart, back: null }));
        return undefined;
      }
    }
    till.close();
    return till.toast(t("scan_new_goods"), "info");
  };
  const single = [...new Set([...METHODS, ...(draft.held.credit > 0 ? ["credit"] : [])])];
  return html`
    <form class="refund" onSubmit=${give}>
      <div class="stack">
        <div class="row"><b>${t("receipt")} ${sale.number}</b><span class="muted">${dateAndTime(sale.sold_at ?? sale.created_at)}
          </span><span class="grow"></span>
          ${open.length > 0 && html`<button type="button" id="refund-all" class=${`btn small ${figures.all ? "chosen" : ""}`}
            data-focus onClick=${all}>${t("all_of_it")}</button>`}</div>
        ${sale.customer && html`<p class="muted">${sale.customer.name}</p>`}
        <ul class="coming-back">
          ${items.map((item) => html`<${BackLine} key=${item.id} item=${item} quantity=${quantities.get(item.id) ?? 0}
            restock=${restock.get(item.id) ?? "sale"} onQuantity=${(value) => setQuantity(item, value)}
            onRestock=${(value) => change({ restock: new Map(restock).set(item.id, value) })} />`)}
        </ul>
        ${open.length === 0 && html`<${Quiet} icon="undo">${t("all_came_back")}</${Quiet}>`}
      </div>
      <div class="stack">
        <${Reasons} value=${draft.reason} onChange=${(reason) => change({ reason })} />
        <div class="balance">
          <div class="due"><span>${t("to_give_back")}</span><strong id="refund-total">${showMoney(figures.total)}</strong></div>
          ${figures.total > 0 && figures.payments.map(({ method, amount }) => html`<div key=${method}>
            <span>${t(`back_by_${method}`)}</span><b>${showMoney(amount)}</b></div>`)}
        </div>
        <${Choice} name="back-by" label=${t("give_back_by")} value=${draft.backBy ?? "as_paid"}
          onChange=${(value) => change({ backBy: value === "as_paid" ? null : value })}
          options=${[["as_paid", t("as_it_was_paid")], ...single.map((method) => [method, t(`method_${method}`)])]} />
        ${state.error && html`<${Note} bad=${state.error} />`}
        <button class="btn primary big" disabled=${state.busy} aria-disabled=${String(figures.count === 0)}>
          ${till.approvals.may(REFUND) ? "" : html`<${Icon} name="shield" />`}${t("give_back")}<${Key}>Enter</${Key}></button>
        <button type="button" class="btn big" id="exchange" disabled=${state.busy} aria-disabled=${String(figures.count === 0)}
          onClick=${exchange}><${Icon} name="refresh" />${t("exchange_for_other")}</button>
      </div>
    </form>`;
}

/** Whether the customer gets money in another way than it was paid. */
function isOther(draft, { total }) {
  return total > Math.max(0, draft.held[draft.backBy] ?? 0);
}

function waitingReceipt(draft, { total, payments }) {
  return {
    number: t("will_be_sent"), type: "refund", total: `-${total / 100}`, items: [], waiting: true,
    payments: payments.map(({ method, amount }) => ({ method, amount: `-${amount / 100}` })),
  };
}

function BackLine({ item, quantity, restock, onQuantity, onRestock }) {
  const left = leftOf(item);
  const step = (item.digits ?? 0) === 0 || left % 1000 === 0 ? 1000 : left;
  const returned = thousandths(item.returned ?? "0");
  return html`
    <li class=${quantity > 0 ? "on" : ""}>
      <div class="what"><b>${item.name}</b>
        <span class="muted">${showQuantity(thousandths(item.quantity))} ${item.unit} × ${showMoney(minor(item.price))}
          ${returned > 0 ? ` · ${t("came_back", { quantity: showQuantity(returned) })}` : ""}</span></div>
      <div class="q">
        <button type="button" class="step" disabled=${quantity <= 0} aria-label=${t("less_of", { name: item.name })}
          onClick=${() => onQuantity(quantity - Math.min(step, quantity))}><${Icon} name="minus" size="small" /></button>
        <input class="count" inputmode="decimal" aria-label=${t("how_many_back", { name: item.name })}
          value=${showQuantity(quantity)} disabled=${left <= 0} onFocus=${(event) => event.target.select()}
          onChange=${(event) => onQuantity(thousandths(event.target.value.replace(",", ".").replace(/\s/g, "")) || 0)} />
        <button type="button" class="step" disabled=${quantity >= left} aria-label=${t("more_of", { name: item.name })}
          onClick=${() => onQuantity(quantity + step)}><${Icon} name="plus" size="small" /></button>
      </div>
      <b class="num">${left <= 0 ? html`<span class="pill">${t("is_back")}</span>`
        : showMoney(quantity > 0 ? pieceOf(item, quantity) : 0)}</b>
      ${quantity > 0 && html`<div class="restock"><${Choice} name=${`restock-${item.id}`} label=${t("goods_go_to")}
        value=${restock} onChange=${onRestock} options=${["sale", "damaged", "none"].map((one) =>
          [one, t(`restock_${one}`)])} /></div>`}
    </li>`;
}

/** Without a receipt: what comes back is what stands in the cart, so that it is found and counted as always. */
function GoodsBack({ till, onDone }) {
  const { cart } = useStore(till.store, ["cart"]);
  const [method, setMethod] = useState("cash");
  const [restock, setRestock] = useState("sale");
  const [reason, setReason] = useState("");
  const [state, attempt, fail] = useAttempt(till);
  const total = till.priced(method === "cash").total;
  useEffect(() => {
    till.takesBackByScan = (code) => {
      const entry = till.entry.lookUp(code);
      if (entry) till.entry.add(entry);
      return Boolean(entry);
    };
  });
  const give = async (event) => {
    event.preventDefault();
    if (cart.lines.length === 0) return fail(t("scan_what_comes_back"));
    if (!reason.trim()) { document.getElementById("reason")?.focus(); return fail(t("reason_needed")); }
    const rows = [[t("to_give_back"), showMoney(total)], [t("reason"), reason.trim()]];
    const right = await till.approvals.right(WITHOUT_RECEIPT, {
      subject: cart.uuid, rows, facts: { amount: total / 100 }, reason: reason.trim(),
    });
    if (!right) return undefined;
    const tokens = right.token ? [right.token] : [];
    const receipt = await attempt(() => till.refunds.sendWithoutReceipt(cart, {
      method, amount: total, reason: reason.trim(), restock, tokens,
    }));
    if (receipt === undefined) return undefined;
    till.emptyCart();
    return onDone(receipt ?? { number: t("will_be_sent"), type: "refund", total: `-${total / 100}`, items: [], waiting: true,
      payments: [{ method, amount: `-${total / 100}` }] });
  };
  return html`
    <form class="refund" onSubmit=${give}>
      <div class="stack">
        <${Note}>${t("without_receipt_hint")}</${Note}>
        <ul class="sold">
          ${cart.lines.map((line) => html`<li key=${line.key}><span>${line.name}<span class="muted">
            ${showQuantity(line.quantity)} ${line.unit} × ${showMoney(line.price)}</span></span></li>`)}
        </ul>
        ${cart.lines.length === 0 && html`<${Quiet} icon="barcode">${t("scan_what_comes_back")}</${Quiet}>`}
        ${cart.lines.length > 0 && html`<${Choice} name="restock" label=${t("goods_go_to")} value=${restock}
          onChange=${setRestock} options=${["sale", "damaged", "none"].map((one) => [one, t(`restock_${one}`)])} />`}
      </div>
      <div class="stack">
        <${Reasons} value=${reason} onChange=${setReason} />
        <div class="balance"><div class="due"><span>${t("to_give_back")}</span><strong>${showMoney(total)}</strong></div></div>
        <${Choice} name="back-by" label=${t("give_back_by")} value=${method} onChange=${setMethod}
          options=${METHODS.map((one) => [one, t(`method_${one}`)])} />
        ${state.error && html`<${Note} bad=${state.error} />`}
        <button class="btn primary big" disabled=${state.busy} aria-disabled=${String(cart.lines.length === 0)}>
          ${till.approvals.may(WITHOUT_RECEIPT) ? "" : html`<${Icon} name="shield" />`}${t("give_back")}
          <${Key}>Enter</${Key}></button>
      </div>
    </form>`;
}

export function RefundDone({ till, sale }) {
  return html`
    <div class="stack">
      <div class="done small"><span class="tick"><${Icon} name="check" size="large" /></span>
        <p>${t("given_back")}</p><strong id="given-back">${showMoney(Math.abs(minor(sale.total)))}</strong></div>
      <dl class="facts">
        <${Fact} label=${t("receipt")} value=${sale.number} />
        ${sale.payments.map(({ method, amount }, place) => html`<${Fact} key=${place} label=${t(`back_by_${method}`)}
          value=${showMoney(Math.abs(minor(amount)))} />`)}
        ${sale.items.length > 0 && html`<${Fact} label=${t("goods")} value=${tn("lines", sale.items.length)} />`}
      </dl>
      <div class="row">
        ${!sale.waiting && html`<button type="button" class="btn big" onClick=${() => till.desk.print(sale)}>
          <${Icon} name="print" />${t("print")}</button>`}
        <button type="button" class="btn primary big grow" data-focus onClick=${() => till.close()}>${t("done")}
          <${Key}>Enter</${Key}></button>
      </div>
    </div>`;
}
