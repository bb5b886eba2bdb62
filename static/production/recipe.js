// A recipe written by keyboard alone: a line is product, quantity, unit, loss, step, note, and Enter leads through them.
// Goods may be scanned from anywhere. What is typed survives a reload.

import { render } from "../vendor/htm-preact.js";
import { html, Icon, newUuid, useEffect, useRef, useScanner, useState } from "../stock/kit.js";
import { useKeptForm } from "../stock/kept-form.js";
import { Api } from "../till/api.js";
import { showMoney } from "../till/money.js";
import { giveBack, isTypedAmount } from "../till/scanner.js";
import { play } from "../till/sounds.js";
import { t, useTexts } from "../till/texts.js";
import { asTyped, costsOf, emptyLine, factorOf, Finder, isEmpty, readNumber, takenOf, typed } from "./recipe-parts.js";

const boot = JSON.parse(document.getElementById("boot").textContent);
useTexts(boot);

const api = new Api({ csrf: boot.csrf });
const KEY = `smartpos-recipe-${boot.user_id}-${boot.bom?.id ?? "new"}`;
const COLUMNS = ["product", "quantity", "unit", "loss", "step", "note"];
const ENTER_AFTER = { product: "quantity", quantity: "loss", unit: "loss", step: "note" };
const DIGITS = { quantity: 6, loss: 2, step: 0 };
const TEXTS = ["version", "name", "description", "quality_standard", "instructions"];
const TIMES = ["setup_time_minutes", "production_time_minutes", "lead_time_days"];
const MONEY = ["labor_cost", "overhead_cost"];

function opened() {
  const bom = boot.bom;
  const blank = Object.fromEntries([...TEXTS, ...TIMES, ...MONEY, "valid_from", "valid_to"].map((name) => [name, ""]));
  if (!bom) {
    return {
      ...blank, product: boot.product, raw: boot.product?.name ?? "", quantity: "1", mode: "batch", machine_id: null, qc_required: false,
      lines: [emptyLine(newUuid())], by_products: [],
    };
  }
  const lines = bom.lines.map((line) => ({
    ...emptyLine(newUuid()), ...line, raw: line.choice.name, quantity: typed(line.quantity), loss: typed(line.loss),
    substitutes: line.substitutes.map((one) => ({ ...one, key: newUuid(), ratio: typed(one.ratio) })), open: line.substitutes.length > 0,
  }));
  const besides = bom.by_products.map((line) => ({
    ...line, key: newUuid(), raw: line.choice.name, unit_id: line.choice.unit_id, quantity: typed(line.quantity), percent: typed(line.percent),
  }));
  const money = Object.fromEntries(MONEY.map((name) => [name, bom[name] === null ? "" : typed(bom[name]).replace(/^0$/, "")]));
  return {
    ...blank, ...bom, ...money, raw: bom.product.name, quantity: typed(bom.quantity), mode: "batch",
    lines: [...lines, emptyLine(newUuid())], by_products: besides,
  };
}

const fits = (form) => Array.isArray(form.lines) && Array.isArray(form.by_products) && (form.id ?? null) === (boot.bom?.id ?? null);
const holds = (form) => Boolean(form.product) || form.lines.some((line) => !isEmpty(line));
/** The last line is always an empty one. */
const tidy = (form) => (isEmpty(form.lines.at(-1) ?? { raw: "x", quantity: "", loss: "", step: "", note: "" }) ? form : { ...form, lines: [...form.lines, emptyLine(newUuid())] });

const cell = (row, column) => document.querySelector(`[data-row="${row}"][data-column="${column}"]`);

/** Go to a cell at once, so that no key falls into the one before; one that is not drawn yet is waited for. */
function focusOn(row, column) {
  const go = (field) => { field.focus(); field.select?.(); };
  const there = cell(row, column);
  if (there) go(there);
  else requestAnimationFrame(() => requestAnimationFrame(() => { const field = cell(row, column); if (field) go(field); }));
}

const ask = async (words) => (await api.get("/api/boms/goods", { q: words })).items;
const asMoney = (amount) => showMoney(Math.round(amount * 100));

function Page() {
  const { form, now, change, problem, setProblem, forget } = useKeptForm({ key: KEY, begin: opened, fits, holds, tidy });
  const [said, setSaid] = useState("");
  const [busy, setBusy] = useState(false);

  const changeLine = (row, facts) => change({ lines: now.current.lines.map((line, number) => (number === row ? { ...line, ...facts } : line)) });
  const refuse = (error) => {
    play("wrong");
    setProblem(error.status ? error.message : t("no_network"));
  };
  const choose = (row, choice) => {
    changeLine(row, { choice, raw: choice.name, unit_id: choice.unit_id });
    focusOn(row, "quantity");
  };

  /** What was scanned goes to its line, or becomes one. */
  const scan = async (code, field = null) => {
    try {
      const choice = (await ask(code)).find((one) => one.sku === code || one.codes.includes(code));
      if (!choice) {
        play("wrong");
        giveBack(field, code);
        setSaid(t("unknown_code", { code }));
        return;
      }
      play("added");
      setSaid(choice.name);
      if (!now.current.product && choice.may_be_made) { pickProduct(choice); return; }
      const known = now.current.lines.findIndex((line) => line.choice?.product_id === choice.product_id);
      if (known >= 0) focusOn(known, "quantity");
      else choose(now.current.lines.findIndex(isEmpty), choice);
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

  const pickProduct = (choice) => {
    change({ product: choice, raw: choice.name });
    document.getElementById("r-quantity")?.focus();
    document.getElementById("r-quantity")?.select();
  };

  const keys = (event, row, column) => {
    const field = event.currentTarget;
    const isText = field.tagName === "INPUT";
    const caret = isText && field.selectionStart === field.selectionEnd ? field.selectionStart : null;
    const go = (nextRow, nextColumn) => { event.preventDefault(); focusOn(nextRow, nextColumn); };
    const step = COLUMNS.indexOf(column);
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key === "Enter") {
      if (column === "product" && !now.current.lines[row].choice) event.preventDefault();
      else if (ENTER_AFTER[column]) go(row, ENTER_AFTER[column]);
      else go(Math.min(row + 1, now.current.lines.length - 1), "product");
    } else if (isText && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      const by = event.key === "ArrowDown" ? 1 : -1;
      if (now.current.lines[row + by]) go(row + by, column);
    } else if (event.key === "ArrowLeft" && caret === 0 && step > 0) go(row, COLUMNS[step - 1]);
    else if (event.key === "ArrowRight" && isText && caret === field.value.length && step < COLUMNS.length - 1) go(row, COLUMNS[step + 1]);
  };

  /** Quantities typed for a batch become those for one unit, and back. */
  const setMode = (mode) => {
    const batch = Number(readNumber(now.current.quantity, 3) ?? 0);
    const turned = (line) => {
      const number = readNumber(line.quantity);
      if (!batch || number === null || mode === now.current.mode) return line;
      return { ...line, quantity: asTyped(mode === "unit" ? Number(number) / batch : Number(number) * batch) };
    };
    change({ mode, lines: now.current.lines.map(turned), by_products: now.current.by_products.map(turned) });
  };

  const wrongPlace = () => {
    const { product, quantity, lines, by_products } = now.current;
    if (!product) return ["r-product", t("choose_product")];
    if (!Number(readNumber(quantity, 3) ?? 0)) return ["r-quantity", t("wrong_field", { name: t("batch") })];
    for (const name of TIMES) if (now.current[name].trim() && readNumber(now.current[name], 0) === null) return [`r-${name}`, t("wrong_field", { name: t(name) })];
    for (const name of MONEY) if (now.current[name].trim() && readNumber(now.current[name], 2) === null) return [`r-${name}`, t("wrong_field", { name: t(name) })];
    if (lines.every(isEmpty)) return ["0/product", t("no_lines")];
    for (const [row, line] of lines.entries()) {
      if (isEmpty(line)) continue;
      const bad = (line.choice ? null : "product") ?? Object.keys(DIGITS).find((column) => {
        if (column !== "quantity" && !line[column].trim()) return false;
        const number = readNumber(line[column], DIGITS[column]);
        return number === null || (column === "quantity" && number === "0") || (column === "loss" && Number(number) > 100);
      });
      if (bad) return [`${row}/${bad}`, t("wrong_cell", { number: row + 1, column: t(bad) })];
      const instead = line.substitutes.find((one) => !one.product_id || !Number(readNumber(one.ratio) ?? 0));
      if (instead) return [`i-${instead.key}`, t("wrong_cell", { number: row + 1, column: t("substitutes") })];
    }
    const besides = by_products.find((line) => !line.choice || !Number(readNumber(line.quantity) ?? 0) || (line.percent.trim() && readNumber(line.percent, 2) === null));
    return besides ? [`b-${besides.key}`, t("wrong_field", { name: t("by_products") })] : null;
  };

  const body = () => {
    const all = now.current;
    const quantity = all.mode === "unit" ? "quantity_per_unit" : "quantity_per_batch";
    const whole = (text) => (text.trim() ? Number(readNumber(text, 0)) : 0);
    return {
      ...(boot.bom ? {} : { product_id: all.product.product_id }),
      ...Object.fromEntries(TEXTS.map((name) => [name, all[name].trim() || null])),
      ...Object.fromEntries(TIMES.map((name) => [name, whole(all[name])])),
      ...(boot.sees_costs ? Object.fromEntries(MONEY.map((name) => [name, all[name].trim() ? readNumber(all[name], 2) : "0"])) : {}),
      quantity: readNumber(all.quantity, 3), machine_id: all.machine_id, qc_required: all.qc_required,
      valid_from: all.valid_from || null, valid_to: all.valid_to || null,
      components: all.lines.filter((line) => !isEmpty(line)).map((line) => ({
        component_id: line.choice.product_id, [quantity]: readNumber(line.quantity), unit_id: line.unit_id === line.choice.unit_id ? null : line.unit_id,
        scrap_factor: line.loss.trim() ? (Number(readNumber(line.loss, 2)) / 100).toFixed(4) : "0",
        operation_sequence: line.step.trim() ? Number(readNumber(line.step, 0)) : null, operation_notes: line.note.trim() || null, notes: line.notes ?? null,
        substitutes: line.substitutes.map((one) => ({ product_id: one.product_id, ratio: readNumber(one.ratio) })),
      })),
      by_products: all.by_products.map((line) => ({
        product_id: line.choice.product_id, [quantity]: readNumber(line.quantity), unit_id: line.unit_id === line.choice.unit_id ? null : line.unit_id,
        cost_percent: line.percent.trim() ? readNumber(line.percent, 2) : "0",
      })),
    };
  };

  const goTo = (place) => {
    const [row, column] = place.split("/");
    if (column) { focusOn(Number(row), column); return; }
    const field = document.getElementById(place);
    field?.closest("details")?.setAttribute("open", "");
    field?.focus();
  };
  /** What the server refuses stands at a line of the body; empty lines are not in it. */
  const placeOf = (name) => {
    const parts = name.split(".");
    if (parts[0] !== "components" || parts.length < 2) return null;
    const rows = now.current.lines.flatMap((line, row) => (isEmpty(line) ? [] : [row]));
    const column = { component_id: "product", scrap_factor: "loss", operation_sequence: "step", operation_notes: "note" }[parts[2]] ?? "quantity";
    return rows[parts[1]] === undefined ? null : `${rows[parts[1]]}/${column}`;
  };

  const saved = useRef(boot.bom?.id ?? null); // a draft that could not be activated is there all the same
  const send = async (activate) => {
    if (busy) return;
    const wrong = wrongPlace();
    if (wrong) {
      play("wrong");
      setProblem(wrong[1]);
      goTo(wrong[0]);
      return;
    }
    if (activate && !(await window.SmartPOS.confirm({ text: t("activate_question"), label: t("activate"), tone: "primary" }))) return;
    setBusy(true);
    try {
      const done = saved.current ? await api.put(`/api/boms/${saved.current}`, body()) : await api.post("/api/boms", body());
      saved.current = done.id;
      if (activate) await api.post(`/api/boms/${done.id}/activate`, {});
      forget();
      location.assign(boot.page_url.replace(/\/0$/, `/${done.id}`));
    } catch (error) {
      setBusy(false);
      refuse(error);
      const place = Object.keys(error.body?.errors ?? {}).map(placeOf).find(Boolean);
      if (place) goTo(place);
    }
  };

  const sending = useRef(send);
  sending.current = send;
  useEffect(() => {
    const hear = (event) => {
      if (!(event.ctrlKey || event.metaKey) || document.querySelector("dialog[open]")) return;
      if (event.code === "KeyS") { event.preventDefault(); sending.current(false); }
      else if (event.key === "Enter" && boot.may_activate) { event.preventDefault(); sending.current(true); }
    };
    document.addEventListener("keydown", hear);
    if (now.current.product) focusOn(now.current.lines.findIndex(isEmpty), "product");
    else document.getElementById("r-product")?.focus();
    return () => document.removeEventListener("keydown", hear);
  }, []);

  const removeLine = (row) => {
    const left = now.current.lines.filter((_line, number) => number !== row);
    change({ lines: left.length ? left : [emptyLine(newUuid())] });
    focusOn(Math.min(row, now.current.lines.length - 1), "product");
  };
  const clear = async () => {
    if (await window.SmartPOS.confirm({ text: t("clear_question"), label: t("clear_all"), tone: "danger" })) change({ lines: [emptyLine(newUuid())], by_products: [] });
  };
  const view = { form, change, changeLine, removeLine, keys, choose };
  return html`<div class="stack">
    <${Head} form=${form} change=${change} pick=${pickProduct} setMode=${setMode} />
    <div class=${`recipe-desk ${boot.sees_costs ? "" : "alone"}`}>
      <div class="stack">
        <section class="card sheet-card">
          <div class="table-wrap"><table class="table sheet recipe-lines" aria-label=${t("materials")}>
            <thead><tr><th scope="col" class="num"><span class="sr-only">${t("line")}</span>№</th><th scope="col">${t("product")}</th><th scope="col" class="num">${t("quantity")}</th><th scope="col">${t("unit")}</th>
              <th scope="col" class="num">${t("loss")}</th><th scope="col" class="num">${t("step")}</th><th scope="col">${t("note")}</th>${boot.sees_costs && html`<th scope="col" class="num">${t("cost")}</th>`}<th></th></tr></thead>
            <tbody>${form.lines.map((line, row) => html`<${Line} key=${line.key} line=${line} row=${row} view=${view} />`)}</tbody>
          </table></div>
          <p class="hint sheet-hint">${t("keys")}</p>
        </section>
        <${Besides} form=${form} change=${change} />
        <${More} form=${form} change=${change} />
      </div>
      ${boot.sees_costs && html`<${Costs} form=${form} change=${change} />`}
    </div>
    <div class="sheet-foot">
      <p role="status" aria-live="polite">${said}</p>
      ${problem && html`<p class="sheet-problem" role="alert"><${Icon} name="warning" /> ${problem}</p>`}
      <div class="row"><button type="button" class="btn ghost" disabled=${busy} onClick=${clear}>${t("clear_all")}</button>
        <button type="button" class="btn" disabled=${busy} onClick=${() => send(false)}><${Icon} name="inbox" />${t("save")}</button>
        ${boot.may_activate && html`<button type="button" class="btn primary" disabled=${busy} onClick=${() => send(true)}><${Icon} name="check" />${t("activate")}</button>`}</div>
    </div>
  </div>`;
}

function Head({ form, change, pick, setMode }) {
  const next = (event) => {
    if (event.key !== "Enter" || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    focusOn(form.lines.findIndex(isEmpty), "product");
  };
  return html`<section class="card"><div class="card-body recipe-head">
    <div class="field product"><label for="r-product">${t("what")}</label>${boot.bom
    ? html`<input class="input" id="r-product" value=${form.product.name} readonly />`
    : html`<${Finder} id="r-product" ask=${async (words) => (await ask(words)).filter((one) => one.may_be_made)} text=${form.raw} label=${t("what")} placeholder=${t("search")}
        facts=${{ picked: Boolean(form.product) }} onText=${(raw) => change({ raw, product: null })} onPick=${pick} keys=${(event) => { if (event.key === "Enter") { event.preventDefault(); document.getElementById("r-quantity")?.focus(); } }} />`}</div>
    <div class="field"><label for="r-quantity">${t("batch")}${form.product ? `, ${form.product.unit}` : ""}</label>
      <input class="input num" id="r-quantity" inputmode="decimal" value=${form.quantity} onInput=${(event) => change({ quantity: event.target.value })} onKeyDown=${next} /></div>
    <div class="field"><label for="r-version">${t("version")}</label><input class="input" id="r-version" maxlength="20" value=${form.version} placeholder=${t("version_hint")} onInput=${(event) => change({ version: event.target.value })} /></div>
    <div class="field"><label for="r-name">${t("name")}</label><input class="input" id="r-name" maxlength="255" value=${form.name} placeholder=${form.product?.name ?? ""} onInput=${(event) => change({ name: event.target.value })} /></div>
    <div class="recipe-mode wide"><fieldset><legend>${t("quantities")}</legend>${["batch", "unit"].map((mode) => html`<label class="check" key=${mode}>
      <input type="radio" name="mode" checked=${form.mode === mode} onChange=${() => setMode(mode)} /> <span>${t(`per_${mode}`)}</span></label>`)}</fieldset></div>
  </div></section>`;
}

const unitOptions = (line) => (line.choice?.units ?? []).map(({ id, name }) => html`<option key=${id} value=${id} selected=${id === line.unit_id}>${name}</option>`);

function Line({ line, row, view }) {
  const { form, changeLine, removeLine, keys, choose } = view;
  const field = (column, facts = {}) => html`<input class=${`cell ${facts.num ? "num" : ""}`} data-row=${row} data-column=${column} value=${line[column]} maxlength="1000"
    aria-label=${`${t(column)} ${row + 1}`} autocomplete="off" spellcheck=${false} inputmode=${facts.num ? "decimal" : "text"}
    onInput=${(event) => changeLine(row, { [column]: event.target.value })} onKeyDown=${(event) => keys(event, row, column)} />`;
  const cost = line.choice ? takenOf(line, form) * Number(line.choice.unit_cost ?? 0) : null;
  const instead = (substitutes) => changeLine(row, { substitutes });
  return html`<tr><td class="num faint">${row + 1}</td>
    <td class="sheet-product recipe-find"><${Finder} id=${`l-${line.key}`} ask=${ask} classes="cell" text=${line.raw} label=${`${t("product")} ${row + 1}`} placeholder=${isEmpty(line) ? t("search") : ""}
      facts=${{ picked: Boolean(line.choice), more: { "data-row": row, "data-column": "product" } }} onText=${(raw) => changeLine(row, { raw, choice: null, unit_id: null })} onPick=${(choice) => choose(row, choice)} keys=${(event) => keys(event, row, "product")} />
      ${line.raw && !line.choice && html`<span class="pill warn">${t("not_matched")}</span>`}</td>
    <td>${field("quantity", { num: true })}</td>
    <td><select class="cell" data-row=${row} data-column="unit" aria-label=${`${t("unit")} ${row + 1}`} disabled=${!line.choice} onChange=${(event) => changeLine(row, { unit_id: Number(event.target.value) })} onKeyDown=${(event) => keys(event, row, "unit")}>${unitOptions(line)}</select></td>
    <td>${field("loss", { num: true })}</td><td>${field("step", { num: true })}</td><td>${field("note")}</td>
    ${boot.sees_costs && html`<td class="num">${cost === null ? "" : asMoney(cost)}</td>`}
    <td class="actions">${!isEmpty(line) && html`
      <button type="button" class="btn ghost small square" tabindex="-1" aria-expanded=${line.open} title=${t("substitutes")} aria-label=${`${t("substitutes")} ${row + 1}`} onClick=${() => changeLine(row, { open: !line.open })}><${Icon} name="refresh" /></button>
      <button type="button" class="btn ghost small square" tabindex="-1" aria-label=${t("remove", { number: row + 1 })} onClick=${() => removeLine(row)}><${Icon} name="trash" /></button>`}</td>
  </tr>
  ${line.open && line.choice && html`<tr class="instead"><td></td><td colspan=${boot.sees_costs ? 8 : 7}><div class="stack">
    <span class="muted">${t("instead_of", { name: line.choice.name })}</span>
    ${line.substitutes.map((one) => html`<div class="recipe-instead-row" key=${one.key}><div class="finder"><${Finder} id=${`i-${one.key}`} ask=${ask} text=${one.name} label=${t("substitutes")} placeholder=${t("search")} facts=${{ picked: Boolean(one.product_id) }}
        onText=${(name) => instead(line.substitutes.map((other) => (other.key === one.key ? { ...other, name, product_id: null } : other)))}
        onPick=${(choice) => instead(line.substitutes.map((other) => (other.key === one.key ? { ...other, product_id: choice.product_id, name: choice.name, unit: choice.unit } : other)))} /></div>
      <input class="input num ratio" inputmode="decimal" aria-label=${t("ratio")} title=${t("ratio")} value=${one.ratio} onInput=${(event) => instead(line.substitutes.map((other) => (other.key === one.key ? { ...other, ratio: event.target.value } : other)))} /><span class="faint">${one.unit}</span>
      <button type="button" class="btn ghost small square" aria-label=${t("remove_name", { name: one.name })} onClick=${() => instead(line.substitutes.filter(({ key }) => key !== one.key))}><${Icon} name="trash" /></button></div>`)}
    <div><button type="button" class="btn small" onClick=${() => instead([...line.substitutes, { key: newUuid(), product_id: null, name: "", unit: "", ratio: "1" }])}><${Icon} name="plus" />${t("add_substitute")}</button></div>
  </div></td></tr>`}`;
}

function Besides({ form, change }) {
  const set = (key, facts) => change({ by_products: form.by_products.map((line) => (line.key === key ? { ...line, ...facts } : line)) });
  const add = () => change({ by_products: [...form.by_products, { key: newUuid(), choice: null, raw: "", unit_id: null, quantity: "", percent: "" }] });
  return html`<section class="card"><div class="card-head lines-head"><h2>${t("by_products")}</h2><button type="button" class="btn small" onClick=${add}><${Icon} name="plus" />${t("add_by_product")}</button></div>
    ${form.by_products.length > 0 && html`<div class="card-body stack"><p class="hint">${t("by_products_hint")}</p>${form.by_products.map((line) => html`<div class="recipe-besides" key=${line.key}>
      <div class="finder"><${Finder} id=${`b-${line.key}`} ask=${ask} text=${line.raw} label=${t("product")} placeholder=${t("search")} facts=${{ picked: Boolean(line.choice) }}
        onText=${(raw) => set(line.key, { raw, choice: null })} onPick=${(choice) => set(line.key, { choice, raw: choice.name, unit_id: choice.unit_id })} /></div>
      <input class="input num" inputmode="decimal" aria-label=${t("quantity")} placeholder=${t("quantity")} value=${line.quantity} onInput=${(event) => set(line.key, { quantity: event.target.value })} />
      <select class="input" aria-label=${t("unit")} disabled=${!line.choice} onChange=${(event) => set(line.key, { unit_id: Number(event.target.value) })}>${unitOptions(line)}</select>
      <input class="input num" inputmode="decimal" aria-label=${t("cost_share")} placeholder=${t("cost_share")} value=${line.percent} onInput=${(event) => set(line.key, { percent: event.target.value })} />
      <button type="button" class="btn ghost square" aria-label=${t("remove_name", { name: line.raw })} onClick=${() => change({ by_products: form.by_products.filter(({ key }) => key !== line.key) })}><${Icon} name="trash" /></button>
    </div>`)}</div>`}</section>`;
}

function More({ form, change }) {
  const field = (name, type = "text", facts = {}) => html`<div class=${`field ${facts.wide ? "wide" : ""}`}><label for=${`r-${name}`}>${t(name)}</label>
    <input class=${`input ${facts.num ? "num" : ""}`} id=${`r-${name}`} type=${type} inputmode=${facts.num ? "numeric" : undefined} value=${form[name]} onInput=${(event) => change({ [name]: event.target.value })} /></div>`;
  const prose = (name, rows, hint = "") => html`<div class="field wide"><label for=${`r-${name}`}>${t(name)}</label>
    <textarea class="input" id=${`r-${name}`} rows=${rows} maxlength="10000" onInput=${(event) => change({ [name]: event.target.value })} value=${form[name]}></textarea>${hint && html`<span class="hint">${hint}</span>`}</div>`;
  return html`<details class="card recipe-more" open=${Boolean(boot.bom)}><summary>${t("times")}</summary><div class="card-body recipe-head">
    ${field("setup_time_minutes", "text", { num: true })}${field("production_time_minutes", "text", { num: true })}${field("lead_time_days", "text", { num: true })}
    <div class="field"><label for="r-machine">${t("machine")}</label><select class="input" id="r-machine" onChange=${(event) => change({ machine_id: Number(event.target.value) || null })}>
      <option value="" selected=${!form.machine_id}>${t("no_machine")}</option>${boot.machines.map(({ id, name }) => html`<option key=${id} value=${id} selected=${id === form.machine_id}>${name}</option>`)}</select></div>
    ${field("valid_from", "date")}${field("valid_to", "date")}
    <label class="check wide"><input type="checkbox" checked=${form.qc_required} onChange=${(event) => change({ qc_required: event.target.checked })} /> <span>${t("qc_required")}</span></label>
    ${prose("instructions", 5, t("instructions_hint"))}${prose("quality_standard", 2)}${prose("description", 2)}
  </div></details>`;
}

function Costs({ form, change }) {
  const costs = costsOf(form);
  const row = (name, amount, classes = "") => html`<div class=${classes}><dt>${t(name)}</dt><dd id=${`cost-${name}`}>${asMoney(amount)}</dd></div>`;
  const money = (name) => html`<div class="field"><label for=${`r-${name}`}>${t(name)}</label>
    <input class="input num" id=${`r-${name}`} inputmode="decimal" value=${form[name]} onInput=${(event) => change({ [name]: event.target.value })} /></div>`;
  return html`<aside class="card recipe-side" aria-label=${t("cost_now")}><div class="card-head"><h2>${t("cost_now")}</h2></div><div class="card-body stack">
    ${money("labor_cost")}${money("overhead_cost")}
    <dl>${row("material_cost", costs.material)}${row("labor", costs.labor)}${row("overhead", costs.overhead)}${row("total", costs.total, "sum")}
      ${costs.besides > 0 && row("by_products_share", costs.besides)}${row("unit_cost", costs.unit, "sum")}</dl></div></aside>`;
}

render(html`<${Page} />`, document.getElementById("recipe"));
