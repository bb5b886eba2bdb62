// Cash put into the drawer, taken out of it, or spent from it.

import { newUuid } from "../cart.js";
import { readMoney, showMoney } from "../money.js";
import { t } from "../texts.js";
import { Choice, html, Key, Keypad, Note, NumberField, useAttempt, useEffect, useEntry, useState } from "./kit.js";

const REASONS = {
  in: ["cash_in_change", "cash_in_owner"],
  out: ["cash_out_bank", "cash_out_owner", "cash_out_supplier"],
};

export function CashMove({ till, kind, onDone }) {
  const { shift, organization } = till.state;
  const [uuid] = useState(newUuid);
  const [reason, setReason] = useState("");
  const [categories, setCategories] = useState(null);
  const [categoryId, setCategory] = useState(null);
  const [currency, setCurrency] = useState("");
  const [state, attempt, fail] = useAttempt(till);
  const entry = useEntry("");
  useEffect(() => { if (kind === "expense") till.desk.expenseCategories().then(setCategories); }, []);
  const amount = entry.text.trim() === "" ? null : readMoney(entry.text);
  const wrong = entry.text.trim() !== "" && amount === null ? t("not_a_number") : "";
  const permission = kind === "expense" ? "sales:cash:expense" : "sales:cash:move";
  const submit = async (event) => {
    event.preventDefault();
    if (!amount) return fail(t("amount_needed"));
    if (!reason.trim()) { document.getElementById("cash-reason")?.focus(); return fail(t("reason_needed")); }
    const right = await till.approvals.right(permission, {
      subject: uuid, rows: [[t(`cash_${kind}`), showMoney(amount)], [t("reason"), reason]],
      facts: { kind, amount: amount / 100 }, reason: reason.trim(),
    });
    if (!right) return undefined;
    const done = await attempt(() => till.desk.moveCash({
      kind, amount, reason: reason.trim(), categoryId, currency: currency || null, uuid, token: right.token,
    }));
    if (done === undefined) return undefined;
    till.toast(done ? t("cash_moved", { what: t(`cash_${kind}`), amount: showMoney(amount) }) : t("will_be_sent"), "good");
    return onDone();
  };
  const chips = kind === "expense" ? (categories ?? []) : REASONS[kind].map((key) => ({ id: key, name: t(key) }));
  const pick = (one) => {
    if (kind === "expense") setCategory(one.id === categoryId ? null : one.id);
    if (!reason.trim() || chips.some(({ name }) => name === reason)) setReason(one.name);
  };
  return html`
    <form class="two" onSubmit=${submit}>
      <div class="stack">
        ${shift.foreign_currency && kind !== "expense" && html`<${Choice} name="currency" label=${t("currency")}
          value=${currency} onChange=${setCurrency}
          options=${[["", organization.currency], [shift.foreign_currency, shift.foreign_currency]]} />`}
        <${NumberField} id="cash-amount" label=${t("amount")} entry=${entry} focus invalid=${Boolean(wrong)} />
        ${chips.length > 0 && html`<div class="chips inner wrap" role="group"
          aria-label=${kind === "expense" ? t("expense_category") : t("reason")}>
          ${chips.map((one) => html`<button type="button" key=${one.id}
            class=${`chip ${(kind === "expense" ? categoryId === one.id : reason === one.name) ? "on" : ""}`}
            onClick=${() => pick(one)}>${one.name}</button>`)}</div>`}
        <label class="field">${t("reason")}<input id="cash-reason" type="text" maxlength="200" autocomplete="off"
          value=${reason} onInput=${(event) => setReason(event.target.value)} /></label>
        ${(wrong || state.error) && html`<${Note} bad=${wrong || state.error} />`}
      </div>
      <div class="stack">
        <${Keypad} press=${entry.press} extra="000" backLabel=${t("erase")} />
        <button class="btn primary big" disabled=${state.busy}>${t(`cash_${kind}`)}<${Key}>Enter</${Key}></button>
      </div>
    </form>`;
}
