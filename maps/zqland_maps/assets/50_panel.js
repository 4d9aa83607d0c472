// The panel: title, search, sections, and where the figures come from.

function panel(map, sections) {
  const body = h("div", { class: "zq-body", id: "zq-body" }, sections);
  const toggle = h(
    "button",
    {
      class: "zq-toggle", type: "button", "aria-expanded": "true", "aria-controls": "zq-body",
      click: () => open(element.classList.contains("zq-closed")),
    },
    word(data.match ? "panel_match" : "panel"),
  );
  const element = h(
    "aside",
    { class: "zq-panel", "aria-label": word(data.match ? "panel_match" : "panel") },
    h("header", { class: "zq-head" },
      h("div", { class: "zq-titles" },
        h("h1", {}, data.facts.title),
        h("p", { class: "zq-sub" }, data.facts.subtitle)),
      toggle),
    data.facts.notes.map((note) => h("p", { class: "zq-note", role: "note" }, note)),
    search(map),
    body,
    h("footer", { class: "zq-foot" }, data.facts.provenance.map((line) => h("p", {}, line)), credit()),
  );
  const open = (isOpen) => {
    element.classList.toggle("zq-closed", !isOpen);
    toggle.setAttribute("aria-expanded", String(isOpen));
  };
  open(!isPhone());
  shield(element);
  return { element, open };
}

// Keeps clicks and wheels on a card from moving the map below it.
function shield(element) {
  L.DomEvent.disableClickPropagation(element);
  L.DomEvent.disableScrollPropagation(element);
}

function credit() {
  if (!data.basemap) return null;
  const link = h(
    "a",
    { href: data.basemap.link, target: "_blank", rel: "noopener" },
    data.basemap.credit,
  );
  return h("p", {}, link);
}

function section(title, name, ...children) {
  return h("section", { class: `zq-section zq-${name}`, "aria-label": title }, h("h2", {}, title), children);
}

// The legend, which is also the switch of the layers by stage.
function legendSection(layers) {
  const rows = data.stages.map((stage) =>
    h("label", { class: "zq-row" },
      checkbox(true, (isOn) => layers.showStage(stage.key, isOn)),
      stageDot(stage.key),
      h("span", { class: "zq-name" }, stage.label),
      h("span", { class: "zq-count" }, fill("parcels_short", { count: stage.count })),
      areaCell(stage)),
  );
  const swatches = h("p", { class: "zq-swatches" },
    h("span", { class: "zq-free" }), word("free_solid"),
    h("span", { class: "zq-taken" }), word("taken_pale"));
  const onlyFree = h("label", { class: "zq-row zq-only" },
    checkbox(false, (isOn) => layers.onlyFree(isOn)),
    h("span", { class: "zq-name" }, word("only_free")),
    h("span", { class: "zq-count" }, fill("parcels_short", { count: data.free.count })),
    areaCell(data.free));
  return section(word("legend"), "legend", rows, swatches, onlyFree,
    data.lacking ? h("p", { class: "zq-small" }, data.lacking) : null,
    data.usable_lacking ? h("p", { class: "zq-small" }, data.usable_lacking) : null);
}

// An area, and below it the usable part where constraint layers were given.
const areaCell = (one) =>
  h("span", { class: "zq-area" }, one.area, one.usable ? h("span", { class: "zq-usable" }, one.usable) : null);

function checkbox(isOn, change) {
  return h("input", {
    type: "checkbox", checked: isOn, change: (event) => change(event.target.checked),
  });
}

// The ledgers: one line for each predicate, never added up.
function ledgerSection() {
  const rows = data.ledgers.map((ledger) => [
    h("div", { class: "zq-row" },
      h("span", { class: "zq-name" }, ledger.label),
      h("span", { class: "zq-count" }, fill("parcels_short", { count: ledger.count })),
      areaCell(ledger)),
    ledger.progress ? progress(ledger) : null,
  ]);
  return section(word("ledgers"), "ledgers", rows, h("p", { class: "zq-small" }, word("ledgers_note")));
}

function progress(ledger) {
  const share = Math.min(100, 100 * ledger.progress.share);
  return h("div", { class: "zq-progress" },
    h("div", {
      class: "zq-bar", role: "progressbar", "aria-valuenow": share.toFixed(1),
      "aria-valuemin": 0, "aria-valuemax": 100, "aria-label": ledger.label,
    }, h("span", { style: { width: `${share}%` } })),
    h("p", { class: "zq-small" }, ledger.progress.text));
}

// Layers by park: a switch and a way there.
function parksSection(map, layers) {
  const rows = data.parks.map((park) =>
    h("div", { class: park.count ? "zq-row" : "zq-row zq-empty" },
      h("input", {
        type: "checkbox", checked: park.count > 0, disabled: park.count === 0, "aria-label": park.label,
        change: (event) => layers.showPark(park.id, event.target.checked),
      }),
      h("button", { class: "zq-link zq-name", type: "button", click: () => goToPark(map, park) },
        park.label),
      h("span", { class: "zq-count" }, fill("parcels_short", { count: park.count })),
      park.count ? areaCell(park) : h("span", { class: "zq-area" }, "–")),
  );
  const all = (isOn) => {
    for (const box of element.querySelectorAll("input:enabled")) {
      if (box.checked !== isOn) box.click();
    }
  };
  const element = section(word("parks"), "parks",
    h("p", { class: "zq-actions" },
      h("button", { class: "zq-link", type: "button", click: () => all(true) }, word("all")),
      h("button", { class: "zq-link", type: "button", click: () => all(false) }, word("none"))),
    rows);
  return element;
}

function goToPark(map, park) {
  const rows = rowsOfPark().get(park.id);
  if (rows) {
    const box = boxOf(parcels.shapes, rows);
    map.flyToBounds(boundsOf(box), { ...padding(map), maxZoom: 15.5, duration: 0.6 });
  } else if (park.place) map.flyTo([park.place[1], park.place[0]], 13, { duration: 0.6 });
  if (isPhone()) closePanel();
}

// Search by number or name of a parcel, or by park.
function search(map) {
  const list = h("ul", { class: "zq-found", id: "zq-found", role: "listbox", "aria-label": word("search") });
  const input = h("input", {
    type: "search", class: "zq-input", placeholder: word("search"), "aria-label": word("search"),
    role: "combobox", "aria-expanded": "false", "aria-controls": "zq-found",
    "aria-autocomplete": "list", autocomplete: "off", spellcheck: "false",
  });
  let found = [];
  let at = -1;
  const show = () => {
    found = input.value.trim() ? find(input.value) : [];
    at = found.length ? 0 : -1;
    draw();
  };
  const draw = () => {
    list.replaceChildren(
      ...found.map((one, place) =>
        h("li", {
          role: "option", id: `zq-found-${place}`, "aria-selected": String(place === at),
          pointerdown: (event) => { event.preventDefault(); take(place); },
        }, h("b", {}, one.title), h("span", {}, one.detail))),
      ...(input.value.trim() && !found.length ? [h("li", { class: "zq-nothing" }, word("nothing_found"))] : []),
    );
    const isOpen = Boolean(input.value.trim());
    list.classList.toggle("zq-open", isOpen);
    input.setAttribute("aria-expanded", String(isOpen));
    if (at >= 0) input.setAttribute("aria-activedescendant", `zq-found-${at}`);
    else input.removeAttribute("aria-activedescendant");
  };
  const clear = () => { input.value = ""; show(); };
  const take = (place) => {
    const one = found[place];
    clear();
    if (!one) return;
    if (one.park) goToPark(map, one.park);
    else choose(one.row, { isFar: true });
  };
  input.addEventListener("input", show);
  input.addEventListener("focus", show);
  input.addEventListener("blur", () => list.classList.remove("zq-open"));
  input.addEventListener("keydown", (event) => {
    const moves = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key in moves && found.length) {
      at = (at + moves[event.key] + found.length) % found.length;
      draw();
      event.preventDefault();
    } else if (event.key === "Enter") take(at);
    else if (event.key === "Escape") { clear(); event.stopPropagation(); }
  });
  return h("div", { class: "zq-search", role: "search" }, input, list);
}

const searchable = lazily(() =>
  parcels.id.map((id, row) => `${id}\u0000${parcels.name[row]}`.toLowerCase()),
);

function find(typed) {
  const sought = typed.trim().toLowerCase();
  const most = 8;
  const found = parks
    .filter((park) => park.id !== null)
    .filter((park) => `${park.id}\u0000${park.label}`.toLowerCase().includes(sought))
    .slice(0, 3)
    .map((park) => ({ park, title: park.label, detail: fill("parcels_short", { count: park.count }) }));
  for (let row = 0; row < parcels.count && found.length < most; row += 1) {
    if (!searchable()[row].includes(sought)) continue;
    const detail = [parcels.name[row], parkName(parcels.park(row)), area(parcelArea(row)), usableText(row)];
    found.push({ row, title: parcels.id[row], detail: detail.filter(Boolean).join(" · ") });
  }
  return found;
}
