// Pictures of figures: a [data-chart] holds a canvas and, as JSON, {kind: line | bar | stacked, labels, series: [{label,
// unit, values, texts, tone?}]}. Colours come from the tokens, in light and dark. vendor/chart.js must be on the page before.

const Chart = window.Chart;
const TONES = ["--accent", "--warn", "--info", "--bad", "--ink-3", "--good"];
const FONT = 12;
const LONGEST_LABEL = 16;
const drawn = new Map();

const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** A colour of the tokens (they are all written as #rrggbb) that lets what is behind it shine through. */
function faded(colour, opacity) {
  const byte = Math.round(opacity * 255).toString(16).padStart(2, "0");
  return /^#[0-9a-f]{6}$/i.test(colour) ? colour + byte : colour;
}

// What stands between whole and part in the language of the page.
const POINT = (1.5).toLocaleString(document.documentElement.lang || "uz").replace(/\d/g, "") || ".";

/** Numbers on an axis, with thin spaces between thousands. */
function grouped(value) {
  const digits = Math.abs(value) < 10 && !Number.isInteger(value) ? 2 : 0;
  const [whole, fraction] = Math.abs(value).toFixed(digits).split(".");
  const text = whole.replace(/\B(?=(\d{3})+(?!\d))/g, "\u202f") + (fraction ? POINT + fraction : "");
  return (value < 0 ? "\u2212" : "") + text;
}

/** A label that leaves room for its neighbours; the tooltip has it in full. */
function shortened(label) {
  return label.length > LONGEST_LABEL ? `${label.slice(0, LONGEST_LABEL - 1).trimEnd()}\u2026` : label;
}

function options(data, { compact }) {
  const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  const stacked = data.kind === "stacked";
  const ink = token("--ink-2");
  const lines = token("--line");
  return {
    responsive: true,
    maintainAspectRatio: false,
    animation: still ? false : { duration: 250 },
    interaction: { mode: "index", intersect: false },
    layout: { padding: 0 },
    plugins: {
      legend: {
        display: data.series.length > 1,
        position: "bottom",
        labels: { color: ink, boxWidth: 12, boxHeight: 12, font: { size: FONT } },
      },
      tooltip: {
        backgroundColor: token("--ink"),
        titleColor: token("--card"),
        bodyColor: token("--card"),
        padding: 10,
        cornerRadius: 6,
        callbacks: {
          label: (item) => `${item.dataset.label}: ${item.dataset.texts[item.dataIndex]}`,
        },
      },
    },
    scales: {
      x: {
        stacked,
        grid: { display: false },
        border: { color: lines },
        ticks: {
          color: ink,
          maxRotation: 0,
          autoSkipPadding: 14,
          font: { size: FONT },
          display: !compact,
          callback: (value) => shortened(data.labels[value] ?? ""),
        },
      },
      y: {
        stacked,
        beginAtZero: true,
        grid: { color: lines },
        border: { display: false },
        ticks: { color: ink, maxTicksLimit: 6, font: { size: FONT }, callback: grouped },
      },
    },
  };
}

function datasets(data) {
  return data.series.map((one, place) => {
    const colour = token(one.tone ?? TONES[place % TONES.length]);
    const common = { label: one.label, data: one.values, texts: one.texts, borderColor: colour };
    if (data.kind !== "line") {
      return { ...common, backgroundColor: colour, borderWidth: 0, borderRadius: 3, maxBarThickness: 44 };
    }
    return {
      ...common,
      backgroundColor: faded(colour, 0.12),
      fill: data.series.length === 1,
      borderWidth: 2,
      cubicInterpolationMode: "monotone",
      pointRadius: one.values.length > 40 ? 0 : 3,
      pointHoverRadius: 5,
      pointBackgroundColor: colour,
      spanGaps: true,
    };
  });
}

/** Draw, or draw anew, one picture; ``data`` replaces what the page brought. */
export function draw(box, data = null) {
  if (!Chart) return null;
  const canvas = box.querySelector("canvas");
  const known = data ?? JSON.parse(box.querySelector("script[type='application/json']").textContent);
  drawn.get(box)?.chart.destroy();
  const chart = new Chart(canvas, {
    type: known.kind === "line" ? "line" : "bar",
    data: { labels: known.labels, datasets: datasets(known) },
    options: options(known, { compact: "compact" in box.dataset }),
  });
  drawn.set(box, { chart, data: known });
  box.dataset.drawn = "1";
  return chart;
}

function drawAgain() {
  for (const [box, { data }] of drawn) draw(box, data);
}

if (Chart) Chart.defaults.font.family = token("--font");
for (const box of document.querySelectorAll("[data-chart]")) draw(box);
document.addEventListener("smartpos:theme", drawAgain);
window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAgain);
window.addEventListener("beforeprint", () => { for (const { chart } of drawn.values()) chart.resize(); });
