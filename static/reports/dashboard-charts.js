// Lines over time, drawn by Chart.js in the colours of the page. A chart is kept and given new values, never made anew.

const THIN = "\u202f";

// What stands between whole and part in the language of the page.
const POINT = (1.5).toLocaleString(document.documentElement.lang || "uz").replace(/\d/g, "") || ".";

/** 1 234 500 */
export function grouped(value, digits = 0) {
  const [whole, fraction] = Math.abs(value).toFixed(digits).split(".");
  const text = whole.replace(/\B(?=(\d{3})+(?!\d))/g, THIN);
  const sign = value < 0 && Number(whole + (fraction ?? "")) !== 0 ? "\u2212" : "";
  return sign + text + (fraction ? POINT + fraction : "");
}

const compact = new Intl.NumberFormat(document.documentElement.lang || "uz", { notation: "compact", maximumFractionDigits: 1 });

/** 1,2 mln at the edge of a chart: few letters, in the language of the page. */
export function brief(value) {
  return compact.format(value);
}

export const isCalm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

function colours() {
  const style = getComputedStyle(document.documentElement);
  const of = (name) => style.getPropertyValue(name).trim();
  return {
    lines: [of("--accent"), of("--ink-3"), of("--info")],
    fill: of("--accent-soft"),
    text: of("--ink-2"),
    grid: of("--line"),
    card: of("--card"),
    ink: of("--ink"),
  };
}

function dressed(dataset, place, palette) {
  dataset.borderColor = palette.lines[place % palette.lines.length];
  dataset.backgroundColor = place === 0 ? palette.fill : palette.lines[place % palette.lines.length];
  dataset.pointBackgroundColor = dataset.borderColor;
  dataset.pointBorderColor = dataset.borderColor;
  dataset.pointHoverBorderColor = palette.card;
}

function dress(chart) {
  const palette = colours();
  chart.data.datasets.forEach((dataset, place) => dressed(dataset, place, palette));
  const { scales, plugins } = chart.options;
  for (const axis of [scales.x, scales.y]) {
    axis.ticks.color = palette.text;
    axis.grid.color = palette.grid;
    axis.border.color = palette.grid;
  }
  plugins.legend.labels.color = palette.text;
  Object.assign(plugins.tooltip, {
    backgroundColor: palette.ink, titleColor: palette.card, bodyColor: palette.card, borderColor: palette.grid,
  });
}

function dataset(one, place) {
  return {
    label: one.name,
    data: one.values,
    borderWidth: place === 0 ? 2.5 : 1.5,
    borderDash: place === 0 ? [] : [4, 4],
    fill: place === 0 ? "origin" : false,
    tension: 0.3,
    cubicInterpolationMode: "monotone",
    // A value alone has no line to be seen by.
    pointRadius: one.values.filter((value) => value !== null).length === 1 ? 4 : 0,
    order: place === 0 ? 1 : 0,
    pointHoverRadius: 4,
    pointHitRadius: 12,
  };
}

/** Draw lines into a canvas; gives what takes new values: `update({ labels, series })` and `remove()`. */
export function drawLines(canvas, { labels, series }) {
  const { Chart } = globalThis;
  const font = { family: getComputedStyle(document.body).fontFamily, size: 11 };
  const chart = new Chart(canvas, {
    type: "line",
    data: { labels: [...labels], datasets: series.map(dataset) },
    options: {
      responsive: true,
      maintainAspectRatio: false,
      // What is there at first stands still; what changes later moves.
      animation: false,
      animations: { x: { duration: 0 } },
      interaction: { mode: "index", intersect: false },
      scales: {
        x: { ticks: { maxRotation: 0, autoSkipPadding: 14, font }, grid: { display: false }, border: {} },
        y: { beginAtZero: true, ticks: { maxTicksLimit: 6, font, callback: brief }, grid: {}, border: { display: false } },
      },
      plugins: {
        legend: { display: series.length > 1, align: "end", labels: { boxWidth: 18, boxHeight: 1, font: { ...font, size: 12 } } },
        tooltip: { callbacks: { label: (item) => `${item.dataset.label}: ${grouped(item.parsed.y)}` } },
      },
    },
  });
  const recolour = () => {
    dress(chart);
    chart.update("none");
  };
  recolour();
  document.addEventListener("smartpos:theme", recolour);
  const system = matchMedia("(prefers-color-scheme: dark)");
  system.addEventListener("change", recolour);
  return {
    update(next) {
      chart.data.labels = [...next.labels];
      next.series.forEach((one, place) => {
        if (chart.data.datasets[place]) Object.assign(chart.data.datasets[place], dataset(one, place));
        else chart.data.datasets.push(dataset(one, place));
      });
      chart.data.datasets.length = next.series.length;
      dress(chart);
      chart.options.animation = isCalm() ? false : { duration: 400 };
      chart.update();
    },
    remove() {
      document.removeEventListener("smartpos:theme", recolour);
      system.removeEventListener("change", recolour);
      chart.destroy();
    },
  };
}
