// An invoice typed by keyboard alone: a line is product, quantity, price, lot, expiry, and Enter leads through them. Rows
// may be pasted from Excel, goods scanned from anywhere. What is typed survives a reload.

import { render } from "../vendor/htm-preact.js";
import { html, Icon, newUuid, useEffect, useRef, useScanner, useState } from "../stock/kit.js";
import { useKeptForm } from "../stock/kept-form.js";
import { Api } from "../till/api.js";
import { showMoney } from "../till/money.js";
import { giveBack, isTypedAmount } from "../till/scanner.js";
import { play } from "../till/sounds.js";
import { t, useTexts } from "../till/texts.js";
import { amounts, COLUMNS, emptyLine, isEmpty, readCell, readDay, readNumber, readTable, showDay, textOf, totals } from "./sheet-rows.js";

const boot = JSON.parse(document.getElementById("boot").textContent);
useTexts(boot);

const api = new Api({ csrf: boot.csrf });
const KEY = `smartpos-purchase-${boot.user_id}-${boot.purchase?.id ?? "new"}`;
const PAUSE = 160; // milliseconds after the last key before the search begins
const ENTER_AFTER = { product: "quantity", quantity: "price", price: "lot", lot: "expires", discount: "sale_price" };
const LABELS = { product: "product", quantity: "quantity", price: "price", lot: "lot", expires: "expires", discount: "discount", sale_price: "sale_price" };

const trim = (text) => (text.includes(".") ? text.replace(/\.?0+$/, "") : text).replace(".", ",");

function opened() {
  const purchase = boot.purchase;
  if (!purchase) {
    const branch = boot.branches.find(({ id }) => id === boot.branch_id) ?? boot.branches[0];
    return {
      opened: newUuid(), client_uuid: newUuid(), branch_id: branch?.id ?? null, supplier_id: null, supplier: "", document_number: "", document_date: boot.today,
      due_date: "", vat_included: true, notes: "", costs: [], lines: [emptyLine(newUuid())],
    };
  }
  const lines = purchase.lines.map((line) => ({
    ...emptyLine(newUuid()), ...line, quantity: trim(line.quantity), price: trim(line.price), sale_price: trim(line.sale_price),
    discount: trim(line.discount) === "0" ? "" : trim(line.discount), expires: line.expires && showDay(line.expires),
  }));
  const costs = purchase.costs.map((cost) => ({ ...cost, key: newUuid(), amount: trim(cost.amount) }));
  return { ...purchase, opened: newUuid(), client_uuid: newUuid(), costs, lines: [...lines, emptyLine(newUuid())] };
}

const fits = (form) => Array.isArray(form.lines) && boot.branches.some(({ id }) => id === form.branch_id);
const holds = (form) => form.lines.some((line) => !isEmpty(line));
/** The last line is always an empty one. */
const tidy = (form) => (isEmpty(form.lines.at(-1) ?? {}) ? form : { ...form, lines: [...form.lines, emptyLine(newUuid())] });

function cell(row, column) {
  return document.querySelector(`[data-row="${row}"][data-column="${column}"]`);
}

/** Go to a cell at once, so that no key falls into the one before; `value` is what is about to be drawn in it. */
function focusOn(row, column, value) {
  const go = (field) => {
    if (value !== undefined) field.value = value;
    field.focus();
    field.select();
  };
  const there = cell(row, column);
  if (there) go(there);
  else requestAnimationFrame(() => requestAnimationFrame(() => { const field = cell(row, column); if (field) go(field); })); // once it is drawn
}

function Page() {
  const { form, now, change, problem, setProblem, forget, restart } = useKeptForm({ key: KEY, begin: opened, fits, holds, tidy });
  const [at, setAt] = useState(null); // the row whose product is being looked for
  const [found, setFound] = useState(null);
  const [place, setPlace] = useState(0);
  const [said, setSaid] = useState("");
  const [busy, setBusy] = useState(false);
  const turn = useRef(0);

  const changeLine = (row, facts) => change({ lines: now.current.lines.map((line, number) => (number === row ? { ...line, ...facts } : line)) });
  const refuse = (error) => {
    play("wrong");
    setProblem(error.status ? error.message : t("no_network"));
  };
  const ask = async (text) => (await api.get("/api/supplies/goods", { q: text, supplier_id: now.current.supplier_id })).items;

  const close = () => {
    turn.current += 1;
    setAt(null);
    setFound(null);
  };

  const factsOf = (goods) => ({
    product_id: goods.product_id, product: goods.name, unit: goods.unit, digits: goods.digits, vat_rate: goods.vat_rate,
  });
  /** What was asked last, in the order of the box: with VAT, without; "" where nobody knows or may see it. */
  const offered = ({ cost_price: withVat, cost_price_net: without }) => [withVat, without].map((price) => (price && readNumber(price, 4) !== "0" ? trim(price) : ""));
  const choose = (row, goods, { stay = false } = {}) => {
    const line = now.current.lines[row];
    const prices = line.price ? null : offered(goods);
    const quantity = line.quantity || (goods.quantity === "1.000" || stay ? "" : trim(goods.quantity));
    changeLine(row, { ...factsOf(goods), quantity, ...(prices && { price: prices[now.current.vat_included ? 0 : 1], offered: prices }) });
    close();
    if (!stay) focusOn(row, "quantity", quantity);
  };

  /** What was scanned goes to its line: one more where it stands already, a new line otherwise. */
  const scan = async (code, field = null) => {
    close();
    try {
      const goods = (await ask(code)).find((one) => one.sku === code || one.codes.includes(code));
      if (!goods) {
        play("wrong");
        giveBack(field, code);
        setSaid(t("unknown_code", { code }));
        return;
      }
      play("added");
      setSaid(goods.name);
      const { lines } = now.current;
      const known = lines.findIndex((line) => line.product_id === goods.product_id);
      if (known < 0) {
        const row = lines.findIndex(isEmpty);
        choose(row, goods, { stay: true });
        changeLine(row, { quantity: trim(goods.quantity) });
        focusOn(row, "quantity", trim(goods.quantity));
        return;
      }
      const sum = Number(readCell(lines[known], "quantity") ?? 0) + Number(goods.quantity);
      changeLine(known, { quantity: trim(sum.toFixed(3)) });
      focusOn(known, "quantity", trim(sum.toFixed(3)));
    } catch (error) {
      refuse(error);
    }
  };
  useScanner({
    take: (code, undo, reading) => {
      if (code.length < 6 || isTypedAmount(reading)) return false; // fast typing, rather
      undo();
      scan(code, reading.field);
      return true;
    },
    unknown: scan,
    isListening: () => !busy && !document.querySelector("dialog[open]"),
    home: () => cell(now.current.lines.findIndex(isEmpty), "product")?.focus(),
  });

  const query = at === null ? "" : form.lines[at]?.raw.trim() ?? "";
  useEffect(() => {
    turn.current += 1;
    const mine = turn.current;
    if (!query || form.lines[at]?.product_id) { setFound(null); return undefined; }
    const timer = setTimeout(async () => {
      try {
        const items = await ask(query);
        if (mine === turn.current) { setFound(items); setPlace(0); }
      } catch (error) {
        if (mine === turn.current) refuse(error);
      }
    }, PAUSE);
    return () => clearTimeout(timer);
  }, [query, at]);

  // On a full sheet what is found would lie below the edge of the window.
  useEffect(() => {
    for (const id of ["sheet-found", `found-${place}`]) document.getElementById(id)?.scrollIntoView({ block: "nearest" });
  }, [found, place]);

  const enterProduct = async (row) => {
    const line = now.current.lines[row];
    const text = line.raw.trim();
    if (line.product_id || !text) { if (!isEmpty(line)) { close(); focusOn(row, "quantity"); } return; }
    if (found?.length) { choose(row, found[place]); return; }
    // Typing goes on while the server looks for what was meant.
    close();
    focusOn(row, "quantity");
    try {
      const [goods] = found ? [] : await ask(text);
      if (now.current.lines[row]?.raw.trim() !== text) return;
      if (goods) choose(row, goods, { stay: true });
      else setSaid(`${text}: ${t("not_matched")}`); // somebody will say what these words mean before it is confirmed
    } catch (error) {
      refuse(error);
    }
  };

  const keys = (event, row, column) => {
    const field = event.currentTarget;
    const caret = field.selectionStart === field.selectionEnd ? field.selectionStart : null;
    const go = (nextRow, nextColumn) => { event.preventDefault(); close(); focusOn(nextRow, nextColumn); };
    const step = COLUMNS.indexOf(column);
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key === "Enter") {
      event.preventDefault();
      if (column === "product") enterProduct(row);
      else if (ENTER_AFTER[column]) go(row, ENTER_AFTER[column]);
      else go(Math.min(row + 1, now.current.lines.length - 1), "product");
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      const by = event.key === "ArrowDown" ? 1 : -1;
      if (column === "product" && at === row && found?.length) {
        event.preventDefault();
        setPlace((old) => Math.max(0, Math.min(found.length - 1, old + by)));
      } else if (now.current.lines[row + by]) go(row + by, column);
    } else if (event.key === "ArrowLeft" && caret === 0 && step > 0) go(row, COLUMNS[step - 1]);
    else if (event.key === "ArrowRight" && caret === field.value.length && step < COLUMNS.length - 1) go(row, COLUMNS[step + 1]);
    else if (event.key === "Escape") close();
  };

  const paste = async (event, row, column) => {
    const cells = readTable(event.clipboardData?.getData("text/plain") ?? "", column);
    if (!cells) return;
    event.preventDefault();
    close();
    const lines = [...now.current.lines];
    cells.forEach((given, number) => {
      const line = lines[row + number] ?? emptyLine(newUuid());
      const { product, raw, ...rest } = "price" in given ? { ...given, offered: null } : given;
      const day = rest.expires ? readDay(rest.expires) : "";
      const named = product === undefined ? {} : { product_id: null, product: "", raw: raw || product };
      lines[row + number] = { ...line, ...rest, ...named, ...(day ? { expires: showDay(day) } : {}) };
    });
    change({ lines });
    if (column !== "product") return;
    try {
      const texts = cells.flatMap(({ product, raw }) => [product, raw ?? ""]);
      const { items } = await api.post("/api/supplies/match", { texts, supplier_id: now.current.supplier_id });
      let missing = 0;
      const matched = now.current.lines.map((line, number) => {
        const place = number - row;
        if (place < 0 || place >= cells.length) return line;
        const goods = items[2 * place] ?? items[2 * place + 1];
        if (!goods) { missing += 1; return line; }
        return { ...line, ...factsOf(goods) };
      });
      change({ lines: matched });
      setSaid(t("pasted", { count: cells.length, missing }));
      focusOn(row + cells.length, "product");
    } catch (error) {
      refuse(error);
    }
  };

  const wrongCell = () => {
    for (const [row, line] of now.current.lines.entries()) {
      if (isEmpty(line)) continue;
      const bad = COLUMNS.find((column) => {
        if (column === "product") return !textOf(line, column).trim();
        if (column === "expires") return readDay(line.expires) === null;
        if (column === "lot") return line.lot.length > 100;
        const optional = column === "discount" || column === "sale_price";
        if (optional && !line[column].trim()) return false;
        const number = readCell(line, column);
        if (number === null) return true;
        return column === "quantity" && (number === "0" || (line.digits === 0 && number.includes(".")));
      });
      if (bad) return [row, bad];
    }
    const cost = now.current.costs.find((one) => !Number(readNumber(one.amount, 2, { thousands: true }) ?? 0));
    return cost ? [-1, cost.key] : null;
  };

  const body = () => {
    const { branch_id, supplier_id, document_number, document_date, due_date, vat_included, notes, costs, lines } = now.current;
    return {
      branch_id, supplier_id, document_number, vat_included, notes,
      document_date: document_date || null, due_date: due_date || null, expected_on: now.current.expected_on ?? null,
      costs: costs.map(({ kind, amount, spread_by, note }) => ({ kind, spread_by, note: note ?? null, amount: readNumber(amount, 2, { thousands: true }) })),
      items: lines.filter((line) => !isEmpty(line)).map((line) => ({
        product_id: line.product_id, product_name_raw: line.raw.trim() || (line.product_id ? null : line.product),
        quantity: readCell(line, "quantity"), cost_price: readCell(line, "price"),
        discount_percent: line.discount.trim() ? readCell(line, "discount") : "0",
        batch_number: line.lot.trim() || null, expiration_date: readDay(line.expires) || null,
        sale_price: line.sale_price.trim() ? readCell(line, "sale_price") : null,
      })),
    };
  };

  const send = async (confirm) => {
    if (busy) return;
    const { lines, client_uuid } = now.current;
    if (lines.every(isEmpty)) { setProblem(t("no_lines")); focusOn(0, "product"); return; }
    const wrong = wrongCell();
    if (wrong) {
      const [row, column] = wrong;
      play("wrong");
      if (row < 0) { setProblem(`${t("costs")}: ${t("amount")}`); document.getElementById(`cost-${column}`)?.focus(); return; }
      setProblem(t("wrong_cell", { number: row + 1, column: t(LABELS[column]) }));
      focusOn(row, column);
      return;
    }
    if (confirm && !(await window.SmartPOS.confirm({ text: t("confirm_question"), label: t("confirm"), tone: "primary" }))) return;
    setBusy(true);
    try {
      let done;
      if (boot.purchase) {
        done = await api.put(`/api/supplies/${boot.purchase.id}`, body());
        if (confirm) done = await api.post(`/api/supplies/${boot.purchase.id}/confirm`, {});
      } else done = await api.post("/api/supplies", { ...body(), client_uuid, confirm });
      forget();
      if (boot.details_url) location.assign(`${boot.details_url}?id=${done.id}`);
      else {
        restart();
        window.SmartPOS.toast(t("saved"), "good");
      }
    } catch (error) {
      refuse(error);
    } finally {
      setBusy(false);
    }
  };

  const sending = useRef(send);
  sending.current = send;
  useEffect(() => {
    const hear = (event) => {
      if (!(event.ctrlKey || event.metaKey) || document.querySelector("dialog[open]")) return;
      if (event.code === "KeyS") { event.preventDefault(); sending.current(false); }
      else if (event.key === "Enter" && boot.may_confirm) { event.preventDefault(); sending.current(true); }
    };
    document.addEventListener("keydown", hear);
    focusOn(now.current.lines.findIndex(isEmpty), "product");
    return () => document.removeEventListener("keydown", hear);
  }, []);

  const removeLine = (row) => {
    const left = now.current.lines.filter((_line, number) => number !== row);
    change({ lines: left.length ? left : [emptyLine(newUuid())] });
    focusOn(Math.min(row, now.current.lines.length - 1), "product");
  };
  const clear = async () => {
    if (await window.SmartPOS.confirm({ text: t("clear_question"), label: t("clear_all"), tone: "danger" })) change({ lines: [emptyLine(newUuid())] });
  };

  /** Prices as typed stay; those that were offered and nobody has touched become what the box says now. */
  const setVat = (included) => change({
    vat_included: included,
    lines: now.current.lines.map((line) => (line.offered ? { ...line, price: line.offered[included ? 0 : 1] } : line)),
  });
  const sum = totals(form.lines, form.vat_included);
  const view = { form, change, changeLine, removeLine, keys, paste, at, setAt, found, place, setPlace, choose, close };
  return html`<div class="stack">
    <${Head} form=${form} change=${change} setVat=${setVat} />
    <section class="card sheet-card">
      <div class="table-wrap"><table class="table sheet" aria-label=${t("goods")}>
        <thead><tr><th scope="col" class="num"><span class="sr-only">${t("line")}</span>№</th><th scope="col">${t("product")}</th><th scope="col" class="num">${t("quantity")}</th>
          <th scope="col" class="num">${t("price")}</th><th scope="col">${t("lot")}</th><th scope="col">${t("expires")}</th>
          <th scope="col" class="num">${t("discount")}</th><th scope="col" class="num">${t("sale_price")}</th><th scope="col" class="num">${t("total")}</th><th></th></tr></thead>
        <tbody>${form.lines.map((line, row) => html`<${Row} key=${line.key} line=${line} row=${row} view=${view} />`)}</tbody>
      </table></div>
      <p class="hint sheet-hint">${t("keys")}</p>
    </section>
    <${Costs} form=${form} change=${change} />
    <div class="sheet-foot">
      <p role="status" aria-live="polite">${said}</p>
      ${problem && html`<p class="sheet-problem" role="alert"><${Icon} name="warning" /> ${problem}</p>`}
      <dl><div><dt>${t("vat")}</dt><dd>${showMoney(Number(sum.tax))}</dd></div><div><dt>${t("total")}</dt><dd id="sheet-total">${showMoney(Number(sum.total))}</dd></div></dl>
      <div class="row"><button type="button" class="btn ghost" disabled=${busy} onClick=${clear}>${t("clear_all")}</button>
        <button type="button" class="btn" disabled=${busy} onClick=${() => send(false)}><${Icon} name="inbox" />${t("save")}</button>
        ${boot.may_confirm && html`<button type="button" class="btn primary" disabled=${busy} onClick=${() => send(true)}><${Icon} name="check" />${t("confirm")}</button>`}</div>
    </div>
  </div>`;
}

/** The supplier, searched for on the server by static/js/choice.js, which keeps its own part of the page. */
function SupplierChoice({ form, change }) {
  const box = useRef(null);
  useEffect(() => {
    const hidden = Object.assign(document.createElement("input"), { type: "hidden", id: "p-supplier", value: form.supplier_id ?? "" });
    Object.assign(hidden.dataset, { choiceUrl: boot.suppliers_url, choiceOptional: "", choiceText: form.supplier ?? "", choicePlaceholder: t("no_supplier") });
    hidden.addEventListener("change", () => change({ supplier_id: Number(hidden.value) || null, supplier: hidden.value && box.current.querySelector("[role=combobox]").value }));
    box.current.append(hidden);
    window.SmartPOS.enhance(box.current);
  }, []);
  return html`<div class="field"><label for="p-supplier">${t("supplier")}</label><div ref=${box}></div></div>`;
}

function Head({ form, change, setVat }) {
  const field = (name, label, type = "text") => html`<div class="field"><label for=${`p-${name}`}>${label}</label>
    <input class="input" id=${`p-${name}`} type=${type} value=${form[name]} maxlength="100" onInput=${(event) => change({ [name]: event.target.value })} /></div>`;
  return html`<section class="card"><div class="card-body sheet-head">
    <${SupplierChoice} key=${form.opened} form=${form} change=${change} />
    <div class="field"><label for="p-branch">${t("branch")}</label><select class="input" id="p-branch" onChange=${(event) => change({ branch_id: Number(event.target.value) })}>
      ${boot.branches.map(({ id, name }) => html`<option key=${id} value=${id} selected=${id === form.branch_id}>${name}</option>`)}</select></div>
    ${field("document_number", t("document_number"))}${field("document_date", t("document_date"), "date")}${field("due_date", t("due_date"), "date")}
    <label class="check sheet-check"><input type="checkbox" checked=${form.vat_included} onChange=${(event) => setVat(event.target.checked)} /> <span>${t("vat_included")}</span></label>
    <div class="field sheet-notes"><label for="p-notes">${t("notes")}</label><input class="input" id="p-notes" value=${form.notes} maxlength="2000" onInput=${(event) => change({ notes: event.target.value })} /></div>
  </div></section>`;
}

function Row({ line, row, view }) {
  const { changeLine, removeLine, keys, paste, at, setAt, found, place, setPlace, choose, close } = view;
  const field = (column, facts = {}) => html`<input class=${`cell ${facts.num ? "num" : ""}`} data-row=${row} data-column=${column} value=${textOf(line, column)}
    aria-label=${`${t(LABELS[column])} ${row + 1}`} autocomplete="off" spellcheck=${false} inputmode=${facts.num ? "decimal" : "text"}
    onInput=${(event) => changeLine(row, { [column]: event.target.value, ...(column === "price" && { offered: null }) })} onKeyDown=${(event) => keys(event, row, column)}
    onPaste=${(event) => paste(event, row, column)} ...${facts.more} />`;
  const isOpen = at === row && found !== null;
  const day = readDay(line.expires);
  const total = isEmpty(line) ? "" : showMoney(Number(amounts(line, view.form.vat_included).total));
  const tidyDay = () => { if (day && line.expires !== showDay(day)) changeLine(row, { expires: showDay(day) }); };
  return html`<tr><td class="num faint">${row + 1}</td>
    <td class="sheet-product">
      <input class="cell" data-row=${row} data-column="product" value=${textOf(line, "product")} placeholder=${isEmpty(line) ? t("search") : ""}
        role="combobox" aria-expanded=${isOpen} aria-controls="sheet-found" aria-autocomplete="list" aria-label=${`${t("product")} ${row + 1}`}
        aria-activedescendant=${isOpen && found.length ? `found-${place}` : undefined} autocomplete="off" spellcheck=${false}
        onInput=${(event) => { setAt(row); changeLine(row, { raw: event.target.value, product: "", product_id: null }); }}
        onKeyDown=${(event) => keys(event, row, "product")} onPaste=${(event) => paste(event, row, "product")} onBlur=${() => setTimeout(() => at === row && close(), 150)} />
      ${line.raw && !line.product_id && at !== row && html`<span class="pill warn">${t("not_matched")}</span>`}
      ${isOpen && html`<ul class="sheet-found" id="sheet-found" role="listbox">
        ${found.length ? found.map((goods, number) => html`<li key=${goods.product_id} id=${`found-${number}`} role="option" aria-selected=${number === place}
          onMouseEnter=${() => setPlace(number)} onMouseDown=${(event) => { event.preventDefault(); choose(row, goods); }}><b>${goods.name}</b> <span class="faint">${goods.sku} · ${goods.unit}</span></li>`)
    : html`<li class="faint">${t("nothing_found")}</li>`}</ul>`}
    </td>
    <td><span class="sheet-quantity">${field("quantity", { num: true })}<small class="faint">${line.unit}</small></span></td><td>${field("price", { num: true })}</td><td>${field("lot")}</td>
    <td>${field("expires", { more: { onBlur: tidyDay, "aria-invalid": day === null, placeholder: isEmpty(line) ? "" : "31.12.26" } })}</td>
    <td>${field("discount", { num: true })}</td><td>${field("sale_price", { num: true })}</td><td class="num">${total}</td>
    <td>${!isEmpty(line) && html`<button type="button" class="btn ghost small square" tabindex="-1" aria-label=${t("remove", { number: row + 1 })} onClick=${() => removeLine(row)}><${Icon} name="trash" /></button>`}</td>
  </tr>`;
}

function Costs({ form, change }) {
  const set = (key, facts) => change({ costs: form.costs.map((cost) => (cost.key === key ? { ...cost, ...facts } : cost)) });
  const add = () => change({ costs: [...form.costs, { key: newUuid(), kind: "transport", amount: "", spread_by: "value" }] });
  const options = (names, prefix, chosen) => names.map((name) => html`<option key=${name} value=${name} selected=${name === chosen}>${t(`${prefix}_${name}`)}</option>`);
  return html`<section class="card"><div class="card-head lines-head"><h2>${t("costs")}</h2>
    <button type="button" class="btn small" onClick=${add}><${Icon} name="plus" />${t("add_cost")}</button></div>
    ${form.costs.length > 0 && html`<div class="card-body stack">${form.costs.map((cost) => html`<div class="sheet-cost" key=${cost.key}>
      <select class="input" aria-label=${t("cost_kind")} onChange=${(event) => set(cost.key, { kind: event.target.value })}>${options(["transport", "duty", "loading", "other"], "cost", cost.kind)}</select>
      <input class="input num" id=${`cost-${cost.key}`} inputmode="decimal" placeholder=${t("amount")} aria-label=${t("amount")} value=${cost.amount} onInput=${(event) => set(cost.key, { amount: event.target.value })} />
      <select class="input" aria-label=${t("spread")} onChange=${(event) => set(cost.key, { spread_by: event.target.value })}>${options(["value", "quantity", "weight"], "by", cost.spread_by)}</select>
      <button type="button" class="btn ghost square" aria-label=${t("clear_all")} onClick=${() => change({ costs: form.costs.filter(({ key }) => key !== cost.key) })}><${Icon} name="trash" /></button>
    </div>`)}</div>`}</section>`;
}

render(html`<${Page} />`, document.getElementById("sheet"));
