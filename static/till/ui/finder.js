// Finding goods by hand: the search field, categories, tiles and results.

import { hasCamera } from "../camera.js";
import { asked } from "../entry.js";
import { showMoney, showQuantity } from "../money.js";
import { useStore } from "../store.js";
import { t, tn } from "../texts.js";
import { Component, html, Icon, initials, Key, useEffect, useLayoutEffect, useMemo, useRef, useState } from "./kit.js";

const TILES = 60;
const OFTEN = "often";
const ENOUGH_OFTEN = 12;
const OFTEN_SHOWN = 48;

export function Finder({ till }) {
  const { query } = useStore(till.store, ["query", "catalogue"]);
  const results = query.trim() ? till.entry.found(query) : [];
  return html`
    <section class="finder" aria-label=${t("products")}>
      <${SearchField} till=${till} results=${results} />
      ${query.trim() ? html`<${Results} till=${till} results=${results} />` : html`<${Shelf} till=${till} />`}
    </section>`;
}

function SearchField({ till, results }) {
  const { highlighted, query } = useStore(till.store, ["highlighted", "query"]);
  const field = useRef(null);
  useLayoutEffect(() => {
    till.entry.search = field.current;
    till.focusSearch();
  }, []);
  useLayoutEffect(() => {
    if (field.current.value !== query) field.current.value = query;
  }, [query]);
  const open = query.trim() !== "";
  const active = results[highlighted] ? `result-${results[highlighted].id}` : null;
  return html`
    <div class="find">
      <${Icon} name="search" size="large" />
      <input ref=${field} id="search" type="search" role="combobox" autocomplete="off" autocapitalize="off"
        spellcheck="false"
        enterkeyhint="enter" aria-label=${t("search")} placeholder=${t("search_hint")} aria-expanded=${String(open)}
        aria-controls="results" aria-autocomplete="list" aria-activedescendant=${active}
        onInput=${(event) => till.entry.typeQuery(event.target.value)} />
      ${open
        ? html`<button type="button" class="btn ghost square" aria-label=${t("clear_search")}
          onClick=${() => { till.entry.setQuery(""); till.focusSearch(); }}><${Icon} name="x" /></button>`
        : html`<${Key}>F2</${Key}>`}
      ${!open && hasCamera() && html`<button type="button" class="btn ghost square camera-button"
        aria-label=${t("scan_with_camera")} title=${t("scan_with_camera")} onClick=${() => till.open({ name: "camera" })}>
        <${Icon} name="barcode" /></button>`}
    </div>`;
}

function Results({ till, results }) {
  const { highlighted, query, catalogue } = useStore(till.store, ["highlighted", "query", "catalogue"]);
  const list = useRef(null);
  useEffect(() => {
    list.current?.querySelector(".on")?.scrollIntoView({ block: "nearest" });
  }, [highlighted]);
  if (!asked(query).sought) return html`<div class="quiet"><p>${t("quantity_prefix_hint")}</p></div>`;
  if (results.length === 0) {
    return html`
      <div class="quiet" id="results">
        <${Icon} name="search" size="large" />
        <h2>${t("nothing_found")}</h2>
        <p>${catalogue.state === "loading" ? t("still_loading") : t("nothing_found_hint")}</p>
      </div>`;
  }
  return html`
    <ul class="results" id="results" role="listbox" aria-label=${t("search_results")} ref=${list}>
      ${results.map((product, place) => html`
        <li key=${product.id} id=${`result-${product.id}`} role="option" aria-selected=${String(place === highlighted)}
          class=${place === highlighted ? "on" : ""} onClick=${() => till.entry.take(product)}>
          <${Picture} product=${product} />
          <span class="what"><b>${product.name}</b><span class="faint">
            ${[product.sku, product.codes.find(({ code }) => code !== product.sku)?.code].filter(Boolean).join(" · ")}
              </span></span>
          <${Stock} product=${product} />
          <b class="price">${showMoney(product.price)}<span class="faint"> / ${product.unit}</span></b>
        </li>`)}
    </ul>`;
}

function Picture({ product }) {
  return product.image
    ? html`<img class="picture" src=${product.image} alt="" loading="lazy" decoding="async" />`
    : html`<span class=${`picture tint-${(product.categoryId ?? 0) % 4}`} aria-hidden="true">${initials(product.name)}
      </span>`;
}

function Stock({ product }) {
  if (product.stock === null) return html`<span class="stock faint"></span>`;
  const none = product.stock <= 0;
  return html`<span class=${`stock ${none ? "none" : "faint"}`}>
    ${none ? t("not_in_stock") : `${showQuantity(product.stock)} ${product.unit}`}</span>`;
}

function Shelf({ till }) {
  const { catalogue, categories, category } = useStore(till.store, ["catalogue", "categories", "category"]);
  const often = useMemo(() => oftenSold(till), [catalogue.version, categories]);
  const chosen = category ?? (often.length >= ENOUGH_OFTEN ? OFTEN : "all");
  const places = useMemo(
    () => (chosen === OFTEN ? often : shelf(till, chosen, categories)),
    [chosen, catalogue.version, categories, often],
  );
  if (catalogue.state === "loading" && catalogue.version === 0) return html`<${Loading} count=${catalogue.count} />`;
  if (catalogue.state === "failed" && till.catalogue.index.size === 0) return html`<${Failed} till=${till} />`;
  if (till.catalogue.index.size === 0) {
    return html`<div class="quiet"><${Icon} name="product" size="large" /><h2>${t("empty_catalogue")}</h2><p>
      ${t("empty_catalogue_hint")}</p></div>`;
  }
  return html`
    <${Chips} till=${till} chosen=${chosen} often=${often.length >= ENOUGH_OFTEN} categories=${categories} />
    ${places.length === 0
      ? html`<div class="quiet"><${Icon} name="category" size="large" /><p>${t("empty_category")}</p></div>`
      : html`<${Tiles} key=${chosen} till=${till} places=${places} />`}`;
}

/** Places of the products that this till sells most. */
function oftenSold(till) {
  const { index } = till.catalogue;
  const places = till.favourites.ranked.map((id) => index.places.get(id));
  return places.filter((place) => index.products[place]?.active).slice(0, OFTEN_SHOWN);
}

/** The products of a category and of those below it, by name. */
function shelf(till, chosen, categories) {
  const { index } = till.catalogue;
  if (chosen === "all") return index.inOrder();
  const wanted = new Set([chosen]);
  for (let before = 0; before !== wanted.size; ) {
    before = wanted.size;
    for (const { id, parentId } of categories) if (wanted.has(parentId)) wanted.add(id);
  }
  return index.inOrder().filter((place) => wanted.has(index.products[place].categoryId));
}

function Chips({ till, chosen, often, categories }) {
  const known = new Map(categories.map((category) => [category.id, category]));
  const path = [];
  for (let at = known.get(chosen); at; at = known.get(at.parentId)) path.unshift(at.id);
  const top = categories.filter(({ parentId }) => !known.has(parentId));
  const below = path.length ? categories.filter(({ parentId }) => parentId === path[0]) : [];
  const choose = (category) => till.show({ category });
  const chip = (id, name, on) => html`
    <button type="button" key=${id} class=${`chip ${on ? "on" : ""}`} aria-pressed=${String(on)}
      onClick=${() => choose(id)}>${name}</button>`;
  return html`
    <div class="chips" role="group" aria-label=${t("categories")}>
      ${often && chip(OFTEN, t("often_sold"), chosen === OFTEN)}
      ${chip("all", t("all_products"), chosen === "all")}
      ${top.map(({ id, name }) => chip(id, name, path[0] === id))}
    </div>
    ${below.length > 0 && html`
      <div class="chips below" role="group" aria-label=${known.get(path[0]).name}>
        ${chip(path[0], t("everything_in", { name: known.get(path[0]).name }), chosen === path[0])}
        ${below.map(({ id, name }) => chip(id, name, path.includes(id)))}
      </div>`}`;
}

function Tiles({ till, places }) {
  const { products } = till.catalogue.index;
  const [shown, show] = useState(TILES);
  const more = (event) => {
    const { scrollTop, clientHeight, scrollHeight } = event.currentTarget;
    if (shown < places.length && scrollTop + clientHeight > scrollHeight - 600) show(shown + TILES);
  };
  return html`
    <div class="tiles" onScroll=${more}>
      ${places.slice(0, shown).map((place) => html`<${Tile} key=${place} till=${till} product=${products[place]} />`)}
    </div>`;
}

class Tile extends Component {
  shouldComponentUpdate(next) {
    return next.product !== this.props.product;
  }

  render({ till, product }) {
    return html`
      <button type="button" class="tile" onClick=${() => till.entry.choose(product)}>
        <${Picture} product=${product} />
        <span class="n">${product.name}</span>
        <span class="p"><b>${showMoney(product.price)}</b><${Stock} product=${product} /></span>
      </button>`;
  }
}

function Loading({ count }) {
  return html`
    <div class="quiet" role="status">
      <div class="progress"><i></i></div>
      <h2>${t("loading_catalogue")}</h2>
      <p>${count ? tn("products_loaded", count) : t("loading_hint")}</p>
    </div>`;
}

function Failed({ till }) {
  return html`
    <div class="quiet" role="alert">
      <${Icon} name="offline" size="large" />
      <h2>${t("catalogue_failed")}</h2>
      <p>${t("catalogue_failed_hint")}</p>
      <button type="button" class="btn primary" onClick=${() => till.syncCatalogue()}>${t("try_again_button")}</button>
    </div>`;
}
