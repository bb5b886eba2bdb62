// The page of somebody who counts: scan or search, a quantity, the next thing. Works on without the network.

import { render } from "../vendor/htm-preact.js";
import { Api } from "../till/api.js";
import { Codes } from "../till/codes.js";
import { minor, plainQuantity, showQuantity, thousandths } from "../till/money.js";
import { SearchIndex } from "../till/search-index.js";
import { play } from "../till/sounds.js";
import { clock, t, tn, useTexts } from "../till/texts.js";
import { CountOutbox } from "./count-outbox.js";
import {
  byTouch, CameraWindow, goOn, hasCamera, html, Icon, keepIcons, newUuid, readAmount, useEffect, useRef, useScanner, useState,
} from "./kit.js";

const boot = JSON.parse(document.getElementById("boot").textContent);
useTexts(boot);

const api = new Api({ csrf: boot.csrf });
const root = `/api/counts/${boot.count.id}`;
const keyOf = (what) => `smartpos-count-${what}-${boot.user_id}-${boot.count.id}`;
const PAGE = 1000;
const NEWS = 15000; // milliseconds between two looks at who else counts
const RETRY = 5000;
const MOST_SHOWN = 100;
const SURPRISING = 100000 * 1000; // a quantity that is rather a slip of the hand

const index = new SearchIndex();
const codes = new Codes(boot.scale_patterns);

function keep(goods) {
  const known = goods.codes.map(({ barcode, multiplier, title }) => (
    { code: barcode, multiplier: thousandths(multiplier), price: null, unit: title }));
  known.push({ code: goods.sku, multiplier: 1000, price: null, unit: null });
  index.put({ ...goods, price: minor(goods.price), key: goods.search_key, active: true, stock: null, codes: known });
}

const find = (code) => index.lookUp(code) ?? codes.lookUp(code, index);

/** The moment by the server's clock, never before the count began. */
function moment() {
  const now = api.now().toISOString();
  return now < boot.count.started_at ? boot.count.started_at : now;
}

function readDraft() {
  try {
    return JSON.parse(localStorage.getItem(keyOf("draft")) ?? "null");
  } catch {
    return null;
  }
}

function keepDraft(draft) {
  try {
    if (draft) localStorage.setItem(keyOf("draft"), JSON.stringify(draft));
    else localStorage.removeItem(keyOf("draft"));
  } catch {
    // It is on the screen, then, and nowhere else.
  }
}

function Page() {
  const [loaded, setLoaded] = useState({ done: false, failed: false, size: 0 });
  const [query, setQuery] = useState("");
  const [place, setPlace] = useState(0);
  const [draft, setDraftState] = useState(readDraft);
  const [history, setHistory] = useState([]); // what the server has, the latest first
  const [totals, setTotals] = useState({});
  const [people, setPeople] = useState([]);
  const [status, setStatus] = useState(boot.count.status);
  const [camera, setCamera] = useState(false);
  const [said, setSaid] = useState("");
  const [, redraw] = useState(0);
  const search = useRef(null);
  const amount = useRef(null);
  const draftNow = useRef(draft);
  const outbox = useRef(null);
  outbox.current ??= new CountOutbox({
    storage: localStorage,
    key: keyOf("entries"),
    send: ({ client_uuid, product_id, counted, counted_at }) => (
      api.post(`${root}/lines`, { client_uuid, product_id, counted, counted_at })),
    onChange: () => redraw((turn) => turn + 1),
    onSent: (entry, answer) => {
      const arrived = { ...entry, state: null, counted_at: answer.counted_at, id: answer.id };
      setHistory((known) => [arrived, ...known].slice(0, MOST_SHOWN));
      setTotals((known) => ({ ...known, [entry.product_id]: answer.total }));
    },
  });
  const box = outbox.current;

  const setDraft = (next) => {
    draftNow.current = next;
    setDraftState(next);
    keepDraft(next);
  };

  useEffect(() => {
    loadAll(setLoaded);
    const news = async () => {
      try {
        const { status: state, people: all, entries } = await api.get(`${root}/progress`);
        setStatus(state);
        setPeople(all);
        setHistory((known) => (known.length ? known : entries.map((entry) => ({ ...entry, name: entry.product }))));
        if (state === "counting") box.reached();
      } catch (error) {
        if (error.status === 401) box.halted = "signed_out";
        else if (!error.status) box.halted ??= "offline";
        redraw((turn) => turn + 1);
      }
    };
    news();
    const timers = [setInterval(news, NEWS), setInterval(() => { if (box.waiting.length) box.flush(); }, RETRY)];
    const back = () => { box.flush(); news(); };
    window.addEventListener("online", back);
    return () => { timers.forEach(clearInterval); window.removeEventListener("online", back); };
  }, []);

  const counting = status === "counting" && box.halted !== "closed";

  /** Put what stands in the card among the entries; false when its quantity is none. */
  const commit = () => {
    const current = draftNow.current;
    if (!current) return true;
    const quantity = readAmount(current.text, current.digits);
    if (quantity === null) {
      setSaid(t(current.digits ? "no_quantity" : "no_whole_quantity"));
      play("wrong");
      amount.current?.focus();
      return false;
    }
    setDraft(null);
    const { id, name, unit } = current;
    box.add({
      client_uuid: newUuid(), product_id: id, name, unit, counted: plainQuantity(quantity), counted_at: current.at ?? moment(),
    });
    setSaid(`${name}: ${showQuantity(quantity)} ${unit}`);
    return true;
  };

  const sure = async () => {
    const quantity = readAmount(draftNow.current?.text ?? "", 3);
    if (quantity === null || quantity < SURPRISING) return true;
    return window.SmartPOS.confirm({ text: t("surprising", { quantity: showQuantity(quantity) }) });
  };

  const add = async () => {
    if (!draftNow.current || !(await sure())) return;
    if (commit()) goOn(search.current);
  };

  /** A product was scanned (so many base units at once) or chosen. */
  const open = (product, scanned = null) => {
    const current = draftNow.current;
    if (current && current.id === product.id && scanned !== null) {
      const known = readAmount(current.text, 3) ?? 0;
      setDraft({ ...current, text: plain(known + scanned), fresh: true, at: moment() });
    } else {
      if (current && current.text !== "" && !commit()) return;
      setDraft({
        id: product.id, name: product.name, sku: product.sku, unit: product.unit, digits: product.digits,
        packs: product.codes.filter(({ multiplier }) => multiplier > 1000),
        text: scanned === null ? "" : plain(scanned), fresh: true, at: scanned === null ? null : moment(),
      });
    }
    setQuery("");
    play("added");
    if (scanned !== null) setSaid(product.name);
    requestAnimationFrame(() => { amount.current?.focus(); amount.current?.select(); });
  };

  const take = (code, undo = () => {}) => {
    const found = find(code);
    if (!found) return false;
    undo();
    open(found.product, found.multiplier ?? 1000);
    return true;
  };
  const unknown = (code) => {
    play("wrong");
    const text = t(loaded.done ? "unknown_code" : "still_loading", { code });
    setSaid(text);
    window.SmartPOS.toast(text, "info");
  };
  useScanner({
    take,
    unknown,
    isListening: () => counting && !document.querySelector("dialog[open]"),
    home: () => search.current?.focus(),
  });

  const results = query.trim() ? index.search(query, 20) : [];
  const choose = (product) => { if (product) open(product); };
  const searchKeys = (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      setPlace((at) => Math.max(0, Math.min(results.length - 1, at + (event.key === "ArrowDown" ? 1 : -1))));
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (!query.trim()) return draftNow.current ? add() : undefined;
      if (!take(query.trim())) { if (results.length) choose(results[place]); else unknown(query.trim()); }
    } else if (event.key === "Escape") setQuery("");
    return undefined;
  };

  const undo = (entry) => {
    if (entry.state && box.drop(entry.client_uuid)) return;
    const counted = plainQuantity(-thousandths(entry.counted));
    const { product_id, name, unit, counted_at } = entry;
    box.add({ client_uuid: newUuid(), product_id, name, unit, counted, counted_at });
    setSaid(t("taken_back", { name }));
  };

  const finish = async () => {
    if (!(await sure()) || !commit()) return;
    await box.flush();
    if (box.entries.length) return;
    if (!(await window.SmartPOS.confirm({ text: t("finish_question"), label: t("finish") }))) return;
    try {
      await api.post(`${root}/finish`);
      location.assign(boot.list_url);
    } catch (error) {
      window.SmartPOS.toast(error.status ? error.message : t("no_network"), "bad");
    }
  };

  const queued = [...box.entries].reverse();
  const shown = [...queued, ...history];
  return html`<div class="stack">
    <${Strip} box=${box} people=${people} loaded=${loaded} status=${status} retry=${() => loadAll(setLoaded)} />
    ${counting && html`
      <div class="count-find card">
        <div class="row find-row">
          <div class="input-group grow"><${Icon} name="barcode" />
            <input ref=${search} id="count-search" class="input big" type="search" autocomplete="off" autofocus=${!byTouch} enterkeyhint="search"
              role="combobox" aria-expanded=${String(results.length > 0)} aria-controls="count-results" aria-label=${t("search")}
              placeholder=${t("search")} value=${query} onKeyDown=${searchKeys}
              onInput=${(event) => { setQuery(event.target.value); setPlace(0); }} /></div>
          ${hasCamera() && html`<button type="button" class="btn big square camera-button" aria-label=${t("scan_with_camera")}
            title=${t("scan_with_camera")} onClick=${() => setCamera(true)}><${Icon} name="image" /></button>`}
        </div>
        ${query.trim() && html`<ul class="found" id="count-results" role="listbox">
          ${results.map((product, at) => html`<li key=${product.id} role="option" aria-selected=${String(at === place)}>
            <button type="button" tabindex="-1" onClick=${() => choose(product)}><b>${product.name}</b><small>${product.sku}</small></button></li>`)}
          ${!results.length && html`<li class="none">${t(loaded.done ? "nothing_found" : "still_loading")}</li>`}
        </ul>`}
        ${draft && html`<${Card} draft=${draft} total=${totals[draft.id]} field=${amount} change=${(facts) => setDraft({ ...draft, ...facts })}
          add=${add} cancel=${() => { setDraft(null); goOn(search.current); }} />`}
        <p class="sr-only" role="status" aria-live="polite">${said}</p>
      </div>`}
    <${Entries} shown=${shown} totals=${totals} others=${people.some(({ entries }) => entries > 0)} undo=${counting ? undo : null} drop=${(entry) => box.drop(entry.client_uuid)} />
    ${counting && html`<div class="count-end"><button type="button" class="btn big block" onClick=${finish}
      disabled=${box.waiting.length > 0 && box.halted !== null}><${Icon} name="check" />${t("finish")}</button></div>`}
    ${camera && html`<${CameraWindow} said=${said} onClose=${() => setCamera(false)}
      onCode=${(code) => { if (!take(code)) unknown(code); }} />`}
  </div>`;
}

/** A quantity as a person would type it. */
function plain(value) {
  return plainQuantity(value).replace(/\.?0+$/, "").replace(".", ",");
}

async function loadAll(tell) {
  tell({ done: false, failed: false, size: index.size });
  let cursor = null;
  try {
    do {
      const { items, next_cursor: next } = await api.get(`${root}/products`, { limit: PAGE, cursor });
      items.forEach(keep);
      cursor = next;
      tell({ done: cursor === null, failed: false, size: index.size });
    } while (cursor !== null);
  } catch {
    tell({ done: false, failed: true, size: index.size });
  }
}

function Strip({ box, people, loaded, status, retry }) {
  const waiting = box.waiting.length;
  const halted = status !== "counting" ? "closed" : box.halted;
  return html`<div>
    <div class="count-strip" role="status">
      ${halted === "offline" && html`<span class="pill warn" data-state="offline"><${Icon} name="offline" size="small" />${t("no_network")}</span>`}
      ${waiting > 0 && html`<span class="pill info" data-state="waiting"><${Icon} name="clock" size="small" />${tn("waiting", waiting)}</span>`}
      ${waiting === 0 && halted === null && html`<span class="pill good" data-state="sent"><${Icon} name="check" size="small" />${t("all_sent")}</span>`}
      ${!loaded.done && !loaded.failed && html`<span class="pill">${tn("loaded", loaded.size)}</span>`}
      ${loaded.failed && html`<button type="button" class="btn small" onClick=${retry}><${Icon} name="refresh" size="small" />${t("load_again")}</button>`}
      ${people.map((one) => html`<span class="pill" key=${one.name}><${Icon} name="user" size="small" />${one.name}: ${tn("entries", one.entries)}</span>`)}
    </div>
    ${halted === "closed" && html`<div class="alert info"><${Icon} name="info" /><div>${t("closed")}</div></div>`}
    ${halted === "signed_out" && html`<div class="alert warn"><${Icon} name="warning" /><div>${t("signed_out")} <a href=${location.href}>${t("sign_in")}</a></div></div>`}
    ${box.unkept && html`<div class="alert warn"><${Icon} name="warning" /><div>${t("not_kept")}</div></div>`}
  </div>`;
}

const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", ",", "0", "back"];

function Card({ draft, total, field, change, add, cancel }) {
  const press = (key) => {
    const before = draft.fresh && key !== "back" ? "" : draft.text;
    const text = key === "back" ? before.slice(0, -1) : before + key;
    change({ text, fresh: false, at: null });
  };
  const pack = (multiplier) => {
    const known = draft.fresh ? 0 : readAmount(draft.text, 3) ?? 0;
    change({ text: plain(known + multiplier), fresh: false, at: null });
  };
  return html`
    <form class="count-card" onSubmit=${(event) => { event.preventDefault(); add(); }}>
      <div class="row"><div class="grow"><b class="name">${draft.name}</b><small class="muted">${draft.sku}
        ${total !== undefined && html` · ${t("so_far", { quantity: showQuantity(thousandths(total)), unit: draft.unit })}`}</small></div>
        <button type="button" class="btn ghost square" aria-label=${t("cancel")} onClick=${cancel}><${Icon} name="x" /></button></div>
      <div class="row amount-row">
        <label class="sr-only" for="count-amount">${t("quantity")}</label>
        <input ref=${field} id="count-amount" class="input big num" type="text" inputmode=${byTouch ? "none" : "decimal"} autocomplete="off" enterkeyhint="done"
          placeholder="0" value=${draft.text} onInput=${(event) => change({ text: event.target.value, fresh: false, at: null })}
          onKeyDown=${(event) => { if (event.key === "Escape") { event.preventDefault(); cancel(); } }} />
        <span class="unit">${draft.unit}</span>
        <button class="btn primary big"><${Icon} name="plus" />${t("add")}</button>
      </div>
      ${draft.packs.length > 0 && html`<div class="row packs">${draft.packs.map(({ code, multiplier, unit }) => html`
        <button type="button" class="chip" key=${code} onClick=${() => pack(multiplier)}>+${showQuantity(multiplier)} ${unit ?? ""}</button>`)}</div>`}
      <div class="keypad" aria-hidden="true">
        ${KEYS.map((key) => html`<button type="button" class="btn" tabindex="-1" key=${key} disabled=${key === "," && draft.digits === 0}
          onClick=${() => press(key)}>${key === "back" ? html`<${Icon} name="chevron-left" />` : key}</button>`)}
      </div>
    </form>`;
}

function Entries({ shown, totals, others, undo, drop }) {
  if (!shown.length) return html`<p class="muted count-none">${t(others ? "nothing_of_yours" : "nothing_yet")}</p>`;
  // An entry and what takes it back share product and moment.
  const back = new Set(shown.filter((one) => one.counted.startsWith("-")).map((one) => `${one.product_id} ${Date.parse(one.counted_at)} ${one.counted.slice(1)}`));
  return html`
    <section class="card count-entries" aria-label=${t("last_entries")}>
      <div class="card-head"><h2>${t("last_entries")}</h2></div>
      <ul class="list">
        ${shown.slice(0, MOST_SHOWN).map((entry) => {
          const quantity = thousandths(entry.counted);
          const undone = back.has(`${entry.product_id} ${Date.parse(entry.counted_at)} ${entry.counted}`);
          const total = totals[entry.product_id];
          return html`<li key=${entry.client_uuid ?? entry.id} class=${undone || quantity < 0 ? "undone" : ""} data-state=${entry.state || "sent"}>
            <div class="grow"><b>${entry.name}</b>
              <small class="muted">${clock(entry.counted_at)}${total !== undefined && ` · ${t("so_far", { quantity: showQuantity(thousandths(total)), unit: entry.unit })}`}</small>
              ${entry.state === "refused" && html`<small class="bad" role="alert">${entry.reason}</small>`}</div>
            <span class="amount">${showQuantity(quantity)} ${entry.unit}</span>
            ${entry.state === "waiting" && html`<${Icon} name="clock" size="small" />`}
            ${entry.state === "refused" && html`<button type="button" class="btn small" onClick=${() => drop(entry)}>${t("discard")}</button>`}
            ${undo && entry.state !== "refused" && !undone && quantity > 0 && html`<button type="button" class="btn small square" aria-label=${t("undo_entry", { name: entry.name })}
              title=${t("undo")} onClick=${() => undo(entry)}><${Icon} name="undo" size="small" /></button>`}</li>`;
        })}
      </ul>
    </section>`;
}

keepIcons().then(() => render(html`<${Page} />`, document.getElementById("count")));
