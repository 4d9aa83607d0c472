// The card of a parcel: what a click shows.

function card(row, close) {
  const stage = parcels.stage(row);
  const title = parcels.name[row] || parcels.id[row];
  const element = h(
    "section",
    { class: "zq-card", role: "dialog", "aria-label": title, tabindex: "-1" },
    h("button", { class: "zq-close", type: "button", "aria-label": word("close"), click: close }, "×"),
    h("p", { class: "zq-eyebrow" }, [parcels.id[row], parkName(parcels.park(row))].join(" · ")),
    h("h2", {}, title),
    h("p", { class: "zq-chips" },
      stage ? h("span", { class: "zq-chip" }, stageDot(stage), label("stages", stage)) : null,
      h("span", { class: "zq-chip" }, statusText(row))),
    data.match ? fitSection(row) : null,
    areasPart(row),
    constraintsPart(row),
    readinessPart(row),
    utilitiesPart(row),
    groundPart(row),
  );
  shield(element);
  return element;
}

function statusText(row) {
  const status = parcels.status(row);
  const name = status === null ? word("status_unknown") : label("statuses", status);
  const since = parcels.status_since(row);
  return since ? fill("status_since", { status: name, date: since }) : name;
}

function part(title, ...children) {
  return h("div", { class: "zq-part" }, h("h3", {}, title), children);
}

function areasPart(row) {
  const lines = Object.entries(parcels.areas).map(([method, read]) => {
    const value = read(row);
    return h("tr", { class: method === data.basis ? "zq-basis" : null },
      h("th", { scope: "row" }, label("methods", method)),
      data.is_constrained
        ? [value, parcels.usable[method] ? parcels.usable[method](row) : null].map((one) =>
          h("td", {}, area(one), squareMetres(one) ? h("span", { class: "zq-square" }, squareMetres(one)) : null))
        : [h("td", {}, area(value)), h("td", { class: "zq-square" }, squareMetres(value))]);
  });
  const head = data.is_constrained
    ? h("thead", {}, h("tr", {}, h("td"), h("th", { scope: "col" }, word("col_total")), h("th", { scope: "col" }, word("col_usable"))))
    : null;
  const kind = data.is_constrained ? "zq-two-areas" : null;
  return part(word("areas"), h("table", { class: kind }, head, h("tbody", {}, lines)));
}

const squareMetres = (value) =>
  value === null || data.unit.key === "m2" ? "" : `${plainNumber(Number(value.toFixed(2)))} m²`;

function readinessPart(row) {
  const next = data.predicates.find(({ key }) => !parcels.predicates[key].held(row));
  const lines = data.predicates.map(({ key, label: name }) => {
    const predicate = parcels.predicates[key];
    const held = predicate.held(row);
    return h("li", { class: held ? "zq-held" : next && next.key === key ? "zq-next" : "zq-not" },
      h("span", { class: "zq-mark-of", "aria-hidden": "true" }, held ? "✓" : "○"),
      h("div", {}, h("b", {}, name), held ? heldText(predicate, row) : missingText(predicate, row)));
  });
  return part(word("readiness"), h("ul", { class: "zq-ladder" }, lines));
}

function heldText(predicate, row) {
  const [reached, first] = [predicate.reached_on(row), predicate.first_reached_on(row)];
  const text = reached ? fill("reached_on", { date: reached }) : word("reached");
  return h("span", {}, first && first !== reached ? `${text} · ${fill("first_reached_on", { date: first })}` : text);
}

function missingText(predicate, row) {
  const missing = (predicate.missing(row) || []).map((item) => label("items", item));
  const expected = predicate.expected_on(row);
  const first = predicate.first_reached_on(row);
  return [
    missing.length ? h("span", {}, fill("missing", { items: missing.join(word("comma")) })) : null,
    h("span", { class: "zq-expected" },
      expected ? fill("expected_on", { date: expected }) : word("not_planned")),
    first ? h("span", {}, fill("lapsed", { date: first })) : null,
  ];
}

function utilitiesPart(row) {
  const connected = parcels.utilities(row) || [];
  const set = parcels.utility_set(row);
  const chips = connected.map((item) => h("span", { class: "zq-chip" }, label("items", item), capacity(item, row)));
  return part(word("utilities"),
    set ? h("p", {}, fill("set_reached", { set: label("sets", set) })) : null,
    chips.length ? h("p", { class: "zq-chips" }, chips) : h("p", { class: "zq-small" }, word("no_utilities")));
}

function capacity(item, row) {
  const known = data.capacities.find((one) => one.item === item);
  const value = known && parcels.capacities[known.column] ? parcels.capacities[known.column](row) : null;
  return value === null ? null : h("b", {}, ` ${plainNumber(value)} ${known.unit}`);
}

function groundPart(row) {
  const facts = [
    [word("land_class"), parcels.land_class(row)],
    [word("price"), parcels.price(row) === null ? null : fill("price_value", { price: plainNumber(parcels.price(row)) })],
  ].filter(([, value]) => value);
  if (!facts.length) return null;
  return part(word("ground"), h("dl", { class: "zq-facts" },
    facts.map(([name, value]) => [h("dt", {}, name), h("dd", {}, value)])));
}
