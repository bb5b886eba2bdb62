// The shift: opening it, and F10: what is in it, cash in and out, handing it over, closing it with counted cash.

import { minor, plainMoney, readMoney, scaled, showMoney } from "../money.js";
import { useStore } from "../store.js";
import { t } from "../texts.js";
import { CashMove } from "./cash.js";
import { Counting } from "./counting.js";
import {
  Dialog, Fact, html, Icon, Key, Keypad, Note, NumberField, useAttempt, useEffect, useEntry, useState, WayOut,
} from "./kit.js";
import { PinPad, SHORTEST_PIN } from "./pin.js";
import { printReport, ShiftReport } from "./report.js";

/** Without an open shift there is nothing to sell: this stands in place of the till. */
export function OpenShift({ till }) {
  const { tills, tillId, user, permissions, organization } = useStore(till.store, ["tills", "tillId", "user", "shift"]);
  const [chosen, choose] = useState(tillId ?? till.desk.usualTill());
  const [state, attempt] = useAttempt(till);
  const entry = useEntry("");
  const abroad = useEntry("");
  const rate = useEntry("");
  const foreign = organization.foreign_currency || null;
  const [inForce, setInForce] = useState("");
  useEffect(() => {
    if (!foreign) return;
    till.desk.usualRate().then((usual) => {
      setInForce(usual ? String(Number(usual)) : "");
      if (usual) rate.set(String(Number(usual)).replace(".", ","));
    }, () => {});
  }, [foreign]);
  const cash = entry.text.trim() === "" ? 0 : readMoney(entry.text);
  const cashAbroad = abroad.text.trim() === "" ? 0 : readMoney(abroad.text);
  const rateTyped = rate.text.replace(/[\s\u00a0\u202f]/g, "").replace(",", ".");
  const rateWrong = foreign && rateTyped !== "" && !(scaled(rateTyped, 4) > 0);
  const wrong = cash === null || cashAbroad === null || rateWrong ? t("not_a_number")
    : foreign && cashAbroad > 0 && rateTyped === "" ? t("rate_needed") : "";
  const submit = (event) => {
    event.preventDefault();
    if (wrong || chosen === null) return till.sound("wrong");
    return attempt(() => till.desk.openShift({
      till_id: chosen,
      opening_cash: plainMoney(cash),
      ...(foreign && rateTyped ? { opening_foreign: plainMoney(cashAbroad) } : {}),
      // A rate of one's own needs the right; the one in force needs none.
      ...(foreign && rateTyped && rateTyped !== inForce ? { exchange_rate: rateTyped } : {}),
    }));
  };
  const allowed = permissions.has("sales:shift:open");
  return html`
    <main class="opening">
      <form class="window wide" onSubmit=${submit} aria-labelledby="opening-title">
        <div class="body">
          <div class="stack">
            <span class="tick"><${Icon} name="shift" size="large" /></span>
            <h1 id="opening-title">${t("open_shift")}</h1>
            <p class="muted">${allowed ? t("open_shift_hint", { name: user.name }) : t("no_shift_permission")}</p>
            ${tills.length === 0 && html`<p class="note bad" role="alert">${t("no_tills")}</p>`}
            ${allowed && tills.length > 1 && html`
              <label class="field">${t("till")}
                <select value=${chosen} onChange=${(event) => choose(Number(event.target.value))}>
                  ${tills.map((one) => html`<option key=${one.id} value=${one.id} selected=${one.id === chosen}>
                    ${one.branch} · ${one.name}</option>`)}
                </select>
              </label>`}
            ${allowed && tills.length === 1 && html`<p class="subject"><b>${tills[0].name}</b><span class="muted">
              ${tills[0].branch}</span></p>`}
            <div class="row away">
              <button type="button" class="btn" onClick=${() => till.session.lock()}><${Icon} name="lock" />
                ${t("change_cashier")}</button>
              <${WayOut} till=${till} look="btn ghost" />
            </div>
          </div>
          ${allowed && tills.length > 0 && html`
            <div class="stack">
              <${NumberField} id="opening-cash" label=${t("opening_cash")} entry=${entry} focus invalid=${cash === null}
                describedBy="opening-note" />
              ${foreign && html`<div class="pair">
                <${NumberField} id="opening-foreign" label=${t("opening_foreign", { currency: foreign })} entry=${abroad}
                  invalid=${cashAbroad === null} />
                <${NumberField} id="exchange-rate" label=${t("rate_of", { currency: foreign })} entry=${rate}
                  invalid=${Boolean(rateWrong)} /></div>`}
              <p id="opening-note" class=${`note ${wrong || state.error ? "bad" : "muted"}`} aria-live="polite">
                ${wrong || state.error || showMoney(cash)}</p>
              <${Keypad} press=${entry.press} extra="000" backLabel=${t("erase")} />
              <button class="btn primary big" disabled=${state.busy}>${t("open_shift")}<${Key}>Enter</${Key}></button>
            </div>`}
        </div>
      </form>
    </main>`;
}

const TITLES = { in: "cash_in", out: "cash_out", expense: "cash_expense", close: "close_shift", hand: "hand_over" };

export function ShiftDialog({ till, step: first = "facts" }) {
  const { shift, reachable, outbox } = useStore(till.store, ["shift", "reachable", "outbox"]);
  const [step, setStep] = useState(first);
  const [report, setReport] = useState(null);
  const [closed, setClosed] = useState(null);
  const [state, attempt] = useAttempt(till);
  const load = () => attempt(async () => {
    await till.desk.refreshShift();
    setReport(till.state.shift ? await till.desk.report() : null);
  });
  useEffect(() => { load(); }, []);
  if (closed) return html`<${ShiftClosed} till=${till} closed=${closed} />`;
  if (!shift) return null;
  const may = (permission) => till.approvals.may(permission);
  const back = step === "facts" ? null : () => setStep("facts");
  const facts = report ?? shift;
  return html`
    <${Dialog} title=${step === "facts" ? t("shift_number", { number: shift.number }) : t(TITLES[step])} key=${step}
      onClose=${() => till.close()} onBack=${back} size="wide">
      ${step === "facts" && html`
        <div class="two">
          <div class="stack"><${ShiftReport} till=${till} report=${facts} /></div>
          <div class="stack">
            <div class="choices">
              <button type="button" class="btn big" data-focus onClick=${() => setStep("in")}><${Icon} name="plus" />
                ${t("cash_in")}</button>
              <button type="button" class="btn big" onClick=${() => setStep("out")}><${Icon} name="minus" />
                ${t("cash_out")}</button>
              <button type="button" class="btn big" onClick=${() => setStep("expense")}><${Icon} name="wallet" />
                ${t("cash_expense")}</button>
              ${till.counter.hasDrawer && html`
                <button type="button" class="btn big" onClick=${() => till.counter.openDrawer()}><${Icon} name="cash" />
                  ${t("open_drawer")}</button>`}
              <button type="button" class="btn big" onClick=${() => till.open({ name: "history" })}>
                <${Icon} name="receipt" />${t("receipts")}</button>
              <button type="button" class="btn big" disabled=${!report} onClick=${() => printReport(till, report)}>
                <${Icon} name="print" />${t("print_x")}</button>
            </div>
            ${state.error && html`<${Note} bad=${state.error} />`}
            ${outbox.waiting > 0 && html`<${Note} tone="warn">${t("sales_still_waiting", { count: outbox.waiting })}</${Note}>`}
            ${till.state.cart.lines.length > 0 && html`<${Note} tone="warn">${t("cart_not_empty")}</${Note}>`}
            ${!reachable && html`<${Note} tone="warn">${t("closing_needs_connection")}</${Note}>`}
            ${may("sales:shift:close") && html`<div class="row">
              <button type="button" class="btn big grow" onClick=${() => setStep("hand")}><${Icon} name="users" />
                ${t("hand_over")}</button>
              <button type="button" class="btn big primary grow" id="close-shift" onClick=${() => setStep("close")}>
                <${Icon} name="lock" />${t("close_shift")}</button></div>`}
          </div>
        </div>`}
      ${["in", "out", "expense"].includes(step) && html`<${CashMove} till=${till} kind=${step}
        onDone=${() => { setStep("facts"); load(); }} />`}
      ${step === "close" && html`<${CloseShift} till=${till} onClosed=${setClosed} />`}
      ${step === "hand" && html`<${HandOver} till=${till} />`}
    </${Dialog}>`;
}

/** Whether the server wants to know why the drawer holds something else than it should. */
function asksForReason(problem) {
  return /reason/.test(problem?.code ?? "") || Boolean(problem?.body?.errors?.difference_reason);
}

function useClosing(till) {
  const [needsReason, setNeedsReason] = useState(false);
  const [state, attempt] = useAttempt(till);
  const close = (act) => attempt(async () => {
    if (await till.desk.allSent() > 0 && till.state.reachable) till.toast(t("late_sales_follow"), "warn");
    return act();
  }, (problem) => {
    if (!asksForReason(problem)) return;
    setNeedsReason(true);
    requestAnimationFrame(() => document.getElementById("difference-reason")?.focus());
  });
  return [state, needsReason, close];
}

function CloseShift({ till, onClosed }) {
  const [state, needsReason, close] = useClosing(till);
  const submit = async (counted) => {
    const closed = await close(() => till.desk.closeShift(counted));
    if (closed) onClosed(closed);
  };
  return html`<${Counting} till=${till} busy=${state.busy} error=${state.error} needsReason=${needsReason}
    action=${t("close_shift")} onCounted=${submit} />`;
}

/** The next cashier takes the counted drawer over, with their own PIN. */
function HandOver({ till }) {
  const [people, setPeople] = useState(null);
  const [who, setWho] = useState(null);
  const [pin, setPin] = useState("");
  const [counted, setCounted] = useState(null);
  const [state, needsReason, close] = useClosing(till);
  useEffect(() => {
    till.session.cashiers().then((all) => {
      const others = all.filter(({ id }) => id !== till.state.user.id);
      setPeople(others);
      setWho(others[0]?.id ?? null);
    }, () => setPeople([]));
  }, []);
  const submit = async (event) => {
    event.preventDefault();
    if (who === null || pin.length < SHORTEST_PIN) return;
    const done = await close(() => till.desk.handOver(counted, who, pin));
    if (!done) { setPin(""); return; }
    till.toast(t("handed_over"), "good");
    await till.session.signInByPin(who, pin).catch(() => till.session.ended());
  };
  if (counted === null || needsReason) {
    return html`<${Counting} till=${till} busy=${state.busy} error=${needsReason ? state.error : ""} needsReason=${needsReason}
      action=${t("go_on")} onCounted=${async (body) => {
        setCounted(body);
        if (!needsReason || who === null) return;
        const done = await close(() => till.desk.handOver(body, who, pin));
        if (done) await till.session.signInByPin(who, pin).catch(() => till.session.ended());
      }} />`;
  }
  return html`
    <form class="stack narrow" onSubmit=${submit}>
      ${people === null && html`<p class="note muted" role="status">${t("loading")}</p>`}
      ${people?.length === 0 && html`<${Note} bad=${t("nobody_to_hand_over")} />`}
      ${people?.length > 0 && html`
        <p class="muted">${t("who_takes_over")}</p>
        <div class="people" role="group" aria-label=${t("who_takes_over")}>
          ${people.map(({ id, name }) => html`
            <button type="button" key=${id} class=${`chip ${id === who ? "on" : ""}`} aria-pressed=${String(id === who)}
              onClick=${() => { setWho(id); setPin(""); }}>${name}</button>`)}
        </div>
        <${PinPad} id="hand-over-pin" pin=${pin} onPin=${setPin} again=${who} />
        ${state.error && html`<${Note} bad=${state.error} />`}
        <button class="btn primary big" disabled=${state.busy || pin.length < SHORTEST_PIN}>${t("hand_over")}
          <${Key}>Enter</${Key}></button>`}
    </form>`;
}

function ShiftClosed({ till, closed }) {
  const [report, setReport] = useState(closed);
  useEffect(() => { till.desk.report(closed.id).then(setReport, () => {}); }, []);
  return html`
    <${Dialog} title=${t("shift_closed")} size="mid">
      <div class="stack">
        <${Difference} expected=${closed.expected_cash} counted=${closed.closing_cash} difference=${closed.difference} />
        ${closed.foreign_currency && html`<${Difference} expected=${closed.expected_foreign}
          counted=${closed.closing_foreign} difference=${closed.foreign_difference} currency=${closed.foreign_currency} />`}
        <details class="z"><summary>${t("z_report")}</summary><${ShiftReport} till=${till} report=${report} /></details>
        <div class="row">
          <button type="button" class="btn big" onClick=${() => printReport(till, report)}><${Icon} name="print" />
            ${t("print_z")}</button>
          <button type="button" class="btn primary big grow" data-focus onClick=${() => till.desk.shiftLeft()}>
            ${t("done")}<${Key}>Enter</${Key}></button>
        </div>
      </div>
    </${Dialog}>`;
}

function Difference({ expected, counted, difference: text, currency = "" }) {
  const difference = minor(text);
  const tone = difference === 0 ? "good" : difference > 0 ? "warn" : "bad";
  const word = difference === 0 ? t("cash_matches") : difference > 0 ? t("cash_over") : t("cash_short");
  return html`
    <dl class="facts">
      <${Fact} label=${`${t("expected_cash")} ${currency}`} value=${showMoney(minor(expected))} />
      <${Fact} label=${`${t("counted_cash")} ${currency}`} value=${showMoney(minor(counted))} />
    </dl>
    <div class=${`verdict ${tone}`}><span>${word}</span><strong>${showMoney(difference)} ${currency}</strong></div>`;
}
