// The printed sheet: one A4 page with a map drawn for paper.

// A view of a box that fills a frame, with some room around.
function frameView(box, width, height, room) {
  const least = 6e-6; // about 240 m, so that one small lot is not blown up
  const across = Math.max(box[2] - box[0], least) * (1 + room);
  const down = Math.max(box[3] - box[1], (least * height) / width) * (1 + room);
  const scale = Math.min(width / across, height / down);
  const middle = [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2];
  const left = middle[0] * scale - width / 2;
  const top = middle[1] * scale - height / 2;
  return {
    scale, left, top, width, height,
    box: [left / scale, top / scale, (left + width) / scale, (top + height) / scale],
    at: (x, y) => [x * scale - left, y * scale - top],
  };
}

function pathOf(shapes, members, view) {
  const pieces = [];
  const path = {
    move: (x, y) => pieces.push(`M${x.toFixed(1)} ${y.toFixed(1)}`),
    line: (x, y) => pieces.push(`L${x.toFixed(1)} ${y.toFixed(1)}`),
    close: () => pieces.push("Z"),
  };
  for (const shape of members) trace(path, null, shapes, shape, view);
  return pieces.join("");
}

function paperMap(view, groups, styles, marks) {
  const inView = [...Array(districts.shapes.count).keys()].filter((row) =>
    isInView(districts.shapes, row, view));
  const drawn = styles
    .filter(([group]) => groups.has(group))
    .map(([group, style]) => svg("path", {
      d: pathOf(parcels.shapes, groups.get(group), view), fill: style.fill || "none",
      stroke: style.line, "stroke-width": style.width || 0.8,
      "stroke-dasharray": style.dash ? style.dash.join(" ") : null,
    }));
  return svg("svg", { class: "zq-paper", viewBox: `0 0 ${view.width} ${view.height}` },
    svg("rect", { width: view.width, height: view.height, fill: colours.water }),
    svg("path", { d: pathOf(districts.shapes, inView, view), fill: colours.ground, stroke: colours.border }),
    drawn, paperConstraints(view), marks, scaleBar(view), northArrow(view));
}

// A bar of a round length; Mercator stretches lengths by 1 / cos(latitude).
function scaleBar(view) {
  const latitude = latOf((view.box[1] + view.box[3]) / 2);
  const metre = (view.scale / 40075016.7) / Math.cos((latitude * Math.PI) / 180);
  const wished = (view.width * 0.2) / metre;
  const power = 10 ** Math.floor(Math.log10(wished));
  const length = [5, 2, 1].find((step) => step * power <= wished) * power;
  const [x, y] = [14, view.height - 16];
  const text = length >= 1000 ? `${length / 1000} km` : `${length} m`;
  return svg("g", { class: "zq-scale" },
    svg("rect", { x: x - 6, y: y - 18, width: length * metre + 12, height: 26, fill: "#fff", "fill-opacity": 0.8 }),
    svg("path", { d: `M${x} ${y - 5}V${y}H${x + length * metre}V${y - 5}`, fill: "none", stroke: colours.ink, "stroke-width": 1.4 }),
    svg("text", { x: x + (length * metre) / 2, y: y - 6, "text-anchor": "middle", "font-size": 11 }, text));
}

function northArrow(view) {
  const x = view.width - 22;
  return svg("g", {},
    svg("path", { d: `M${x} 12L${x + 7} 34L${x} 29L${x - 7} 34Z`, fill: colours.ink }),
    svg("text", { x, y: 46, "text-anchor": "middle", "font-size": 11, "font-weight": 700 }, "N"));
}

function paperNumber({ point, width, text }) {
  const { x, y } = point;
  return svg("g", {},
    svg("rect", { x: x - width / 2, y: y - 10, width, height: 20, rx: 10, fill: colours.match, stroke: "#fff", "stroke-width": 1.5 }),
    svg("text", { x, y: y + 4.5, class: "zq-paper-number", "text-anchor": "middle" }, text));
}

const frameOf = (view) => [4, 4, view.width - 4, view.height - 4];

function districtMarks(view, taken) {
  return districts.labels.map(([lon, lat], row) => {
    const [x, y] = view.at(worldX(lon), worldY(lat));
    const half = textWidth(districts.names[row], 12) / 2 + 6;
    const place = [x - half, y - 12, x + half, y + 4];
    const frame = frameOf(view);
    const isOut = place[0] < frame[0] || place[1] < frame[1] || place[2] > frame[2] || place[3] > frame[3] - 20;
    if (isOut || taken.some((other) => overlaps(place, other))) return null;
    taken.push(place);
    return svg("text", { x, y, class: "zq-paper-name", "text-anchor": "middle" }, districts.names[row]);
  });
}

function nameBeside(view, taken, group, text) {
  const size = L.point(textWidth(text, 11) + 8, 15);
  const room = roomFor(taken, frameOf(view), { ...group, ...group.point }, size);
  return room
    ? svg("text", { x: room[0], y: room[1] + 4, class: "zq-paper-park", "text-anchor": "middle" }, text)
    : null;
}

function sheetFrame(kind, ...children) {
  return h("section", { class: `zq-sheet zq-sheet-${kind}`, "aria-hidden": "true" },
    h("header", {},
      h("div", {}, h("h1", {}, data.facts.title), h("p", {}, data.facts.subtitle)),
      h("p", { class: "zq-stamp" }, word("stamp"))),
    data.facts.notes.map((note) => h("p", { class: "zq-note" }, note)),
    children,
    h("footer", {}, data.facts.provenance.map((line) => h("p", {}, line))));
}

function reserveSheet(map, look) {
  const bounds = map.getBounds();
  const box = [worldX(bounds.getWest()), worldY(bounds.getNorth()), worldX(bounds.getEast()), worldY(bounds.getSouth())];
  // The key of the constraint layers takes its lines from the map.
  const view = frameView(box, 760, data.constraints ? 596 - 16 * Math.ceil(data.constraints.layers.length / 2) : 596, 0);
  const taken = [];
  const parkMarks = paperRings(view, taken, look.isShown);
  return sheetFrame("reserve",
    h("div", { class: "zq-two" },
      h("div", { class: "zq-beside" },
        paperMap(view, groupsInView(parcels, view, look.groupOf), look.styles, [parkMarks, districtMarks(view, taken)]),
        paperConstraintKey()),
      h("div", {}, paperLegend(), paperLedgers(), paperParks())));
}

const short = (count) => fill("parcels_short", { count });
const figures = (dot, name, one) =>
  h("tr", {}, h("th", { scope: "row" }, dot, name), h("td", {}, short(one.count)),
    h("td", {}, one.area), one.usable_area ? h("td", {}, one.usable_area) : null);
const paperTable = (title, rows, head) => [h("h2", {}, title), h("table", {}, head, h("tbody", {}, rows))];

// Names of the columns of areas, once: the tables below have the same.
const paperHead = () => data.is_constrained
  ? h("thead", {}, h("tr", {}, h("td", { colspan: 2 }), h("td", {}, word("col_total")), h("td", {}, word("col_usable"))))
  : null;

function paperLegend() {
  return [
    paperTable(word("legend"), data.stages.map((stage) => figures(stageDot(stage.key), stage.label, stage)), paperHead()),
    h("p", { class: "zq-swatches" },
      h("span", { class: "zq-free" }), word("free_solid"), h("span", { class: "zq-taken" }), word("taken_pale")),
    data.lacking ? h("p", { class: "zq-small" }, data.lacking) : null,
    data.usable_lacking ? h("p", { class: "zq-small" }, data.usable_lacking) : null,
  ];
}

function paperLedgers() {
  const rows = data.ledgers.map((ledger) => [
    figures(null, ledger.label, ledger),
    ledger.progress ? h("tr", {}, h("td", { colspan: 4, class: "zq-small" }, ledger.progress.text)) : null,
  ]);
  return [paperTable(word("ledgers"), rows), h("p", { class: "zq-small" }, word("ledgers_note"))];
}

const PARKS_ON_PAPER = 14;

function paperParks() {
  const most = parks.filter((park) => park.count).slice(0, PARKS_ON_PAPER);
  return most.length ? paperTable(word("parks"), most.map((park) => figures(null, fitted(park.label, 11, data.is_constrained ? 92 : 130), park))) : null;
}

function paperRings(view, taken, isShown) {
  const items = parkItems(isShown, view.scale, (x, y) => L.point(...view.at(x, y)));
  const inView = items.filter((item) => item.point.x > 0 && item.point.y > 0 && item.point.x < view.width && item.point.y < view.height);
  const groups = joined(inView.filter((item) => item.side < LEGIBLE), (members) => 0.8 * ringReach(members));
  taken.push(...groups.map(placeOf));
  const rings = groups.map((group) => {
    const facts = ringFacts(group);
    const ring = stageRing(facts.shares, group.reach);
    ring.setAttribute("x", group.point.x - group.reach - 2);
    ring.setAttribute("y", group.point.y - group.reach - 2);
    return [ring, nameBeside(view, taken, group, fitted(facts.text, 11, 150))];
  });
  const names = inView.filter((item) => item.side >= LEGIBLE).map((item) => {
    const [x, y] = view.at((item.box[0] + item.box[2]) / 2, item.box[1]);
    return nameBeside(view, taken, { point: L.point(x, y - 10), reach: 0 }, parkName(item.park));
  });
  return [rings, names];
}

const LOTS_ON_PAPER = 6;

function matchSheet(look) {
  const lots = data.match.lots.filter((lot) => rowOf.has(lot.parcel_id));
  const near = data.match.near.filter((miss) => rowOf.has(miss.parcel_id));
  const rows = (lots.length ? lots : near).map((one) => rowOf.get(one.parcel_id));
  const view = frameView(boxOf(parcels.shapes, rows) || cityBox(), 760, 340, 0.35);
  const taken = [];
  const numbers = [paperNumbers(view, taken), lots.length ? null : paperLetters(view, taken)];
  return sheetFrame("match",
    data.match.need.length
      ? h("div", { class: "zq-need-line" }, data.match.need.map(([name, value]) => h("span", {}, h("i", {}, name), value)))
      : null,
    paperMap(view, groupsInView(parcels, view, look.groupOf), look.styles, [numbers, districtMarks(view, taken)]),
    paperConstraintKey(),
    lots.length ? lotTable(lots.slice(0, LOTS_ON_PAPER)) : [
      h("p", { class: "zq-none" }, word("no_lots")),
      near.length ? nearTable(near.slice(0, LOTS_ON_PAPER)) : null,
    ],
    lots.length > LOTS_ON_PAPER
      ? h("p", { class: "zq-small" }, fill("more_lots", { count: lots.length - LOTS_ON_PAPER })) : null,
    h("div", { class: "zq-two zq-below" }, paperFunnel(), lots.length ? paperNear() : null));
}

function paperNumbers(view, taken) {
  const middle = (low, high) => (low + high) / 2;
  const items = lotItems((row) => {
    const box = parcels.shapes.box.subarray(4 * row, 4 * row + 4);
    return L.point(...view.at(middle(box[0], box[2]), middle(box[1], box[3])));
  });
  const groups = joined(items, (members) => 0.8 * numberReach(members));
  const pills = groups.map((group) => pillOf(group, 10));
  taken.push(...pills.map(placeOf));
  return pills.map((group) => {
    const parksHere = [...new Set(group.members.map((member) => parcels.park(member.row)))];
    const name = parksHere.length === 1 ? nameBeside(view, taken, group, fitted(parkName(parksHere[0]), 11, 150)) : null;
    return [paperNumber(group), name];
  });
}

// A small plan of a lot among its neighbours.
function lotPlan(row, fillColour, line) {
  const box = parcels.shapes.box.subarray(4 * row, 4 * row + 4);
  const view = frameView(box, 96, 64, 0.9);
  const groups = groupsInView(parcels, view, (parcel) => (parcel === row ? "lot" : "other"));
  const draw = (members, inside, edge) => svg("path", {
    d: pathOf(parcels.shapes, members || [], view), fill: inside, stroke: edge, "stroke-width": 0.8,
  });
  return svg("svg", { class: "zq-plan", viewBox: "0 0 96 64" },
    draw(groups.get("other"), colours.other_ground, "#fff"),
    draw(groups.get("lot"), fillColour, line));
}

function lotTable(lots) {
  return planTable(["rank", "plan", "lot", "area", "ready", "why"],
    lots.map((lot) => h("tr", {},
      h("td", {}, h("span", { class: "zq-rank" }, lot.rank)),
      h("td", {}, lotPlan(rowOf.get(lot.parcel_id), colours.match, colours.match_line)),
      h("td", {}, h("b", {}, lot.title), h("span", {}, parkName(lot.park_id))),
      h("td", { class: "zq-figure" }, h("b", {}, lot.area), lot.usable ? h("span", {}, lot.usable) : null, lot.score === null ? null : h("span", {}, fill("score_value", { score: lot.score }))),
      h("td", { class: "zq-figure" }, lot.handed),
      h("td", {}, h("div", { class: "zq-clamp" }, lot.reasons.join(word("stop")))))));
}

function planTable(names, rows) {
  const head = names.map((name) => h("th", { scope: "col", class: `zq-col-${name}` }, word(`col_${name}`)));
  // A short list has room for whole sentences.
  const isShort = rows.length <= 3;
  return h("table", { class: isShort ? "zq-lots zq-few" : "zq-lots" }, h("thead", {}, h("tr", {}, head)), h("tbody", {}, rows));
}

function nearTable(near) {
  return planTable(["rank", "plan", "lot", "area", "give"],
    near.map((miss) => h("tr", {},
      h("td", {}, h("span", { class: "zq-letter" }, miss.letter)),
      h("td", {}, lotPlan(rowOf.get(miss.parcel_id), colours.near_fill, colours.near)),
      h("td", {}, h("b", {}, miss.title), h("span", {}, parkName(miss.park_id))),
      h("td", { class: "zq-figure" }, h("b", {}, miss.area), miss.usable ? h("span", {}, miss.usable) : null),
      h("td", {}, h("div", { class: "zq-clamp" }, miss.relaxation)))));
}

function paperLetters(view, taken) {
  return data.match.near.filter((miss) => rowOf.has(miss.parcel_id)).map((miss) => {
    const row = rowOf.get(miss.parcel_id);
    const box = parcels.shapes.box.subarray(4 * row, 4 * row + 4);
    const [x, y] = view.at((box[0] + box[2]) / 2, (box[1] + box[3]) / 2);
    const place = placeOf({ point: L.point(x, y), reach: 9 });
    if (taken.some((other) => overlaps(place, other))) return null;
    taken.push(place);
    return svg("g", {},
      svg("circle", { cx: x, cy: y, r: 9, fill: "#fff", stroke: colours.near, "stroke-width": 1.5 }),
      svg("text", { x, y: y + 4, class: "zq-paper-letter", "text-anchor": "middle" }, miss.letter));
  });
}

function paperFunnel() {
  if (!data.match.funnel.length) return null;
  const steps = data.match.funnel.filter((step) => step.removed > 0);
  return h("div", {}, h("h2", {}, word("funnel")),
    h("p", {}, [fill("free_parcels", { count: data.match.free }), ...steps.map((step) => step.text)].join(word("comma"))));
}

function paperNear() {
  if (!data.match.near.length) return null;
  return h("div", {}, h("h2", {}, word("near_short")), h("ul", {}, data.match.near.slice(0, 4).map((miss) =>
    h("li", {}, h("b", {}, `${miss.letter} `), [miss.title, miss.area, miss.usable, miss.relaxation].filter(Boolean).join(" · ")))));
}
