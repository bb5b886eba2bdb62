// Asking for goods of another branch: scan or search, a quantity, Enter, the next thing.

import { render } from "../vendor/htm-preact.js";
import { Api } from "../till/api.js";
import { plainQuantity, showQuantity, thousandths } from "../till/money.js";
import { giveBack } from "../till/scanner.js";
import { play } from "../till/sounds.js";
import { day, t, useTexts } from "../till/texts.js";
import { CameraWindow, hasCamera, html, Icon, newUuid, readAmount, useEffect, useRef, useScanner, useState } from "./kit.js";

const boot = JSON.parse(document.getElementById("boot").textContent);
useTexts(boot);

const api = new Api({ csrf: boot.csrf });
const KEY = `smartpos-transfer-new-${boot.user_id}`;
const PAUSE = 140; // milliseconds after the last sign until a search is sent
const MOST_FOUND = 12;

const NEW = { from: "", to: "", notes: "", lines: [], uuid: "" };

function readDraft() {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? "null");
    if (kept?.lines?.length) return { ...NEW, ...kept };
  } catch {
    // What cannot be read is as good as nothing.
  }
  const usual = boot.branches.find(({ id }) => id === boot.branch_id) ?? boot.branches[0];
  // Whoever asks is usually the one who needs the goods.
  const from = boot.branches.length === 2 ? boot.branches.find(({ id }) => id !== usual?.id) : null;
  return { ...NEW, from: String(from?.id ?? ""), to: String(usual?.id ?? ""), uuid: newUuid() };
}

function keepDraft(draft) {
  try {
    if (draft.lines.length) localStorage.setItem(KEY, JSON.stringify(draft));
    else localStorage.removeItem(KEY);
  } catch {
    // It is on the screen, then, and nowhere else.
  }
}

/** A quantity as a person would type it. */
function typed(value) {
  return plainQuantity(value).replace(/\.?0+$/, "").replace(".", ",");
}

/** What a line may take: of its lot, or of the product. */
function limitOf(line) {
  if (!line.batch) return thousandths(line.available);
  return thousandths(line.batches.find(({ batch_id: id }) => String(id) === line.batch)?.quantity ?? "0");
}

function Page() {
  const [draft, setState] = useState(readDraft);
  const [query, setQuery] = useState("");
  const [found, setFound] = useState(null);
  const [place, setPlace] = useState(0);
  const [camera, setCamera] = useState(false);
  const [said, setSaid] = useState("");
  const [busy, setBusy] = useState(false);
  const search = useRef(null);
  const now = useRef(draft);
  const turn = useRef(0);
  const waiting = useRef(Promise.resolve());

  // What is read after an answer has come must be what stands there then.
  const change = (facts) => {
    now.current = { ...now.current, ...(typeof facts === "function" ? facts(now.current) : facts) };
    keepDraft(now.current);
    setState(now.current);
  };
  const tell = (text, tone = "info") => {
    setSaid(text);
    window.SmartPOS.toast(text, tone);
  };
  const failed = (error) => tell(error.status ? error.message : t("no_network"), "bad");

  useEffect(() => {
    if (draft.lines.length) window.SmartPOS.toast(t("kept"), "info");
    if (draft.lines.length && draft.from) refresh(draft.from);
  }, []);

  /** What the branch that sends has of everything on the list. */
  const refresh = async (from) => {
    if (!from || !now.current.lines.length) return;
    const ids = [...new Set(now.current.lines.map(({ id }) => id))];
    try {
      const { items } = await api.post("/api/transfers/goods", { branch_id: Number(from), product_ids: ids });
      if (now.current.from !== from) return;
      const there = new Map(items.map((one) => [one.product_id, one]));
      change(({ lines }) => ({
        lines: lines.map((line) => {
          const { quantity = "0", available = "0", batches = [] } = there.get(line.id) ?? {};
          const batch = batches.some(({ batch_id: id }) => String(id) === line.batch) ? line.batch : "";
          return { ...line, quantity, available, batches, batch };
        }),
      }));
    } catch (error) {
      failed(error);
    }
  };
  const setFrom = (from) => {
    change({ from });
    setFound(null);
    refresh(from);
  };
  const swap = () => {
    const { from, to } = now.current;
    change({ to: from });
    setFrom(to);
  };

  const amountOf = (key) => document.querySelector(`[data-amount="${key}"]`);
  const goTo = (key) => requestAnimationFrame(() => { amountOf(key)?.focus(); amountOf(key)?.select(); });

  /** Put goods on the list, or more of them; `scanned` base units at once. */
  const add = (goods, scanned) => {
    const same = now.current.lines.find((line) => line.id === goods.id && !line.batch);
    play("added");
    setSaid(goods.name);
    setQuery("");
    setFound(null);
    if (same) {
      const known = readAmount(same.text, 3) ?? 0;
      if (scanned) change(({ lines }) => ({ lines: lines.map((line) => (line === same ? { ...line, text: typed(known + scanned) } : line)) }));
      return same.key;
    }
    if (now.current.lines.length >= boot.most_lines) {
      tell(t("too_many_lines", { most: boot.most_lines }), "warn");
      return null;
    }
    const { id, name, sku, unit, digits, quantity, available, batches } = goods;
    const line = { key: newUuid(), id, name, sku, unit, digits, quantity, available, batches, batch: "", text: scanned ? typed(scanned) : "" };
    change(({ lines }) => ({ lines: [...lines, line] }));
    return line.key;
  };

  const ask = (text) => api.get("/api/transfers/goods", { branch_id: now.current.from, q: text, limit: MOST_FOUND });

  /** A code was scanned: one after another, however fast they come. */
  const scan = (code, field = null) => {
    waiting.current = waiting.current.then(async () => {
      try {
        const { items } = await ask(code);
        const hit = items.find((one) => one.sku === code || one.codes.some(({ barcode }) => barcode === code));
        if (hit) add(hit, thousandths(hit.multiplier));
        else { play("wrong"); giveBack(field, code); tell(t("unknown_code", { code })); }
      } catch (error) {
        play("error");
        failed(error);
      }
    });
  };
  useScanner({
    take: () => false,
    unknown: scan,
    isListening: () => Boolean(now.current.from) && !document.querySelector("dialog[open]"),
    home: () => search.current?.focus(),
  });

  useEffect(() => {
    const text = query.trim();
    turn.current += 1;
    const mine = turn.current;
    if (!text || !draft.from) { setFound(null); return undefined; }
    const timer = setTimeout(async () => {
      try {
        const { items } = await ask(text);
        if (mine === turn.current) { setFound(items); setPlace(0); }
      } catch (error) {
        if (mine === turn.current) failed(error);
      }
    }, PAUSE);
    return () => clearTimeout(timer);
  }, [query, draft.from]);

  const choose = (goods) => {
    if (!goods) return;
    const key = add(goods, 0);
    if (key) goTo(key);
  };
  const enter = async () => {
    const text = query.trim();
    if (!text || !now.current.from) return;
    if (found) { choose(found[place]); return; }
    turn.current += 1;
    try {
      const { items } = await ask(text);
      if (items.length) choose(items[0]);
      else { play("wrong"); setFound([]); }
    } catch (error) {
      failed(error);
    }
  };
  const searchKeys = (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const last = (found?.length ?? 1) - 1;
      setPlace((at) => Math.max(0, Math.min(last, at + (event.key === "ArrowDown" ? 1 : -1))));
    } else if (event.key === "Enter" && !event.ctrlKey) {
      event.preventDefault();
      enter();
    } else if (event.key === "Escape") { setQuery(""); setFound(null); }
  };

  const edit = (key, facts) => change(({ lines }) => ({ lines: lines.map((line) => (line.key === key ? { ...line, ...facts } : line)) }));
  const remove = (key) => {
    change(({ lines }) => ({ lines: lines.filter((line) => line.key !== key) }));
    search.current?.focus();
  };

  const send = async () => {
    const { from, to, notes, lines, uuid } = now.current;
    if (busy) return;
    if (!from || !to) { tell(t("choose_branch"), "warn"); document.getElementById(from ? "to" : "from").focus(); return; }
    if (from === to) { tell(t("same_branch"), "warn"); return; }
    if (!lines.length) { tell(t("no_goods"), "warn"); search.current?.focus(); return; }
    const wrong = lines.find((line) => !readAmount(line.text, line.digits));
    if (wrong) {
      tell(t(wrong.digits ? "no_quantity" : "no_whole_quantity"), "warn");
      goTo(wrong.key);
      return;
    }
    setBusy(true);
    const items = lines.map((line) => ({
      product_id: line.id, quantity: plainQuantity(readAmount(line.text, line.digits)), batch_id: line.batch ? Number(line.batch) : null,
    }));
    try {
      const made = await api.post("/api/transfers", {
        client_uuid: uuid, from_branch_id: Number(from), to_branch_id: Number(to), notes: notes.trim() || null, items,
      });
      change({ lines: [], notes: "", uuid: newUuid() });
      if (boot.details_url) {
        location.assign(`${boot.details_url}?id=${made.id}`);
        return;
      }
      tell(t("created", { number: made.number }), "good");
    } catch (error) {
      // The same name for other contents: it was recorded before it was changed.
      if (error.code === "client_uuid_reused") change({ uuid: newUuid() });
      play("error");
      failed(error);
    }
    setBusy(false);
  };
  const sendNow = useRef(send);
  sendNow.current = send;
  useEffect(() => {
    const keys = (event) => {
      if (event.key !== "Enter" || !event.ctrlKey || document.querySelector("dialog[open]")) return;
      event.preventDefault();
      sendNow.current();
    };
    document.addEventListener("keydown", keys);
    return () => document.removeEventListener("keydown", keys);
  }, []);

  const clear = async () => {
    if (!(await window.SmartPOS.confirm({ text: t("clear_question"), label: t("clear_all"), tone: "danger" }))) return;
    change({ lines: [], uuid: newUuid() });
    search.current?.focus();
  };

  const same = draft.from && draft.from === draft.to;
  return html`
    <section class="card transfer-head">
      <${Branches} id="from" label=${t("from")} value=${draft.from} choose=${setFrom} />
      <button type="button" class="btn square swap" aria-label=${t("swap")} title=${t("swap")} onClick=${swap}><${Icon} name="movement" /></button>
      <${Branches} id="to" label=${t("to")} value=${draft.to} choose=${(to) => change({ to })} />
      <div class="field notes"><label for="notes">${t("notes")}</label>
        <input class="input" id="notes" maxlength="1000" value=${draft.notes} onInput=${(event) => change({ notes: event.target.value })} /></div>
      ${same && html`<span class="error"><${Icon} name="warning" /><span>${t("same_branch")}</span></span>`}
    </section>
    <section class="card transfer-goods" aria-label=${t("lines")}>
      <div class="transfer-find">
        <div class="row find-row">
          <div class="input-group grow"><${Icon} name="barcode" />
            <input ref=${search} id="goods-search" class="input big" type="search" autocomplete="off" autofocus enterkeyhint="search"
              role="combobox" aria-expanded=${String(Boolean(found?.length))} aria-controls="goods-found" aria-label=${t("search")}
              placeholder=${draft.from ? t("search") : t("choose_branch")} disabled=${!draft.from} value=${query} onKeyDown=${searchKeys}
              onInput=${(event) => setQuery(event.target.value)} /></div>
          ${hasCamera() && html`<button type="button" class="btn big square camera-button" aria-label=${t("scan_with_camera")}
            title=${t("scan_with_camera")} disabled=${!draft.from} onClick=${() => setCamera(true)}><${Icon} name="image" /></button>`}
        </div>
        ${query.trim() && found && html`<ul class="found" id="goods-found" role="listbox">
          ${found.map((goods, at) => html`<li key=${goods.id} role="option" aria-selected=${String(at === place)}>
            <button type="button" tabindex="-1" onMouseDown=${(event) => event.preventDefault()} onClick=${() => choose(goods)}>
              <span><b>${goods.name}</b><small>${goods.sku}</small></span>
              <span class=${thousandths(goods.available) > 0 ? "there" : "there none-there"}>${showQuantity(thousandths(goods.available))} ${goods.unit}</span>
            </button></li>`)}
          ${!found.length && html`<li class="none">${t("nothing_found")}</li>`}
        </ul>`}
        <p class="sr-only" role="status" aria-live="polite">${said}</p>
      </div>
      ${draft.lines.length === 0
        ? html`<div class="empty"><${Icon} name="truck" /><p>${t("no_goods")}</p></div>`
        : html`<${Lines} lines=${draft.lines} edit=${edit} remove=${remove} next=${() => search.current?.focus()} />`}
      ${draft.lines.length > 0 && html`<div class="card-foot">
        <button type="button" class="btn primary big" disabled=${busy} onClick=${send}><${Icon} name="truck" />${t("enter")}<kbd class="only-wide">Ctrl + Enter</kbd></button>
        <button type="button" class="btn ghost" onClick=${clear}>${t("clear_all")}</button>
      </div>`}
    </section>
    ${camera && html`<${CameraWindow} said=${said} onCode=${(code) => scan(code)} onClose=${() => setCamera(false)} />`}`;
}

function Branches({ id, label, value, choose }) {
  return html`<div class="field"><label for=${id}>${label}</label>
    <select class="input" id=${id} value=${value} onChange=${(event) => choose(event.target.value)}>
      <option value="">${t("choose_branch")}</option>
      ${boot.branches.map((branch) => html`<option key=${branch.id} value=${String(branch.id)}>${branch.name}</option>`)}
    </select></div>`;
}

function Lines({ lines, edit, remove, next }) {
  return html`<div class="table-wrap" tabindex="0" role="region" aria-label=${t("lines")}><table class="table line-table">
    <thead><tr><th scope="col">${t("product")}</th><th scope="col">${t("lot")}</th><th scope="col" class="num">${t("available")}</th>
      <th scope="col" class="num">${t("quantity")}</th><th scope="col"></th></tr></thead>
    <tbody>${lines.map((line) => html`<${Line} key=${line.key} line=${line} edit=${edit} remove=${remove} next=${next} />`)}</tbody>
  </table></div>`;
}

function Line({ line, edit, remove, next }) {
  const amount = readAmount(line.text, line.digits);
  const limit = limitOf(line);
  const short = amount !== null && amount > limit;
  const reserved = thousandths(line.quantity) - thousandths(line.available);
  const keys = (event) => {
    if (event.key !== "Enter" || event.ctrlKey) return;
    event.preventDefault();
    next();
  };
  return html`<tr data-line=${line.id}>
    <td class="wrap"><b>${line.name}</b><small class="muted"> ${line.sku}</small></td>
    <td class="lot">${line.batches.length > 0 && html`<select class="input" aria-label=${t("lot")} value=${line.batch}
      onChange=${(event) => edit(line.key, { batch: event.target.value })}>
      <option value="">${t("any_lot")}</option>
      ${line.batches.map((lot) => html`<option key=${lot.batch_id} value=${String(lot.batch_id)}>
        ${lot.batch_number}${lot.expiration_date ? ` · ${day(lot.expiration_date)}` : ""} · ${showQuantity(thousandths(lot.quantity))}</option>`)}
    </select>`}</td>
    <td class=${`num there${short ? " bad" : ""}`}>${showQuantity(limit)} ${line.unit}
      ${reserved > 0 && !line.batch && html`<small class="muted">${t("reserved", { quantity: showQuantity(reserved) })}</small>`}</td>
    <td class="num qty"><input class="input" data-amount=${line.key} inputmode="decimal" autocomplete="off" aria-label=${`${t("quantity")}: ${line.name}`}
      aria-invalid=${String(short || (line.text !== "" && amount === null))} value=${line.text} title=${short ? t("more_than_there") : ""}
      onKeyDown=${keys} onFocus=${(event) => event.target.select()} onInput=${(event) => edit(line.key, { text: event.target.value })} />
      ${short && html`<small class="bad">${t("more_than_there")}</small>`}</td>
    <td class="num gone"><button type="button" class="btn ghost small square" aria-label=${t("remove", { name: line.name })}
      onClick=${() => remove(line.key)}><${Icon} name="trash" size="small" /></button></td>
  </tr>`;
}

render(html`<${Page} />`, document.getElementById("transfer"));
