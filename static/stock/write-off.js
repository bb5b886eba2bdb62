// Goods that are gone: scan or search, how many, of which lot, and why. What is typed survives a reload.

import { render } from "../vendor/htm-preact.js";
import { Api } from "../till/api.js";
import { plainQuantity, showQuantity, thousandths } from "../till/money.js";
import { giveBack, isTypedAmount } from "../till/scanner.js";
import { play } from "../till/sounds.js";
import { day, t, useTexts } from "../till/texts.js";
import {
  byTouch, CameraWindow, goOn, hasCamera, html, Icon, newUuid, readAmount, useEffect, useRef, useScanner, useState,
} from "./kit.js";
import { useKeptForm } from "./kept-form.js";

const boot = JSON.parse(document.getElementById("boot").textContent);
useTexts(boot);

const api = new Api({ csrf: boot.csrf });
const KEY = `smartpos-write-off-${boot.user_id}`;
const PAUSE = 180; // milliseconds after the last key before the search begins

function fresh() {
  const usual = boot.branches.find(({ id }) => id === boot.branch_id) ?? boot.branches[0];
  return { client_uuid: newUuid(), branch_id: usual?.id ?? null, reason: boot.reasons[0].value, notes: "", lines: [] };
}

const fits = (form) => Array.isArray(form.lines) && boot.branches.some(({ id }) => id === form.branch_id);
const holds = (form) => form.lines.length > 0 || Boolean(form.notes);

const plain = (value) => plainQuantity(value).replace(/\.?0+$/, "").replace(".", ",");
const held = (line) => thousandths(line.batch_id ? line.batches.find((lot) => lot.batch_id === line.batch_id)?.quantity ?? "0" : line.quantity);

function Page() {
  const { form, now, change, problem, setProblem, forget, restart } = useKeptForm({ key: KEY, begin: fresh, fits, holds });
  const [query, setQuery] = useState("");
  const [found, setFound] = useState(null);
  const [place, setPlace] = useState(0);
  const [camera, setCamera] = useState(false);
  const [said, setSaid] = useState("");
  const [busy, setBusy] = useState(false);
  const search = useRef(null);
  const notes = useRef(null);
  const turn = useRef(0);

  const changeLine = (key, facts) => change({ lines: now.current.lines.map((line) => (line.key === key ? { ...line, ...facts } : line)) });

  const ask = (text) => api.get("/api/stock/goods", { branch_id: now.current.branch_id, q: text });
  const refuse = (error) => {
    play("wrong");
    setProblem(error.status ? error.message : t("no_network"));
  };

  const put = (goods) => {
    const scanned = thousandths(goods.multiplier);
    const known = now.current.lines.find((line) => line.id === goods.id && !line.batch_id);
    const lines = known
      ? now.current.lines.map((line) => (line === known ? { ...line, ...goods, text: plain((readAmount(line.text, 3) ?? 0) + scanned) } : line))
      : [...now.current.lines, { ...goods, key: newUuid(), text: plain(scanned), batch_id: null }];
    change({ lines });
    setQuery("");
    setFound(null);
    setSaid(goods.name);
    play("added");
    const key = (known ?? lines.at(-1)).key;
    requestAnimationFrame(() => { const field = document.getElementById(`q-${key}`); field?.focus(); field?.select(); });
  };

  /** A code is asked for by itself; what it exactly names goes into the list. */
  const scan = async (code, field = null) => {
    try {
      const { items } = await ask(code);
      const exact = items.find((goods) => goods.sku === code || goods.codes.some(({ barcode }) => barcode === code));
      if (exact) return put(exact);
    } catch (error) {
      return refuse(error);
    }
    play("wrong");
    giveBack(field, code);
    setSaid(t("unknown_code", { code }));
    return window.SmartPOS.toast(t("unknown_code", { code }), "info");
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
    home: () => search.current?.focus(),
  });

  useEffect(() => {
    const text = query.trim();
    turn.current += 1;
    const mine = turn.current;
    if (!text) { setFound(null); return undefined; }
    const timer = setTimeout(async () => {
      try {
        const { items } = await ask(text);
        if (mine === turn.current) { setFound(items); setPlace(0); }
      } catch (error) {
        if (mine === turn.current) refuse(error);
      }
    }, PAUSE);
    return () => clearTimeout(timer);
  }, [query, form.branch_id]);

  const searchKeys = (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      setPlace((at) => Math.max(0, Math.min((found?.length ?? 1) - 1, at + (event.key === "ArrowDown" ? 1 : -1))));
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (found?.length) put({ ...found[place] });
      else if (query.trim()) scan(query.trim());
    } else if (event.key === "Escape") setQuery("");
  };

  const changeBranch = async (branch_id) => {
    // What is in stock, and its lots, are other ones there.
    const before = now.current.lines;
    change({ branch_id });
    for (const line of before) {
      try {
        const { items } = await ask(line.sku);
        const goods = items.find(({ id }) => id === line.id);
        if (goods) changeLine(line.key, { quantity: goods.quantity, batches: goods.batches, batch_id: null });
      } catch (error) {
        refuse(error);
        return;
      }
    }
  };

  const send = async () => {
    const { lines, branch_id, reason, client_uuid } = now.current;
    const text = now.current.notes.trim();
    if (!lines.length) { setProblem(t("no_lines")); search.current?.focus(); return; }
    const wrong = lines.find((line) => !(readAmount(line.text, line.digits) > 0));
    if (wrong) {
      setProblem(`${wrong.name}: ${t(wrong.digits ? "no_quantity" : "no_whole_quantity")}`);
      document.getElementById(`q-${wrong.key}`)?.focus();
      return;
    }
    if (reason === "other" && !text) { setProblem(t("tell_why")); notes.current?.focus(); return; }
    if (!(await window.SmartPOS.confirm({ text: t("question"), label: t("write_off"), tone: "danger" }))) return;
    setBusy(true);
    try {
      const items = lines.map((line) => ({
        product_id: line.id, quantity: plainQuantity(readAmount(line.text, line.digits)), batch_id: line.batch_id,
      }));
      const { id } = await api.post("/api/stock/write-offs", { client_uuid, branch_id, reason, notes: text || null, items });
      forget();
      if (boot.details_url) location.assign(`${boot.details_url}?id=${id}`);
      else {
        restart();
        window.SmartPOS.toast(t("written_off"), "good");
      }
    } catch (error) {
      refuse(error);
    } finally {
      setBusy(false);
    }
  };

  const clear = async () => {
    if (await window.SmartPOS.confirm({ text: t("clear_question"), label: t("clear_all"), tone: "danger" })) change({ lines: [] });
  };

  return html`<div class="stack">
    <section class="card">
      <div class="write-off-head">
        <div class="field"><label for="wo-branch">${t("branch")}</label>
          <select class="input" id="wo-branch" onChange=${(event) => changeBranch(Number(event.target.value))}>
            ${boot.branches.map(({ id, name }) => html`<option key=${id} value=${id} selected=${id === form.branch_id}>${name}</option>`)}
          </select></div>
        <div class="field"><label for="wo-reason">${t("reason")}</label>
          <select class="input" id="wo-reason" onChange=${(event) => change({ reason: event.target.value })}>
            ${boot.reasons.map(({ value, label }) => html`<option key=${value} value=${value} selected=${value === form.reason}>${label}</option>`)}
          </select></div>
        <div class="field wide"><label for="wo-notes">${t("notes")}
          ${form.reason === "other" && html`<span class="required" aria-hidden="true"> *</span>`}</label>
          <input ref=${notes} class="input" id="wo-notes" maxlength="1000" value=${form.notes} required=${form.reason === "other"}
            onInput=${(event) => change({ notes: event.target.value })} /></div>
      </div>
    </section>
    <section class="card count-find">
      <div class="row find-row">
        <div class="input-group grow"><${Icon} name="barcode" />
          <input ref=${search} id="wo-search" class="input big" type="search" autocomplete="off" autofocus=${!byTouch} role="combobox"
            aria-expanded=${String(Boolean(found?.length))} aria-controls="wo-results" aria-label=${t("search")} placeholder=${t("search")}
            value=${query} onKeyDown=${searchKeys} onInput=${(event) => setQuery(event.target.value)} /></div>
        ${hasCamera() && html`<button type="button" class="btn big square camera-button" aria-label=${t("scan_with_camera")}
          title=${t("scan_with_camera")} onClick=${() => setCamera(true)}><${Icon} name="image" /></button>`}
      </div>
      ${found && html`<ul class="found" id="wo-results" role="listbox">
        ${found.map((goods, at) => html`<li key=${goods.id} role="option" aria-selected=${String(at === place)}>
          <button type="button" tabindex="-1" onClick=${() => put(goods)}><b>${goods.name}</b>
            <small>${goods.sku} · ${t("in_stock", { quantity: showQuantity(thousandths(goods.quantity)), unit: goods.unit })}</small></button></li>`)}
        ${!found.length && html`<li class="none">${t("nothing_found")}</li>`}
      </ul>`}
      <p class="sr-only" role="status" aria-live="polite">${said}</p>
    </section>
    ${problem && html`<div class="alert bad" role="alert"><${Icon} name="warning" /><div>${problem}</div></div>`}
    <${Lines} lines=${form.lines} change=${changeLine} next=${() => goOn(search.current)}
      remove=${(key) => change({ lines: form.lines.filter((line) => line.key !== key) })} />
    <div class="form-actions"><button type="button" class="btn primary danger" disabled=${busy} onClick=${send}><${Icon} name="trash" />${t("write_off")}</button>
      ${form.lines.length > 0 && html`<button type="button" class="btn ghost" onClick=${clear}>${t("clear_all")}</button>`}</div>
    ${camera && html`<${CameraWindow} said=${said} onCode=${(code) => scan(code)} onClose=${() => setCamera(false)} />`}
  </div>`;
}

function Lines({ lines, change, remove, next }) {
  if (!lines.length) return html`<p class="muted count-none">${t("no_lines")}</p>`;
  return html`
    <section class="card"><div class="table-wrap">
      <table class="table line-table">
        <thead><tr><th scope="col">${t("product")}</th><th scope="col">${t("lot")}</th><th scope="col" class="num">${t("quantity")}</th><th></th></tr></thead>
        <tbody>${lines.map((line) => {
          const amount = readAmount(line.text, line.digits);
          const short = amount !== null && amount > held(line);
          return html`<tr key=${line.key} data-product=${line.id}>
            <td class="wrap"><b>${line.name}</b> <small class="muted">${t("in_stock", { quantity: showQuantity(held(line)), unit: line.unit })}</small>
              ${short && html` <small class="bad">${t("more_than_stock")}</small>`}</td>
            <td class="lot">${line.batches.length > 0 && html`<select class="input" aria-label=${t("lot")}
              onChange=${(event) => change(line.key, { batch_id: Number(event.target.value) || null })}>
              <option value="" selected=${!line.batch_id}>${t("any_lot")}</option>
              ${line.batches.map((lot) => html`<option key=${lot.batch_id} value=${lot.batch_id} selected=${lot.batch_id === line.batch_id}>
                ${lot.batch_number}${lot.expiration_date ? ` · ${day(lot.expiration_date)}` : ""}${lot.expiration_date && lot.expiration_date < boot.today ? ` · ${t("expired")}` : ""} · ${showQuantity(thousandths(lot.quantity))}</option>`)}
            </select>`}</td>
            <td class="num qty"><input class="input num" id=${`q-${line.key}`} inputmode="decimal" autocomplete="off" aria-label=${`${t("quantity")}: ${line.name}`}
              aria-invalid=${String(!(amount > 0) || short)} value=${line.text} onInput=${(event) => change(line.key, { text: event.target.value })}
              onKeyDown=${(event) => { if (event.key === "Enter") { event.preventDefault(); next(); } }} /> ${line.unit}</td>
            <td class="gone"><button type="button" class="btn ghost square small" aria-label=${t("remove", { name: line.name })} onClick=${() => remove(line.key)}>
              <${Icon} name="x" size="small" /></button></td></tr>`;
        })}</tbody>
      </table></div></section>`;
}

render(html`<${Page} />`, document.getElementById("write-off"));
