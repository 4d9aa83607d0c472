// Marks that stay the same size: names of districts, rings of parks, numbers of lots.
// Marks that would lie on each other are joined, names that would collide are left out.

function marker(map, latlng, element, size, options) {
  const icon = L.divIcon({
    html: element,
    className: `zq-mark ${options.className || ""}`,
    iconSize: size,
  });
  const made = L.marker(latlng, {
    icon,
    interactive: Boolean(options.onClick),
    keyboard: Boolean(options.onClick),
    zIndexOffset: options.lift || 0,
    alt: "",
  });
  if (options.onClick) made.on("click", options.onClick);
  made.addTo(map);
  const node = made.getElement();
  if (options.onClick) {
    node.setAttribute("aria-label", options.name);
    node.setAttribute("role", "button");
  } else node.setAttribute("aria-hidden", "true");
  return made;
}

const overlaps = (one, other) =>
  one[0] < other[2] && one[2] > other[0] && one[1] < other[3] && one[3] > other[1];

// Joins items whose circles touch, again and again until none do. An item has `point`,
// `weight` and `members`; `reachOf` tells how large a group of members is drawn.
function joined(items, reachOf) {
  let groups = items.map((item) => ({ ...item, members: [item], reach: reachOf([item]) }));
  for (let before = Infinity; groups.length < before; ) {
    before = groups.length;
    const kept = [];
    for (const group of groups) {
      const near = kept.find(
        (other) => other.point.distanceTo(group.point) < other.reach + group.reach,
      );
      if (near) absorb(near, group, reachOf);
      else kept.push(group);
    }
    groups = kept;
  }
  return groups;
}

function absorb(group, other, reachOf) {
  const weight = group.weight + other.weight;
  const middle = (axis) =>
    (group.point[axis] * group.weight + other.point[axis] * other.weight) / weight;
  Object.assign(group, {
    point: L.point(middle("x"), middle("y")), weight,
    members: [...group.members, ...other.members],
  });
  group.reach = reachOf(group.members);
}

// Finds room for a name below, above, right or left of a mark, inside a frame.
function roomFor(taken, frame, mark, size) {
  const { x, y } = mark;
  const across = (mark.width ? mark.width / 2 : mark.reach) + 3 + size.x / 2;
  const down = mark.reach + 3 + size.y / 2;
  const middles = [[x, y + down], [x, y - down], [x + across, y], [x - across, y]];
  for (const [left, top] of middles) {
    const place = [left - size.x / 2, top - size.y / 2, left + size.x / 2, top + size.y / 2];
    const isIn = place[0] >= frame[0] && place[1] >= frame[1] && place[2] <= frame[2] && place[3] <= frame[3];
    if (isIn && !taken.some((other) => overlaps(place, other))) {
      taken.push(place);
      return [left, top];
    }
  }
  return null;
}

function placeOf({ point, reach, width }) {
  const half = width ? width / 2 : reach;
  return [point.x - half, point.y - reach, point.x + half, point.y + reach];
}

// The part of the map that the panel leaves free.
function freeFrame(map) {
  const size = map.getSize();
  const side = document.querySelector(".zq-panel");
  if (!side) return [4, 4, size.x - 4, size.y - 4];
  const box = side.getBoundingClientRect();
  return isPhone() ? [4, box.bottom, size.x - 4, size.y - 4] : [box.right + 4, 4, size.x - 4, size.y - 4];
}

function fitted(text, size, width) {
  if (textWidth(text, size) <= width) return text;
  const letters = [...text];
  while (letters.length > 1 && textWidth(`${letters.join("")}…`, size) > width) letters.pop();
  return `${letters.join("")}…`;
}

// A ring that shows how the ground of some parks divides into stages.
function stageRing(shares, radius) {
  const total = shares.reduce((sum, share) => sum + share.area, 0);
  const inner = radius - Math.max(4, radius * 0.34);
  const middle = (radius + inner) / 2;
  const round = 2 * Math.PI * middle;
  const side = 2 * radius + 4;
  let done = 0;
  const arcs = shares.map((share) => {
    const length = total ? (share.area / total) * round : 0;
    const arc = svg("circle", {
      r: middle, cx: 0, cy: 0, fill: "none",
      stroke: colours.stages[share.stage], "stroke-width": radius - inner,
      "stroke-dasharray": `${length} ${round - length}`,
      "stroke-dashoffset": -done, transform: "rotate(-90)",
    });
    done += length;
    return arc;
  });
  return svg(
    "svg",
    { width: side, height: side, viewBox: `${-side / 2} ${-side / 2} ${side} ${side}` },
    svg("circle", { r: radius + 1.5, fill: "#fff" }),
    arcs,
    svg("circle", { r: inner, fill: "#fff" }),
  );
}

class Marks {
  constructor(map, kinds) {
    this.map = map;
    this.kinds = kinds;
    this.shown = [];
    map.on("zoomend moveend resize", () => this.refresh());
  }

  refresh() {
    const held = document.activeElement;
    const name = held && held.classList.contains("zq-mark") ? held.getAttribute("aria-label") : null;
    for (const made of this.shown) made.remove();
    this.shown = [];
    const taken = [];
    for (const kind of this.kinds) this.shown.push(...kind(this.map, taken));
    const again = name && this.shown.find((made) => made.getElement().getAttribute("aria-label") === name);
    if (again) again.getElement().focus({ preventScroll: true });
  }
}

// Names of districts, while the city is seen as a whole.
function districtNames(map, taken) {
  if (map.getZoom() > 12.5) return [];
  const made = [];
  districts.names.forEach((name, row) => {
    const latlng = L.latLng(districts.labels[row][1], districts.labels[row][0]);
    const point = map.latLngToContainerPoint(latlng);
    const half = textWidth(name, 13) / 2 + 4;
    const place = [point.x - half, point.y - 10, point.x + half, point.y + 10];
    if (taken.some((other) => overlaps(place, other))) return;
    taken.push(place);
    made.push(marker(map, latlng, h("span", {}, name), [2 * half, 20], { className: "zq-district" }));
  });
  return made;
}

const measuring = document.createElement("canvas").getContext("2d");
function textWidth(text, size) {
  measuring.font = `500 ${size}px ${getComputedStyle(document.body).fontFamily}`;
  return measuring.measureText(text).width;
}

// Rings of the parks whose ground is too small on the screen to be read.
const parkRings = (isShown) => (map, taken) => {
  const scale = 256 * 2 ** map.getZoom();
  const small = parkItems(isShown, scale, (x, y) => map.latLngToContainerPoint([latOf(y), lonOf(x)]))
    .filter((item) => item.side < LEGIBLE);
  const groups = joined(small, ringReach);
  taken.push(...groups.map(placeOf));
  const frame = freeFrame(map);
  return groups.flatMap((group) => parkRing(map, taken, frame, group));
};

const LEGIBLE = 84;
const ringReach = (members) =>
  Math.min(27, 13 + Math.sqrt(members.reduce((sum, member) => sum + member.weight, 0) / 400000));

// Parks with ground that is shown: where, how wide on the screen, how large.
function parkItems(isShown, scale, pointOf) {
  const items = [];
  for (const [park, rows] of rowsOfPark()) {
    const shown = rows.filter(isShown);
    const box = boxOf(parcels.shapes, shown);
    if (park === null || !box) continue;
    items.push({
      park, box, rows: shown,
      weight: Math.max(1, shown.reduce((sum, row) => sum + (parcelArea(row) || 0), 0)),
      side: Math.max(box[2] - box[0], box[3] - box[1]) * scale,
      point: pointOf((box[0] + box[2]) / 2, (box[1] + box[3]) / 2),
    });
  }
  return items.sort((one, other) => other.weight - one.weight || (one.park < other.park ? -1 : 1));
}

// What a ring says: its shares by stage, its name, its area.
function ringFacts(group) {
  const rows = group.members.flatMap((member) => member.rows);
  const sums = Object.fromEntries(data.stages.map((stage) => [stage.key, 0]));
  const known = rows.reduce((sum, row) => sum + (parcelUsable(row) || 0), 0);
  const isUnknown = (row) => parcelUsable(row) === null && parcelArea(row) !== null;
  const least = rows.some(isUnknown) ? "≥ " : "";
  for (const row of rows) sums[parcels.stage(row)] += parcelArea(row) || 0;
  const many = group.members.length > 1;
  return {
    rows,
    shares: data.stages.map((stage) => ({ stage: stage.key, area: sums[stage.key] })),
    text: many ? fill("parks_joined", { count: group.members.length }) : parkName(group.members[0].park),
    total: area(Object.values(sums).reduce((sum, one) => sum + one, 0)),
    usable: data.is_constrained ? fill("usable", { area: `${least}${area(known)}` }) : null,
  };
}

function parkRing(map, taken, frame, group) {
  const ring = ringFacts(group);
  const latlng = map.containerPointToLatLng(group.point);
  const box = boxOf(parcels.shapes, ring.rows);
  const open = () => map.flyToBounds(boundsOf(box), { ...padding(map), maxZoom: 15, duration: 0.6 });
  const side = 2 * group.reach + 4;
  const made = marker(map, latlng, stageRing(ring.shares, group.reach), [side, side], {
    className: "zq-ring", onClick: open, lift: 400, name: [ring.text, ring.total, ring.usable].filter(Boolean).join(", "),
  });
  const shown = fitted(ring.text, 12, 150);
  const widths = [textWidth(shown, 12), textWidth(ring.total, 11), ring.usable ? textWidth(ring.usable, 11) : 0];
  const size = L.point(Math.max(...widths) + 12, ring.usable ? 46 : 32);
  const room = roomFor(taken, frame, { ...group.point, reach: group.reach }, size);
  if (!room) return [made];
  const element = h("span", {}, h("b", {}, shown), h("i", {}, ring.total), ring.usable ? h("i", {}, ring.usable) : null);
  return [made, marker(map, map.containerPointToLatLng(room), element, [size.x, size.y], { className: "zq-park", lift: 300 })];
}

// Parks without any parcel are points, while the city is seen as a whole.
function parkPoints(map, taken) {
  if (map.getZoom() > 13) return [];
  const frame = freeFrame(map);
  return parks.filter((park) => park.place && !park.count).flatMap((park) => {
    const latlng = L.latLng(park.place[1], park.place[0]);
    const point = map.latLngToContainerPoint(latlng);
    const place = placeOf({ point, reach: 6 });
    if (taken.some((other) => overlaps(place, other))) return [];
    taken.push(place);
    const text = fitted(park.label, 12, 150);
    const size = L.point(textWidth(text, 12) + 10, 18);
    const room = roomFor(taken, frame, { ...point, reach: 6 }, size);
    return [
      marker(map, latlng, h("span", {}), [12, 12], { className: "zq-point" }),
      ...(room ? [marker(map, map.containerPointToLatLng(room), h("span", {}, h("b", {}, text)), [size.x, size.y], { className: "zq-park" })] : []),
    ];
  });
}

// Names of the parks above their ground, once it can be seen.
const parkNames = (isShown, least = LEGIBLE) => (map, taken) => {
  const scale = 256 * 2 ** map.getZoom();
  const pointOf = (x, y) => map.latLngToContainerPoint([latOf(y), lonOf(x)]);
  return parkItems(isShown, scale, pointOf)
    .filter((item) => item.side >= least)
    .flatMap((item) => {
      const point = pointOf((item.box[0] + item.box[2]) / 2, item.box[1]);
      const text = fitted(parkName(item.park), 13, 260);
      const half = textWidth(text, 13) / 2 + 8;
      const place = [point.x - half, point.y - 28, point.x + half, point.y - 6];
      if (taken.some((other) => overlaps(place, other))) return [];
      taken.push(place);
      const above = map.containerPointToLatLng([point.x, point.y - 17]);
      return [marker(map, above, h("span", {}, text), [2 * half, 22], { className: "zq-park-name" })];
    });
};

// Numbers of the ranked lots; lots that lie close together share one mark.
const lotNumbers = (map, taken) => {
  const frame = freeFrame(map);
  const groups = joined(lotItems((row) => map.latLngToContainerPoint(centreOf(row))), numberReach);
  const pills = groups.map((group) => pillOf(group, 13));
  taken.push(...pills.map(placeOf));
  return pills.flatMap((pill) => lotNumber(map, taken, frame, pill));
};

// The pill that stands for a group of lots: its text, and how wide that is.
function pillOf(group, reach) {
  const text = ranksText(group.members);
  return { ...group, reach, text, width: Math.max(2 * reach, textWidth(text, reach) + 18) };
}

function lotItems(pointOf) {
  return data.match.lots
    .filter((lot) => rowOf.has(lot.parcel_id))
    .map((lot) => ({ lot, row: rowOf.get(lot.parcel_id), weight: 1, point: pointOf(rowOf.get(lot.parcel_id)) }));
}

const numberReach = (members) => (members.length === 1 ? 13 : members.length === 2 ? 22 : 30);

function ranksText(members) {
  const ranks = members.map((member) => member.lot.rank).sort((one, other) => one - other);
  const first = ranks.slice(0, ranks.length > 3 ? 2 : 3).join("·");
  return ranks.length > 3 ? `${first} +${ranks.length - 2}` : first;
}

function lotNumber(map, taken, frame, group) {
  const rows = group.members.map((member) => member.row);
  const { text, width } = group;
  const open = () =>
    rows.length === 1
      ? choose(rows[0])
      : map.flyToBounds(boundsOf(boxOf(parcels.shapes, rows)), { ...padding(map), maxZoom: 16.5, duration: 0.6 });
  const ranks = group.members.map((member) => member.lot.rank).join(", ");
  const made = marker(map, map.containerPointToLatLng(group.point), h("span", {}, text), [width, 26], {
    className: "zq-number", onClick: open, lift: 1000 - group.members[0].lot.rank,
    name: fill("lots_here", { ranks }),
  });
  const parksHere = new Set(rows.map((row) => parcels.park(row)));
  const ground = rowsOfPark().get([...parksHere][0]);
  if (parksHere.size > 1 || sideOf(ground) * 256 * 2 ** map.getZoom() >= LEGIBLE) return [made];
  const name = fitted(parkName([...parksHere][0]), 12, 150);
  const size = L.point(textWidth(name, 12) + 10, 18);
  const room = roomFor(taken, frame, { ...group, ...group.point }, size);
  if (!room) return [made];
  const element = h("span", {}, h("b", {}, name));
  return [made, marker(map, map.containerPointToLatLng(room), element, [size.x, size.y], { className: "zq-park", lift: 300 })];
}

function sideOf(rows) {
  const box = boxOf(parcels.shapes, rows);
  return Math.max(box[2] - box[0], box[3] - box[1]);
}

// Letters of the near misses: where nothing fits, or where there is room for them.
function nearLetters(map, taken) {
  if (data.match.lots.length && map.getZoom() < 12) return [];
  return data.match.near.filter((miss) => rowOf.has(miss.parcel_id)).flatMap((miss) => {
    const row = rowOf.get(miss.parcel_id);
    const point = map.latLngToContainerPoint(centreOf(row));
    const place = placeOf({ point, reach: 11 });
    if (taken.some((other) => overlaps(place, other))) return [];
    taken.push(place);
    return [marker(map, centreOf(row), h("span", {}, miss.letter), [24, 24], {
      className: "zq-near-mark", onClick: () => choose(row), lift: 500, name: `${miss.letter}, ${miss.title}`,
    })];
  });
}

// Room for the panel at the left of the map.
function padding(map) {
  if (isPhone()) return { paddingTopLeft: [24, 150], paddingBottomRight: [24, 40] };
  const isWide = map.getSize().x > 900;
  return {
    paddingTopLeft: [isWide ? 430 : 40, 64],
    paddingBottomRight: [72, 84],
  };
}
