// Receiving a transfer: scan or type what has arrived, line by line; a note where it is not what was sent.

import { render } from "../vendor/htm-preact.js";
import { Api } from "../till/api.js";
import { plainQuantity, showQuantity, thousandths } from "../till/money.js";
import { play } from "../till/sounds.js";
import { day, t, useTexts } from "../till/texts.js";
import { CameraWindow, hasCamera, html, Icon, readAmount, useEffect, useRef, useScanner, useState } from "./kit.js";

const boot = JSON.parse(document.getElementById("boot").textContent);
useTexts(boot);

const api = new Api({ csrf: boot.csrf });
const KEY = `smartpos-transfer-receive-${boot.user_id}-${boot.transfer.id}`;

function readCounts() {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? "{}") ?? {};
  } catch {
    return {};
  }
}

function keepCounts(counts) {
  try {
    localStorage.setItem(KEY, JSON.stringify(counts));
  } catch {
    // They are on the screen, then, and nowhere else.
  }
}

/** A quantity as a person would type it. */
function typed(value) {
  return plainQuantity(value).replace(/\.?0+$/, "").replace(".", ",");
}

// What was sent in parts of a unit may arrive so, whatever the unit.
for (const line of boot.lines) if (thousandths(line.sent) % 10 ** (3 - line.digits)) line.digits = 3;

/** What has arrived of a line in thousandths, or null before it is known. */
function arrivedOf(line, counts) {
  const text = counts[line.key]?.text ?? "";
  return text === "" ? null : readAmount(text, line.digits);
}

function Page() {
  const [counts, setState] = useState(readCounts);
  const [query, setQuery] = useState("");
  const [camera, setCamera] = useState(false);
  const [said, setSaid] = useState("");
  const [last, setLast] = useState(null);
  const [busy, setBusy] = useState(false);
  const [notice, setNotice] = useState(null);
  const now = useRef(counts);
  const search = useRef(null);

  const change = (id, facts) => {
    now.current = { ...now.current, [id]: { text: "", note: "", ...now.current[id], ...facts } };
    keepCounts(now.current);
    setState(now.current);
    setNotice(null);
  };
  // Not a toast: on a phone it would lie upon the button.
  const tell = (text, tone = "info") => {
    setSaid(text);
    setNotice({ text, tone });
  };

  useEffect(() => {
    if (Object.keys(counts).length) window.SmartPOS.toast(t("kept"), "info");
  }, []);
  useEffect(() => {
    if (last !== null) document.querySelector(`[data-line="${last}"]`)?.scrollIntoView({ block: "nearest" });
  }, [last, counts]);

  /** So many base units more of a line; never less than nothing. */
  const more = (line, units) => {
    const value = Math.max(0, (arrivedOf(line, now.current) ?? 0) + units);
    change(line.key, { text: typed(value) });
    setLast(line.key);
    setSaid(`${line.name}: ${showQuantity(value)} ${line.unit}`);
  };

  /** A code was scanned: of the lines that it means, the first that is not full takes it. */
  const take = (code, undo = () => {}) => {
    const meant = boot.lines.filter((line) => line.sku === code || line.codes.some(({ barcode }) => barcode === code));
    if (!meant.length) return false;
    undo();
    const line = meant.find((one) => (arrivedOf(one, now.current) ?? 0) < thousandths(one.sent)) ?? meant.at(-1);
    const units = thousandths(line.codes.find(({ barcode }) => barcode === code)?.multiplier ?? "1");
    play("added");
    setQuery("");
    more(line, units);
    return true;
  };
  const unknown = (code) => {
    play("wrong");
    tell(t("not_in_transfer", { code }), "info");
  };
  useScanner({
    take,
    unknown,
    isListening: () => !document.querySelector("dialog[open]"),
    home: () => search.current?.focus(),
  });
  const searchKeys = (event) => {
    if (event.key === "Escape") setQuery("");
    if (event.key !== "Enter" || event.ctrlKey || !query.trim()) return;
    event.preventDefault();
    if (take(query.trim())) return;
    if (shown.length) {
      setQuery("");
      const field = document.querySelector(`[data-amount="${shown[0].key}"]`);
      field?.focus();
      field?.select();
    } else unknown(query.trim());
  };

  const everything = async () => {
    const left = boot.lines.filter((line) => arrivedOf(line, now.current) === null);
    if (left.length && left.length < boot.lines.length
      && !(await window.SmartPOS.confirm({ text: t("all_question"), label: t("all_arrived") }))) return;
    for (const line of left) change(line.key, { text: typed(thousandths(line.sent)) });
  };

  const counted = boot.lines.filter((line) => arrivedOf(line, counts) !== null);
  const different = counted.filter((line) => arrivedOf(line, counts) !== thousandths(line.sent));

  const send = async () => {
    if (busy) return;
    const missing = boot.lines.find((line) => arrivedOf(line, now.current) === null);
    if (missing) {
      tell(t("still_to_count"), "warn");
      document.querySelector(`[data-amount="${missing.key}"]`)?.focus();
      return;
    }
    const differ = boot.lines.filter((line) => arrivedOf(line, now.current) !== thousandths(line.sent));
    if (differ.length && !(await window.SmartPOS.confirm({
      text: t("difference_question", { count: differ.length }), label: t("receive") }))) return;
    setBusy(true);
    // Of a line in several lots all are told: goods without a lot would otherwise stand for the line as a whole.
    const lines = new Set(differ.map((line) => line.id));
    const items = boot.lines.filter((line) => lines.has(line.id)).map((line) => ({
      line_id: line.id, product_id: line.product_id, batch_id: line.batch_id,
      received: plainQuantity(arrivedOf(line, now.current)), note: now.current[line.key].note.trim() || null,
    }));
    try {
      await api.post(`/api/transfers/${boot.transfer.id}/complete`, { items });
      localStorage.removeItem(KEY);
      if (boot.details_url) location.assign(boot.details_url);
      else {
        window.SmartPOS.toast(t("received"), "good");
        document.getElementById("transfer").replaceChildren();
      }
      return;
    } catch (error) {
      play("error");
      tell(error.status ? error.message : t("no_network"), "bad");
    }
    setBusy(false);
  };

  const words = query.trim().toLowerCase().split(/\s+/).filter(Boolean);
  const shown = words.length
    ? boot.lines.filter((line) => words.every((word) => `${line.name} ${line.sku ?? ""} ${line.lot ?? ""}`.toLowerCase().includes(word)))
    : boot.lines;
  return html`
    <div class="card transfer-find unloading-find">
      <div class="row find-row">
        <div class="input-group grow"><${Icon} name="barcode" />
          <input ref=${search} id="goods-search" class="input big" type="search" autocomplete="off" autofocus enterkeyhint="search"
            aria-label=${t("search")} placeholder=${t("search")} value=${query} onKeyDown=${searchKeys} onInput=${(event) => setQuery(event.target.value)} /></div>
        ${hasCamera() && html`<button type="button" class="btn big square camera-button" aria-label=${t("scan_with_camera")}
          title=${t("scan_with_camera")} onClick=${() => setCamera(true)}><${Icon} name="image" /></button>`}
      </div>
      <div class="row unloading-state">
        <span class=${`pill ${counted.length === boot.lines.length ? "good" : "info"}`}>${t("counted_of", { count: counted.length, all: boot.lines.length })}</span>
        ${different.length > 0 && html`<span class="pill warn">${t("differs")}: ${different.length}</span>`}
        <span class="grow"></span>
        <button type="button" class="btn small" disabled=${counted.length === boot.lines.length} onClick=${everything}><${Icon} name="check" size="small" />${t("all_arrived")}</button>
      </div>
      <p class="sr-only" role="status" aria-live="polite">${said}</p>
    </div>
    <ul class="card list unloading" aria-label=${t("lines")}>
      ${shown.map((line) => html`<${Line} key=${line.key} line=${line} count=${counts[line.key]} isLast=${line.key === last}
        change=${(facts) => change(line.key, facts)} more=${(units) => more(line, units)} next=${() => search.current?.focus()} />`)}
      ${!shown.length && html`<li class="muted">${t("nothing_found")}</li>`}
    </ul>
    <div class="form-actions">
      ${notice && html`<p class=${`unloading-notice ${notice.tone}`}><${Icon} name=${notice.tone === "info" ? "info" : "warning"} />${notice.text}</p>`}
      <button type="button" class="btn primary big" disabled=${busy} onClick=${send}><${Icon} name="inbox" />${t("receive")}</button>
    </div>
    ${camera && html`<${CameraWindow} said=${said} onClose=${() => setCamera(false)} onCode=${(code) => { if (!take(code)) unknown(code); }} />`}`;
}

function Line({ line, count, isLast, change, more, next }) {
  const text = count?.text ?? "";
  const arrived = text === "" ? null : readAmount(text, line.digits);
  const sent = thousandths(line.sent);
  const difference = arrived === null ? 0 : arrived - sent;
  const keys = (event) => {
    if (event.key !== "Enter" || event.ctrlKey) return;
    event.preventDefault();
    if (difference && !count?.note) document.querySelector(`[data-note="${line.key}"]`)?.focus();
    else next();
  };
  const tone = arrived === null ? "" : difference === 0 ? "right" : "wrong";
  return html`<li class=${`${tone}${isLast ? " last" : ""}`} data-line=${line.key}>
    <div class="what"><b>${line.name}</b>
      <small>${line.sku}${line.lot ? ` · ${t("lot_number", { number: line.lot })}` : line.is_split ? ` · ${t("without_lot")}` : ""}${line.expires ? ` · ${day(line.expires)}` : ""}</small>
      <small class="sent">${t("sent", { quantity: showQuantity(sent), unit: line.unit })}</small></div>
    <div class="amount">
      <button type="button" class="btn square" aria-label=${t("less")} disabled=${!arrived} onClick=${() => more(-1000)}><${Icon} name="minus" /></button>
      <input class="input" data-amount=${line.key} inputmode="decimal" autocomplete="off" aria-label=${`${t("quantity")}: ${line.name}`}
        aria-invalid=${String(text !== "" && arrived === null)} value=${text} onKeyDown=${keys} onFocus=${(event) => event.target.select()}
        onInput=${(event) => change({ text: event.target.value })} />
      <button type="button" class="btn square" aria-label=${t("more")} onClick=${() => more(1000)}><${Icon} name="plus" /></button>
      <button type="button" class="btn square full" aria-label=${`${t("arrived_in_full")}: ${line.name}`} title=${t("arrived_in_full")}
        aria-pressed=${String(arrived === sent)} onClick=${() => change({ text: typed(sent) })}><${Icon} name="check" /></button>
    </div>
    ${difference !== 0 && html`<div class="difference">
      <span class="pill warn">${t(difference < 0 ? "missing" : "too_many", { quantity: `${showQuantity(Math.abs(difference))} ${line.unit}` })}</span>
      <input class="input" data-note=${line.key} maxlength="500" aria-label=${`${t("note")} ${line.name}`} placeholder=${t("note_hint")} value=${count?.note ?? ""}
        onKeyDown=${(event) => { if (event.key === "Enter" && !event.ctrlKey) { event.preventDefault(); next(); } }}
        onInput=${(event) => change({ note: event.target.value })} /></div>`}
  </li>`;
}

render(html`<${Page} />`, document.getElementById("transfer"));
