// The page of operators: what there is to make on the left, one order with its big buttons on the right.

import { render } from "../vendor/htm-preact.js";
import { CountOutbox as Outbox } from "../stock/count-outbox.js";
import { CameraWindow, hasCamera, html, Icon, keepIcons, newUuid, useEffect, useRef, useScanner, useState } from "../stock/kit.js";
import { Api } from "../till/api.js";
import { thousandths } from "../till/money.js";
import { play } from "../till/sounds.js";
import { t, useTexts } from "../till/texts.js";
import { begin, Completing } from "./floor-completing.js";
import { Order } from "./floor-order.js";
import { Bar, Pills, shown, Timer, whenText } from "./floor-parts.js";
import { asTold, deliver, Drafts, ordersOfCode } from "./floor-work.js";

const boot = JSON.parse(document.getElementById("boot").textContent);
useTexts(boot);

const api = new Api({ csrf: boot.csrf });
const me = { id: boot.user_id, name: boot.user_name };
const drafts = new Drafts(localStorage, me.id);
const NEWS = 15000; // milliseconds between two looks at the list
const RETRY = 5000;
const SOON = 150;
const now = () => api.now();

/** What the address says is open: a reload must not lose it. */
const asked = () => Number(new URLSearchParams(location.search).get("order")) || null;
const signInUrl = () => `${boot.login_url}?next=${encodeURIComponent(boot.page_url + location.search)}`;

/** A refusal as a sentence, and the lines of it where there are several. */
function told(error) {
  if (!error.status) return { text: t("no_network"), lines: [] };
  const lines = (error.body.lines ?? []).map(({ name, requested, available }) => `${name}: ${shown(requested)} / ${shown(available)}`);
  const fields = error.body.errors && Object.values(error.body.errors).flat().filter((one) => typeof one === "string");
  return { text: fields?.length ? fields.join(" ") : error.message, lines };
}

function Page() {
  const [facts, setFacts] = useState({ orders: null, machines: [], failed: false });
  const [details, setDetails] = useState({}); // by the order's id
  const [chosen, setChosen] = useState(asked);
  const [mine, setMine] = useState(!boot.sees_all);
  const [completing, setCompleting] = useState(null); // {id, draft, trouble}
  const [trouble, setTrouble] = useState({}); // by the order's id: what was refused just now
  const [busy, setBusy] = useState(false);
  const [camera, setCamera] = useState(false);
  const [said, setSaid] = useState("");
  const [, redraw] = useState(0);
  const current = useRef({});
  const outbox = useRef(null);
  const soon = useRef(0);
  const taking = useRef(false);
  const refusals = useRef({}); // what the server said to a step, until the step is looked at
  outbox.current ??= new Outbox({
    storage: localStorage,
    key: `smartpos-floor-${me.id}`,
    send: async (step) => {
      try {
        return await deliver(api, step);
      } catch (error) {
        if (error.status) refusals.current[step.client_uuid] = told(error);
        throw error;
      }
    },
    onChange: () => redraw((turn) => turn + 1),
    // What has arrived late changes what the list says.
    onSent: () => { if (taking.current) return; clearTimeout(soon.current); soon.current = setTimeout(() => current.current.look(), SOON); },
  });
  const box = outbox.current;
  const look = async () => {
    try {
      const found = await api.get("/api/production-floor");
      setFacts({ ...found, failed: false });
      if (box.halted) box.reached();
    } catch (error) {
      if (error.status === 401) box.halted = "signed_out";
      else if (!error.status) box.halted ??= "offline";
      setFacts((known) => ({ ...known, failed: true }));
    }
    if (current.current.chosen) await lookAt(current.current.chosen);
  };
  current.current = { chosen, look };
  const lookAt = async (id) => {
    try {
      const found = await api.get(`/api/production-floor/${id}`);
      setDetails((known) => ({ ...known, [id]: found }));
    } catch (error) {
      if (error.status !== 404) return;
      // Somebody else has taken it, or it was never there.
      setDetails((known) => ({ ...known, [id]: null }));
      if (current.current.chosen === id) choose(null);
    }
  };

  useEffect(() => {
    look();
    const timers = [setInterval(look, NEWS), setInterval(() => { if (box.waiting.length) box.flush(); }, RETRY)];
    const back = () => { box.flush(); look(); };
    const walked = () => setChosen(asked());
    const seen = () => { if (!document.hidden) back(); };
    window.addEventListener("online", back);
    window.addEventListener("popstate", walked);
    document.addEventListener("visibilitychange", seen);
    return () => {
      timers.forEach(clearInterval);
      window.removeEventListener("online", back);
      window.removeEventListener("popstate", walked);
      document.removeEventListener("visibilitychange", seen);
    };
  }, []);
  useEffect(() => { if (chosen) lookAt(chosen); }, [chosen]);

  const choose = (id) => {
    setChosen(id);
    const address = new URL(location.href);
    if (id) address.searchParams.set("order", id);
    else address.searchParams.delete("order");
    if (address.href !== location.href) history.pushState(null, "", address);
    if (id) requestAnimationFrame(() => document.querySelector(".floor-detail")?.scrollTo(0, 0));
  };
  const tell = (text, tone = "info") => {
    setSaid(text);
    window.SmartPOS.toast(text, tone);
  };

  const steps = box.entries;
  const known = facts.orders ?? [];
  const single = chosen && details[chosen]?.order && !known.some(({ id }) => id === chosen) ? [details[chosen].order] : [];
  const orders = [...known, ...single].map((order) => asTold(order, steps, me));
  const order = orders.find(({ id }) => id === chosen) ?? null;

  /** Keep a step and send it; what became of it: sent, waiting or refused. */
  const take = async (act, subject, body, saying) => {
    setBusy(true);
    setTrouble((all) => ({ ...all, [subject.id]: null }));
    const step = {
      client_uuid: newUuid(), act, order_id: subject.id, number: subject.number, name: subject.product, unit: subject.unit,
      at: now().toISOString(), body,
    };
    taking.current = true;
    box.add(step);
    await box.flush();
    taking.current = false;
    const left = box.entries.find(({ client_uuid: uuid }) => uuid === step.client_uuid);
    let outcome = "sent";
    if (!left) {
      play(act === "complete" ? "paid" : "added");
      tell(saying, "good");
    } else if (left.state === "refused") {
      outcome = "refused";
      box.drop(step.client_uuid);
      play("wrong");
      setTrouble((all) => ({ ...all, [subject.id]: refusals.current[step.client_uuid] ?? { text: left.reason } }));
    } else {
      outcome = "waiting";
      // The strip above says it for as long as it is so.
      play("attention");
      setSaid(t(box.halted === "signed_out" ? "signed_out" : "kept_waiting"));
    }
    await look();
    setBusy(false);
    return outcome;
  };
  const act = (what, body = {}) => take(what, order, body, t(what === "start" ? "started" : "paused", { name: order.product }));

  const openCompleting = (subject, draft = null) => {
    const kept = draft ?? drafts.read(subject.id);
    if (kept && !draft) window.SmartPOS.toast(t("kept"), "info");
    setTrouble((all) => ({ ...all, [subject.id]: null }));
    setCompleting({ id: subject.id, draft: { ...begin(subject), ...kept } });
  };
  const changeDraft = (draft) => {
    drafts.keep(completing.id, draft);
    setCompleting({ ...completing, draft });
  };
  const complete = async ({ body, good, scrap }) => {
    const subject = orders.find(({ id }) => id === completing.id);
    const values = { quantity: shown(body.quantity), unit: subject.unit, scrap: shown(body.scrapped) };
    const outcome = await take("complete", subject, body, t(scrap ? "recorded_scrap" : "recorded", values));
    if (outcome === "refused") return;
    drafts.forget(subject.id);
    setCompleting(null);
    if (good + scrap < thousandths(subject.left) && !body.finish) return;
    document.querySelector(".floor-detail h2")?.focus({ preventScroll: true });
  };

  const open = (found, code) => {
    if (!found.length) return false;
    if (found.length > 1) tell(t("scan_many"), "info");
    play("added");
    choose(found[0].id);
    setSaid(found[0].product);
    setCamera(false);
    return Boolean(code);
  };
  const unknown = async (code) => {
    try {
      const { order_ids: ids } = await api.get("/api/production-floor/find", { code });
      if (ids.length) { play("added"); choose(ids[0]); setCamera(false); return; }
    } catch {
      // Without the network only what is at hand can be found.
    }
    play("wrong");
    tell(t("scan_unknown", { code }), "warn");
  };
  const scanned = (code) => open(ordersOfCode(code, orders, facts.machines), code);
  useScanner({
    take: (code, undo) => {
      if (!scanned(code)) return false;
      undo();
      return true;
    },
    unknown,
    isListening: () => !document.querySelector("dialog[open]"),
    home: () => {},
  });

  const keys = useRef(null);
  keys.current = (event) => {
    if (document.querySelector("dialog[open]") || event.ctrlKey || event.altKey || event.metaKey) return;
    const button = { F2: '[data-act="start"], [data-act="pause"]', F4: '[data-act="complete"]' }[event.key];
    if (button) {
      event.preventDefault();
      document.querySelector(button)?.click();
    } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && event.target.closest?.(".floor-list")) {
      event.preventDefault();
      const all = [...document.querySelectorAll(".floor-list [data-open]")];
      const step = event.key === "ArrowDown" ? 1 : -1;
      all[Math.min(all.length - 1, Math.max(0, all.indexOf(document.activeElement) + step))]?.focus();
    }
  };
  useEffect(() => {
    const heard = (event) => keys.current(event);
    document.addEventListener("keydown", heard);
    return () => document.removeEventListener("keydown", heard);
  }, []);

  const changed = (text) => { if (text) tell(text, "good"); look(); };
  const subject = completing && orders.find(({ id }) => id === completing.id);
  const listed = mine ? orders.filter(({ whose }) => whose !== "other") : orders;
  return html`
    <div class=${`floor ${order ? "has-order" : ""}`}>
      <${Strip} box=${box} orders=${orders} again=${(step) => {
        box.drop(step.client_uuid);
        choose(step.order_id);
        const about = orders.find(({ id }) => id === step.order_id);
        if (step.act === "complete" && about) openCompleting(about, drafts.read(about.id) ?? asDraft(step.body));
      }} />
      <section class="floor-list" aria-label=${t("my_orders")}>
        <header><h2>${t(mine ? "my_orders" : "shown_all")}</h2>
          ${boot.sees_all && html`<button type="button" class="btn small" aria-pressed=${String(mine)} onClick=${() => setMine(!mine)}>
            <${Icon} name=${mine ? "users" : "user"} size="small" />${t(mine ? "all" : "mine")}</button>`}
          ${hasCamera() && html`<button type="button" class="btn square" aria-label=${t("scan_with_camera")} title=${t("scan_with_camera")} onClick=${() => setCamera(true)}>
            <${Icon} name="barcode" /></button>`}
          <button type="button" class="btn square" aria-label=${t("try_again")} title=${t("try_again")} onClick=${look}><${Icon} name="refresh" /></button></header>
        <${List} orders=${listed} facts=${facts} chosen=${chosen} choose=${choose} again=${look} />
      </section>
      <section class="floor-detail" aria-live="off">
        ${order
          ? html`<${Order} key=${order.id} order=${order} details=${details[order.id]} machines=${facts.machines} me=${me} now=${now} trouble=${completing ? null : trouble[order.id]}
              busy=${busy} act=${act} complete=${() => openCompleting(order)} close=${() => choose(null)} api=${api} changed=${changed}
              mayOperate=${boot.may_operate} pauseReasons=${boot.pause_reasons} />`
          : html`<div class="empty floor-none"><${Icon} name="factory" /><h2>${t("choose_order")}</h2><p>${t("choose_order_hint")}</p></div>`}
      </section>
      <p class="sr-only" role="status" aria-live="polite">${said}</p>
      ${subject && html`<${Completing} order=${subject} details=${details[subject.id]} draft=${completing.draft} change=${changeDraft} send=${complete} busy=${busy}
        trouble=${trouble[subject.id]} reasons=${boot.scrap_reasons} onClose=${() => setCompleting(null)} />`}
      ${camera && html`<${CameraWindow} said=${said} onCode=${(code) => { if (!scanned(code)) unknown(code); }} onClose=${() => setCamera(false)} />`}
    </div>`;
}

/** What was sent and refused, as it stood in the window. */
function asDraft(body) {
  const plain = (text) => String(text ?? "").replace(/\.?0+$/, "").replace(".", ",");
  const known = body.scrap_reason && boot.scrap_reasons.includes(body.scrap_reason);
  return {
    good: plain(body.quantity), scrap: thousandths(body.scrapped) ? plain(body.scrapped) : "", finish: body.finish, qc: body.qc_passed ?? null,
    qcNotes: body.qc_notes ?? "", lot: body.batch_number ?? null, expires: body.expiration_date ?? null,
    reason: body.scrap_reason ? (known ? body.scrap_reason : "") : null, otherReason: known ? "" : body.scrap_reason ?? "",
    materials: Object.fromEntries((body.materials ?? []).map((one) => [one.product_id, plain(one.quantity)])),
  };
}

function List({ orders, facts, chosen, choose, again }) {
  if (facts.orders === null) {
    return facts.failed
      ? html`<div class="empty"><${Icon} name="offline" /><h2>${t("list_failed")}</h2><div class="row"><button type="button" class="btn" onClick=${again}>${t("try_again")}</button></div></div>`
      : html`<p class="muted floor-starting" role="status">${t("loading")}</p>`;
  }
  const open = orders.filter(({ status }) => !["completed", "cancelled"].includes(status));
  const done = orders.filter(({ status }) => status === "completed");
  return html`
    ${open.length === 0 && html`<div class="empty"><${Icon} name="check" /><h2>${t("nothing_mine")}</h2><p>${t("nothing_mine_hint")}</p></div>`}
    <ul>${open.map((order) => html`<${Tile} key=${order.id} order=${order} on=${order.id === chosen} choose=${choose} />`)}</ul>
    ${done.length > 0 && html`<h3>${t("done_today")}</h3><ul class="done">${done.map((order) => html`<${Tile} key=${order.id} order=${order} on=${order.id === chosen} choose=${choose} />`)}</ul>`}`;
}

function Tile({ order, on, choose }) {
  const when = order.planned_start_at ?? order.due_at;
  return html`<li><button type="button" class=${`floor-tile ${order.since ? "running" : ""} ${order.is_late ? "is-late" : ""}`} data-open=${order.id}
    aria-current=${on ? "true" : null} onClick=${() => choose(order.id)}>
    <span class="row"><b class="grow">${order.product}</b><span class="amount">${shown(order.completed)} / ${shown(order.quantity)} ${order.unit}</span></span>
    <${Bar} order=${order} />
    <span class="row facts-row"><span class="muted grow">${order.number}${order.machine && ` · ${order.machine}`}${when && ` · ${whenText(when)}`}${order.whose === "team" ? ` · ${t("team")}` : ""}${order.whose === "other" ? ` · ${order.operator}` : ""}</span>
      ${order.since && html`<${Timer} order=${order} now=${now} />`}</span>
    <span class="row"><${Pills} order=${order} />${order.since && order.worker_id !== me.id && html`<span class="pill"><${Icon} name="user" size="small" />${order.worker}</span>`}</span>
  </button></li>`;
}

/** What waits, what was refused later on, and why nothing is sent now. */
function Strip({ box, orders, again }) {
  const { waiting, refused, halted } = box;
  const name = (step) => `${t(step.act)} · ${step.number}`;
  if (!waiting.length && !refused.length && !halted && !box.unkept) return null;
  return html`<div class="floor-strip">
    ${halted === "offline" && html`<span class="pill bad" role="status"><${Icon} name="offline" size="small" />${t(waiting.length ? "kept_waiting" : "no_network")}</span>`}
    ${waiting.map((step) => html`<span class="pill warn" key=${step.client_uuid} data-waiting=${step.act}><${Icon} name="clock" size="small" />${name(step)}: ${t("waits")}</span>`)}
    ${halted === "signed_out" && html`<div class="alert warn" role="alert"><${Icon} name="warning" /><div>${t("signed_out")} <a class="btn small primary" href=${signInUrl()}>${t("sign_in")}</a></div></div>`}
    ${box.unkept && html`<div class="alert warn"><${Icon} name="warning" /><div>${t("not_kept")}</div></div>`}
    ${refused.map((step) => html`<div class="alert bad" role="alert" key=${step.client_uuid} data-refused=${step.act}><${Icon} name="warning" />
      <div class="grow">${t("refused", { what: `${name(step)} · ${step.name}` })}<br />${step.reason}</div>
      ${step.act === "complete" && orders.some(({ id }) => id === step.order_id) && html`<button type="button" class="btn small" onClick=${() => again(step)}>${t("open_again")}</button>`}
      <button type="button" class="btn small" onClick=${() => box.drop(step.client_uuid)}>${t("discard")}</button></div>`)}
  </div>`;
}

keepIcons().then(() => render(html`<${Page} />`, document.getElementById("floor")));
