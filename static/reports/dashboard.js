// A dashboard: draws its widgets from what stands in the page, and asks for new figures while somebody looks.

import { html, render, useEffect, useLayoutEffect, useRef, useState } from "../vendor/htm-preact.js";

import { drawLines, grouped, isCalm } from "./dashboard-charts.js";

const boot = JSON.parse(document.getElementById("boot").textContent);
const { texts } = boot;
const SPRITE = new URL("../icons.svg", import.meta.url).href;
const COUNTING = 500;

/** A figure that counts up to what it has become. */
function Figure({ value, shown }) {
  const [text, setText] = useState(shown);
  const last = useRef(value);
  useEffect(() => {
    const from = last.current;
    last.current = value;
    if (from === value || isCalm() || document.hidden) {
      setText(shown);
      return undefined;
    }
    const began = performance.now();
    let turn = 0;
    const step = (now) => {
      const part = Math.min(1, (now - began) / COUNTING);
      setText(part < 1 ? grouped(Math.round(from + (value - from) * (1 - (1 - part) ** 3))) : shown);
      if (part < 1) turn = requestAnimationFrame(step);
    };
    turn = requestAnimationFrame(step);
    return () => cancelAnimationFrame(turn);
  }, [value, shown]);
  return html`<span aria-hidden="true">${text}</span><span class="sr-only">${shown}</span>`;
}

/** An element that leads on when there is where to. */
function Way({ href, className, children }) {
  return href ? html`<a class=${className} href=${href}>${children}</a>` : html`<div class=${className}>${children}</div>`;
}

/** How small a figure has to be set to stay on one line, by the number of its characters. */
function lengthOf(shown) {
  if (shown.length > 13) return "longest";
  return shown.length > 9 ? "long" : "";
}

function Tile({ label, value, shown, note, link, change, tone }) {
  return html`<${Way} href=${link} className="tile-body">
    <span class="tile-label">${label}</span>
    <span class=${`tile-value ${tone} ${lengthOf(shown)}`} title=${shown}><${Figure} value=${value} shown=${shown} /></span>
    <span class="tile-note">
      ${change && html`<b class=${change.tone} title=${change.against}>${change.text}<span class="sr-only"> ${change.against}</span></b>`}
      ${change && note && " \u00b7 "}${note}
    </span>
  <//>`;
}

function Head({ title, link, note }) {
  return html`<header class="widget-head">
    <h2>${title}</h2>
    ${link && html`<a class="more" href=${link} aria-label=${`${texts.report}: ${title}`}>${texts.report}<svg class="icon small" aria-hidden="true"><use href=${`${SPRITE}#chevron-right`} /></svg></a>`}
    ${note && html`<p class="muted">${note}</p>`}
  </header>`;
}

function Empty({ text }) {
  return html`<p class="nothing">${text}</p>`;
}

/** A bar whose length is set through the object model, which the policy for styles allows. */
function Bar({ share }) {
  const bar = useRef(null);
  useLayoutEffect(() => { bar.current.style.width = `${share * 100}%`; }, [share]);
  return html`<span class="bar" aria-hidden="true"><i ref=${bar}></i></span>`;
}

function Bars({ title, link, rows, empty }) {
  return html`<${Head} title=${title} link=${link} />
    ${rows.length ? html`<ol class="bars-rows">${rows.map((row) => html`<li key=${row.label}><${Way} href=${row.link} className="bars-row">
        <span class="what"><b>${row.label}</b>${row.note && html`<small>${row.note}</small>`}</span>
        <span class="num">${row.shown}</span>
        <${Bar} share=${row.share} />
      <//></li>`)}</ol>` : html`<${Empty} text=${empty} />`}`;
}

function Rows({ title, link, rows, empty }) {
  return html`<${Head} title=${title} link=${link} />
    ${rows.length ? html`<ul class="word-rows">${rows.map((row) => html`<li key=${row.label + row.note}><${Way} href=${row.link} className="word-row">
        <span class="what"><b>${row.label}</b>${row.note && html`<small>${row.note}</small>`}</span>
        ${row.shown && html`<span class=${row.tone ? `pill ${row.tone}` : "num"}>${row.shown}</span>`}
      <//></li>`)}</ul>` : html`<${Empty} text=${empty} />`}`;
}

function Lines({ title, link, labels, series, empty }) {
  const canvas = useRef(null);
  const chart = useRef(null);
  const facts = JSON.stringify([labels, series]);
  useEffect(() => {
    if (empty || !canvas.current) return;
    if (chart.current) chart.current.update({ labels, series });
    else chart.current = drawLines(canvas.current, { labels, series });
  }, [facts, empty]);
  useEffect(() => () => {
    chart.current?.remove();
    chart.current = null;
  }, [Boolean(empty)]);
  return html`<${Head} title=${title} link=${link} />
    ${empty ? html`<${Empty} text=${empty} />` : html`<div class="canvas-wrap"><canvas ref=${canvas} role="img" aria-label=${title}></canvas></div>
      <details class="as-table"><summary>${texts.as_table}</summary><div class="table-wrap"><table class="table">
        <thead><tr><th></th>${series.map((one) => html`<th class="num" key=${one.name}>${one.name}</th>`)}</tr></thead>
        <tbody>${labels.map((label, place) => html`<tr key=${label}><th scope="row">${label}</th>
          ${series.map((one) => html`<td class="num" key=${one.name}>${one.values[place] === null ? "\u2013" : grouped(one.values[place])}</td>`)}</tr>`)}</tbody>
      </table></div></details>`}`;
}

const STEPS = 5;

function Heat({ title, note, link, columns, rows, empty }) {
  return html`<${Head} title=${title} link=${link} note=${note} />
    ${empty ? html`<${Empty} text=${empty} />` : html`${columns.length > 16 && html`<p class="sideways">${texts.sideways}</p>`}<div class="table-wrap"><table class=${`heat-map${columns.length > 16 ? " many" : ""}`}>
      <thead><tr><th></th>${columns.map((one) => html`<th scope="col" key=${one}>${one}</th>`)}</tr></thead>
      <tbody>${rows.map((row) => html`<tr key=${row.label}><th scope="row">${row.label}</th>
        ${row.cells.map((cell, place) => html`<td key=${columns[place]} class=${`heat-${Math.ceil(cell.share * STEPS)}`}
          title=${`${row.label} ${columns[place]}:00 \u00b7 ${cell.shown}`}><span class="sr-only">${cell.shown}</span></td>`)}</tr>`)}</tbody>
    </table></div>`}`;
}

const KINDS = { tile: Tile, bars: Bars, rows: Rows, lines: Lines, heat: Heat };

function Widget(facts) {
  return html`<section class=${`card widget ${facts.kind} ${facts.size ?? ""}`} data-key=${facts.id}>
    <${KINDS[facts.kind]} ...${facts} />
  </section>`;
}

function Board({ widgets }) {
  const drawn = (isWanted) => widgets.filter(isWanted).map((one) => html`<${Widget} ...${one} id=${one.key} key=${one.key} />`);
  return html`<div class="tiles">${drawn((one) => one.kind === "tile")}</div>
    <div class="cards">${drawn((one) => one.kind !== "tile")}</div>`;
}

const board = document.getElementById("board");
const live = document.getElementById("live");

function show(widgets) {
  render(html`<${Board} widgets=${widgets} />`, board);
}

function tell(isLive) {
  live.className = `pill live ${isLive ? "good" : "warn"}`;
  live.textContent = isLive ? texts.live : texts.away;
  if (isLive) live.title = texts.updated.replace("{time}", new Date().toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", second: "2-digit" }));
}

let stamp = `"${boot.stamp}"`;
let isAsking = false;

/** Ask whether anything has changed; nothing is drawn when nothing has. */
async function ask() {
  if (isAsking || document.hidden) return;
  isAsking = true;
  try {
    const answer = await fetch(boot.url, {
      headers: { "If-None-Match": stamp, Accept: "application/json" }, cache: "no-store", credentials: "same-origin",
    });
    // Whoever was signed out is led to where one signs in.
    if (answer.redirected || answer.status === 401) {
      location.reload();
      return;
    }
    if (answer.status === 200) {
      const { widgets } = await answer.json();
      stamp = answer.headers.get("ETag") ?? "";
      show(widgets);
    }
    tell(answer.ok || answer.status === 304);
  } catch {
    tell(false);
  } finally {
    isAsking = false;
  }
}

board.replaceChildren();
show(boot.widgets);
tell(true);
setInterval(ask, boot.seconds * 1000);
document.addEventListener("visibilitychange", ask);
addEventListener("online", ask);
document.querySelector("[data-sends-itself]")?.addEventListener("change", (event) => event.currentTarget.submit());
