// The admin panel: filters in words, selected rows, lines inside a form.

const { element, icon, enhance, texts } = window.SmartPOS;

// --- Filters -------------------------------------------------------------------------------------------------
const dataElement = document.getElementById("filter-data");

class Filters {
  constructor(data) {
    this.data = data;
    this.pop = document.getElementById("filter-pop");
    this.add = document.getElementById("filter-add");
    this.opener = null;
    this.add.addEventListener("click", () => this.toggle(this.add, () => this.choose()));
    for (const button of document.querySelectorAll("[data-filter-edit]")) {
      const position = Number(button.dataset.filterEdit);
      button.addEventListener("click", () => this.toggle(button, () => this.editActive(position)));
    }
    document.addEventListener("mousedown", (event) => {
      if (!this.pop.hidden && !event.target.closest("#filters")) this.close();
    });
    this.pop.addEventListener("keydown", (event) => {
      if (event.key === "Escape") { event.stopPropagation(); this.close(true); }
    });
  }

  toggle(opener, show) {
    const same = this.opener === opener && !this.pop.hidden;
    this.close();
    if (same) return;
    this.opener = opener;
    opener.setAttribute("aria-expanded", "true");
    this.pop.hidden = false;
    show();
    if (window.matchMedia("(min-width: 641px)").matches) {
      const place = opener.closest(".chip") ?? opener;
      const room = this.pop.offsetParent.clientWidth - this.pop.offsetWidth;
      this.pop.style.left = `${Math.max(0, Math.min(place.offsetLeft, room))}px`;
    }
  }

  close(refocus = false) {
    this.pop.hidden = true;
    this.opener?.setAttribute("aria-expanded", "false");
    if (refocus) this.opener?.focus();
  }

  choose() {
    this.pop.classList.remove("editing");
    const list = element("ul");
    for (const group of this.data.groups) {
      const button = element("button", { type: "button" }, group.label);
      button.addEventListener("click", () => this.edit(group, group.filters[0], "", "", null));
      list.append(element("li", {}, button));
    }
    this.pop.replaceChildren(list);
    list.querySelector("button")?.focus();
    list.addEventListener("keydown", (event) => {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (!step) return;
      event.preventDefault();
      const all = [...list.querySelectorAll("button")];
      all[(all.indexOf(document.activeElement) + step + all.length) % all.length].focus();
    });
  }

  editActive(position) {
    const active = this.data.active[position];
    for (const group of this.data.groups) {
      const found = group.filters.find((filter) => filter.arg === active.arg);
      if (found) { this.edit(group, found, active.value, active.text, position); return; }
    }
  }

  edit(group, filter, value, text, position) {
    const say = this.data.texts;
    this.pop.classList.add("editing");
    const form = element("form", { class: "stack" });
    const operation = element("select", { class: "input", "aria-label": group.label },
      ...group.filters.map((one, index) => element("option", { value: index, selected: one === filter }, one.operation)));
    const slot = element("div");
    const place = (chosen, given, shown) => {
      slot.replaceChildren(this.control(chosen, given, shown));
      enhance(slot);
      slot.querySelector("input:not([type=hidden]), select")?.focus();
    };
    let current = filter;
    operation.addEventListener("change", () => {
      const next = group.filters[Number(operation.value)];
      const kept = next.control === current.control && !next.options.length ? slot.querySelector("[data-value]")?.value ?? "" : "";
      current = next;
      place(next, kept, "");
    });
    const buttons = element("div", { class: "row" });
    if (position === null) {
      const back = element("button", { type: "button", class: "btn small ghost" }, say.back);
      back.addEventListener("click", () => this.choose());
      buttons.append(back);
    }
    buttons.append(element("button", { class: "btn small primary" }, say.apply));
    form.append(element("div", { class: "filter-title" }, icon("filter", "small"), group.label));
    if (group.filters.length > 1) form.append(operation);
    form.append(slot, buttons);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const entered = slot.querySelector("[data-value]").value.trim();
      if (entered) this.go(current.arg, entered, position);
    });
    this.pop.replaceChildren(form);
    place(filter, value, text);
  }

  control(filter, value, text) {
    if (filter.control === "choice") {
      return element("div", {}, element("input", {
        type: "hidden", "data-value": true, "data-choice-url": filter.url, "data-choice-text": text, value, "aria-label": this.data.texts.value,
      }));
    }
    if (filter.options.length) {
      return element("select", { class: "input", "data-value": true, "aria-label": this.data.texts.value },
        ...filter.options.map(([key, label]) => element("option", { value: key, selected: key === value }, label)));
    }
    const type = filter.control === "date" ? "date" : "text";
    return element("input", {
      class: "input", type, value, "data-value": true, maxlength: "200", autocomplete: "off",
      inputmode: filter.control === "number" ? "decimal" : null, "aria-label": this.data.texts.value,
    });
  }

  go(arg, value, position) {
    const address = new URL(this.data.base, window.location.href);
    const all = this.data.active.map((one) => [one.arg, one.value]);
    if (position === null) all.push([arg, value]);
    else all[position] = [arg, value];
    all.forEach(([name, entered], index) => address.searchParams.set(`flt${index}_${name}`, entered));
    window.location.assign(address);
  }
}

if (dataElement) new Filters(JSON.parse(dataElement.textContent));

// --- Selected rows -------------------------------------------------------------------------------------------
const selection = document.getElementById("selection");
if (selection) {
  const boxes = [...document.querySelectorAll('input[name="rowid"]')];
  const all = document.getElementById("select-all");
  const count = selection.querySelector("[data-selection-count]");
  let last = null;

  const show = () => {
    const chosen = boxes.filter((box) => box.checked).length;
    selection.hidden = chosen === 0;
    count.textContent = count.dataset.text.replace("{count}", chosen);
    all.checked = chosen === boxes.length;
    all.indeterminate = chosen > 0 && chosen < boxes.length;
  };
  all.addEventListener("change", () => { for (const box of boxes) box.checked = all.checked; show(); });
  for (const box of boxes) {
    box.addEventListener("click", (event) => {
      if (event.shiftKey && last) {
        const [from, to] = [boxes.indexOf(last), boxes.indexOf(box)].sort((a, b) => a - b);
        for (const between of boxes.slice(from, to + 1)) between.checked = box.checked;
      }
      last = box;
      show();
    });
  }
  for (const button of selection.querySelectorAll("[data-mass-action]")) {
    button.addEventListener("click", () => { selection.elements.action.value = button.dataset.massAction; });
  }
  show();
}

// --- Lines inside a form -------------------------------------------------------------------------------------
function addLine(block) {
  const list = block.querySelector(":scope > .inline-field-list");
  const next = Math.max(-1, ...[...list.children].map((line) => Number(line.id.split("-").pop()) || 0)) + 1;
  const prefix = `${block.id}-${next}`;
  const line = block.querySelector(":scope > template[data-inline-template]").content.firstElementChild.cloneNode(true);
  line.id = prefix;
  line.classList.add("fresh");
  for (const field of line.querySelectorAll("[name]")) {
    for (const attribute of ["id", "name"]) {
      const before = field.getAttribute(attribute) ?? "";
      field.setAttribute(attribute, before ? `${prefix}-${before}` : prefix);
    }
  }
  for (const label of line.querySelectorAll("label[for]")) label.htmlFor = `${prefix}-${label.htmlFor}`;
  list.append(line);
  enhance(line);
  line.querySelector("input:not([type=hidden]), select, textarea")?.focus();
}

document.addEventListener("click", (event) => {
  const add = event.target.closest("[data-inline-add]");
  if (add) addLine(add.closest("[data-inline]"));
  const remove = event.target.closest("[data-inline-remove]");
  if (remove) remove.closest("[data-inline-line]").remove();
});
document.addEventListener("change", (event) => {
  if (event.target.matches('[data-inline-line] input[name^="del-"]')) {
    event.target.closest("[data-inline-line]").classList.toggle("leaving", event.target.checked);
  }
  if (event.target.matches("[data-goto]")) window.location.assign(event.target.value);
});

// The slash goes to the search field, as in other tables.
document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, textarea, select, [contenteditable]")) return;
  const field = document.querySelector('[data-hotkey="/"]');
  if (field) { event.preventDefault(); field.focus(); field.select(); }
});

// After a refused save the first field that needs attention gets the focus.
document.querySelector('.admin-form [aria-invalid="true"]')?.focus();
