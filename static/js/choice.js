// Long choices: a hidden input with data-choice-url becomes a field that searches on the server while one types.
// The address answers [[id, text], ...] to ?query=&offset=&limit=. data-choice-text holds the chosen text,
// data-choice-multiple makes it a set (data-choice-json holds [[id, text], ...], the value is ids with commas).

const { texts, icon, element } = window.SmartPOS;
const PAGE = 20;
let counter = 0;

class Choice {
  constructor(hidden) {
    this.hidden = hidden;
    this.multiple = "choiceMultiple" in hidden.dataset;
    this.optional = "choiceOptional" in hidden.dataset;
    this.chosen = new Map(this.multiple ? JSON.parse(hidden.dataset.choiceJson || "[]").map(([id, text]) => [String(id), text]) : []);
    this.text = hidden.dataset.choiceText ?? "";
    this.options = [];
    this.active = -1;
    this.turn = 0;
    this.build();
  }

  build() {
    counter += 1;
    const listId = `choice-list-${counter}`;
    const invalid = this.hidden.getAttribute("aria-invalid");
    this.input = element("input", {
      type: "text", class: "input", role: "combobox", autocomplete: "off", spellcheck: "false", "aria-autocomplete": "list",
      "aria-expanded": "false", "aria-controls": listId, placeholder: this.hidden.dataset.choicePlaceholder, "aria-invalid": invalid,
      "aria-describedby": this.hidden.getAttribute("aria-describedby"), "aria-label": this.hidden.getAttribute("aria-label"),
      id: this.hidden.id || null, disabled: this.hidden.disabled,
    });
    this.hidden.removeAttribute("id");
    this.input.value = this.multiple ? "" : this.text;
    this.list = element("ul", { class: "choice-list", role: "listbox", id: listId, hidden: true });
    this.clear = element("button", { type: "button", class: "choice-clear", "aria-label": texts.clear, hidden: true }, icon("x", "small"));
    this.box = element("div", { class: "choice" }, this.input, this.clear, element("span", { class: "choice-mark" }, icon("chevron-down", "small")), this.list);
    this.tags = element("div", { class: "choice-tags" });
    this.hidden.before(...(this.multiple ? [this.tags] : []), this.box);
    this.drawTags();
    this.showClear();
    this.input.addEventListener("focus", () => this.input.select());
    this.input.addEventListener("click", () => this.search(""));
    this.input.addEventListener("input", () => this.later());
    this.input.addEventListener("keydown", (event) => this.key(event));
    this.input.addEventListener("blur", () => this.leave());
    this.clear.addEventListener("mousedown", (event) => event.preventDefault());
    this.clear.addEventListener("click", () => { this.set("", ""); this.input.focus(); });
    this.list.addEventListener("mousedown", (event) => {
      event.preventDefault();
      const row = event.target.closest("li[data-index]");
      if (row) this.pick(Number(row.dataset.index));
      else if (event.target.closest("li[data-more]")) this.search(this.query, this.options.length);
    });
  }

  later() {
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.search(this.input.value.trim()), 160);
  }

  async search(query, offset = 0) {
    this.query = query;
    this.turn += 1;
    const turn = this.turn;
    if (!offset) { this.options = []; this.draw(texts.searching); }
    const address = new URL(this.hidden.dataset.choiceUrl, window.location.href);
    address.search = new URLSearchParams([...address.searchParams, ["query", query], ["offset", offset], ["limit", PAGE]]);
    let found;
    try {
      const answer = await fetch(address, { headers: { Accept: "application/json" }, credentials: "same-origin" });
      if (!answer.ok) throw new Error(String(answer.status));
      found = await answer.json();
    } catch {
      if (turn === this.turn) this.draw(texts.failed);
      return;
    }
    if (turn !== this.turn) return; // a later keystroke has already asked again
    this.options = [...this.options, ...found.map(([id, text]) => [String(id), text])];
    this.more = found.length === PAGE;
    if (!offset) this.active = query && this.options.length ? 0 : -1;
    this.draw(this.options.length ? "" : texts.nothing);
  }

  draw(note) {
    this.list.replaceChildren(...this.options.map(([id, text], index) => element("li", {
      role: "option", id: `${this.list.id}-${index}`, "data-index": index, "aria-selected": String(index === this.active),
    }, text, this.chosen.has(id) ? " \u2713" : null)));
    if (note) this.list.append(element("li", { class: "note" }, note));
    else if (this.more) this.list.append(element("li", { class: "note", "data-more": true }, texts.more));
    this.list.hidden = false;
    this.input.setAttribute("aria-expanded", "true");
    const below = window.innerHeight - this.box.getBoundingClientRect().bottom;
    this.list.classList.toggle("above", below < 260 && this.box.getBoundingClientRect().top > 300);
    this.mark();
  }

  mark() {
    for (const row of this.list.querySelectorAll("li[data-index]")) {
      const on = Number(row.dataset.index) === this.active;
      row.setAttribute("aria-selected", String(on));
      if (on) row.scrollIntoView({ block: "nearest" });
    }
    if (this.active >= 0) this.input.setAttribute("aria-activedescendant", `${this.list.id}-${this.active}`);
    else this.input.removeAttribute("aria-activedescendant");
  }

  key(event) {
    const open = !this.list.hidden;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!open) { this.search(""); return; }
      const step = event.key === "ArrowDown" ? 1 : -1;
      if (this.more && step === 1 && this.active === this.options.length - 1) { this.search(this.query, this.options.length); return; }
      this.active = Math.max(0, Math.min(this.options.length - 1, this.active + step));
      this.mark();
    } else if (event.key === "Enter" && open) {
      event.preventDefault();
      if (this.active >= 0) this.pick(this.active);
    } else if (event.key === "Escape" && open) {
      event.stopPropagation();
      this.restore();
      this.close();
    } else if (event.key === "Backspace" && this.multiple && !this.input.value && this.chosen.size) {
      this.chosen.delete([...this.chosen.keys()].pop());
      this.store();
    }
  }

  pick(index) {
    const [id, text] = this.options[index];
    if (this.multiple) {
      if (this.chosen.has(id)) this.chosen.delete(id); else this.chosen.set(id, text);
      this.input.value = "";
      this.store();
    } else this.set(id, text);
    this.close();
  }

  set(id, text) {
    this.hidden.value = id;
    this.text = text;
    this.input.value = text;
    this.showClear();
    this.tell();
  }

  store() {
    this.hidden.value = [...this.chosen.keys()].join(",");
    this.drawTags();
    this.tell();
  }

  tell() {
    this.hidden.dispatchEvent(new Event("change", { bubbles: true }));
  }

  drawTags() {
    this.tags.replaceChildren(...[...this.chosen].map(([id, text]) => {
      const remove = element("button", { type: "button", "aria-label": `${texts.remove}: ${text}` }, icon("x", "small"));
      remove.addEventListener("click", () => { this.chosen.delete(id); this.store(); this.input.focus(); });
      return element("span", { class: "chip" }, element("b", {}, text), remove);
    }));
  }

  showClear() {
    this.clear.hidden = this.multiple || !this.optional || !this.hidden.value;
  }

  restore() {
    if (this.multiple) this.input.value = "";
    else if (!this.input.value.trim() && this.optional) { if (this.hidden.value) this.set("", ""); } else this.input.value = this.text;
  }

  leave() {
    window.clearTimeout(this.timer);
    this.turn += 1;
    this.restore();
    this.close();
  }

  close() {
    this.list.hidden = true;
    this.active = -1;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }
}

/** Free words with commas: a text input with data-tags shows them as chips. */
class Tags {
  constructor(hidden) {
    this.hidden = hidden;
    this.words = hidden.value.split(",").map((word) => word.trim()).filter(Boolean);
    this.input = element("input", { type: "text", class: "input", id: hidden.id || null, autocomplete: "off", placeholder: hidden.placeholder || null });
    hidden.removeAttribute("id");
    hidden.type = "hidden";
    this.tags = element("div", { class: "choice-tags" });
    hidden.before(this.tags, this.input);
    this.draw();
    this.input.addEventListener("keydown", (event) => {
      if (event.key === "," || (event.key === "Enter" && this.input.value.trim())) { event.preventDefault(); this.add(); }
      else if (event.key === "Backspace" && !this.input.value) { this.words.pop(); this.draw(); }
    });
    this.input.addEventListener("blur", () => this.add());
  }

  add() {
    for (const word of this.input.value.split(",").map((part) => part.trim()).filter(Boolean)) {
      if (!this.words.includes(word)) this.words.push(word);
    }
    this.input.value = "";
    this.draw();
  }

  draw() {
    const before = this.hidden.value;
    this.hidden.value = this.words.join(",");
    if (before !== this.hidden.value) this.hidden.dispatchEvent(new Event("change", { bubbles: true }));
    this.tags.replaceChildren(...this.words.map((word) => {
      const remove = element("button", { type: "button", "aria-label": `${texts.remove}: ${word}` }, icon("x", "small"));
      remove.addEventListener("click", () => { this.words = this.words.filter((other) => other !== word); this.draw(); this.input.focus(); });
      return element("span", { class: "chip" }, element("b", {}, word), remove);
    }));
  }
}

/** Give the fields inside ``root`` their behaviour; called again for parts added later. */
function enhance(root = document) {
  for (const hidden of root.querySelectorAll("input[data-choice-url]:not([data-ready])")) {
    hidden.dataset.ready = "1";
    new Choice(hidden);
  }
  for (const words of root.querySelectorAll("input[data-tags]:not([data-ready])")) {
    words.dataset.ready = "1";
    new Tags(words);
  }
}

window.SmartPOS.enhance = enhance;
enhance();
