// What the recipe takes for what is typed stands in the empty fields of the materials.

const form = document.getElementById("complete-form");
const point = form.dataset.point;

const read = (text) => Number(text.replace(/[\s\u00a0\u202f]/g, "").replace(",", ".")) || 0;
const shown = (value) => String(Math.round(value * 1000) / 1000).replace(".", point);

function propose() {
  const made = read(form.elements.quantity.value) + read(form.elements.scrapped.value);
  const whole = Number(form.dataset.whole);
  const fills = Number(form.dataset.before) + made >= whole;
  for (const input of form.querySelectorAll("[data-planned]")) {
    const planned = Number(input.dataset.planned);
    const rest = Math.max(0, planned - Number(input.dataset.used));
    input.placeholder = shown(fills ? rest : (planned * made) / whole);
  }
}

form.addEventListener("input", propose);
propose();
