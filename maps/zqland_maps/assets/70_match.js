// The panel and the card of a match: the need, the funnel, ranked lots, near misses.

function needSection() {
  return section(word("need"), "need", h("dl", { class: "zq-facts" },
    data.match.need.map(([name, value]) => [h("dt", {}, name), h("dd", {}, value)])));
}

function funnelSection() {
  const { funnel, free } = data.match;
  const line = (text, left, className) =>
    h("li", { class: className },
      h("span", { class: "zq-name" }, text),
      h("span", { class: "zq-left" }, left),
      h("span", { class: "zq-bar" }, h("span", { style: { width: `${free ? (100 * left) / free : 0}%` } })));
  return section(word("funnel"), "funnel", h("ol", {},
    line(fill("free_parcels", { count: free }), free, "zq-all"),
    funnel.filter((step) => step.removed > 0).map((step) => line(step.text, step.left))));
}

function lotsSection() {
  const lots = data.match.lots.map((lot) =>
    h("li", {}, h("button", { type: "button", class: "zq-lot", click: () => chooseById(lot.parcel_id) },
      h("span", { class: "zq-rank" }, lot.rank),
      h("span", { class: "zq-lot-text" },
        h("b", {}, lot.title),
        h("span", {}, [parkName(lot.park_id), lot.area, lot.usable, lot.ready].filter(Boolean).join(" · ")),
        lot.reasons.slice(0, 2).map((reason) => h("span", { class: "zq-why" }, reason))),
      lot.score === null ? null : h("span", { class: "zq-score", title: word("score") }, lot.score))));
  return section(fill("lots", { count: lots.length }), "lots",
    lots.length ? h("ol", {}, lots) : h("p", { class: "zq-small" }, word("no_lots")));
}

function nearSection() {
  if (!data.match.near.length) return null;
  const misses = data.match.near.map((miss) =>
    h("li", {}, h("button", { type: "button", class: "zq-lot zq-near", click: () => chooseById(miss.parcel_id) },
      h("span", { class: "zq-letter" }, miss.letter),
      h("span", { class: "zq-lot-text" },
        h("b", {}, miss.title),
        h("span", {}, [parkName(miss.park_id), miss.area, miss.usable].filter(Boolean).join(" · ")),
        h("span", { class: "zq-why" }, miss.relaxation)))));
  return section(fill("near", { count: misses.length }), "near-list",
    h("p", { class: "zq-small" }, word("near_note")), h("ol", {}, misses));
}

function chooseById(id) {
  if (rowOf.has(id)) choose(rowOf.get(id), { isFar: true });
  if (isPhone()) closePanel();
}

const lotOf = (row) => data.match.lots.find((lot) => lot.parcel_id === parcels.id[row]);
const missOf = (row) => data.match.near.find((miss) => miss.parcel_id === parcels.id[row]);

// Why a parcel fits, or the one thing that keeps it from fitting.
function fitSection(row) {
  const lot = lotOf(row);
  if (lot) {
    return h("div", { class: "zq-part zq-fit" },
      h("h3", {}, h("span", { class: "zq-rank" }, lot.rank),
        lot.score === null ? word("fits") : fill("fits_score", { score: lot.score })),
      h("ul", {}, lot.reasons.map((reason) => h("li", {}, reason))),
      lot.indicators.filter((check) => !lot.reasons.includes(check.text)).map((check) =>
        h("p", { class: `zq-check zq-check-${check.state}` }, check.text)),
      lot.parts.length ? h("div", { class: "zq-parts" }, lot.parts.map(scorePart)) : null);
  }
  const miss = missOf(row);
  if (!miss) return null;
  return h("div", { class: "zq-part zq-miss" }, h("h3", {}, h("span", { class: "zq-letter" }, miss.letter), word("near_miss")), h("p", {}, miss.relaxation));
}

function scorePart(one) {
  const width = one.value === null ? 0 : 100 * one.value;
  return h("div", { class: "zq-score-part" },
    h("span", { class: "zq-name" }, one.label),
    h("span", { class: "zq-bar" }, h("span", { style: { width: `${width}%` } })),
    h("span", { class: "zq-left" }, one.value === null ? "–" : Math.round(width)));
}
