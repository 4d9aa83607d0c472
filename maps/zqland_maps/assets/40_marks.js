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

// Joins items nearer than their reach, in order; an item has `point` and `reach`.
function joined(items) {
  const groups = [];
  for (const item of items) {
    const near = groups.find(
      (group) => group.point.distanceTo(item.point) < (group.reach + item.reach) * 0.86,
    );
    if (near) near.members.push(item);
    else groups.push({ point: item.point, reach: item.reach, members: [item] });
  }
  return groups;
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
    for (const made of this.shown) made.remove();
    this.shown = [];
    const taken = [];
    for (const kind of this.kinds) this.shown.push(...kind(this.map, taken));
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
  const small = parkItems(map, isShown).filter((item) => item.side < 84);
  return joined(small).flatMap((group) => parkRing(map, taken, group));
};

function parkItems(map, isShown) {
  const scale = 256 * 2 ** map.getZoom();
  const items = [];
  for (const [park, rows] of rowsOfPark()) {
    const shown = rows.filter(isShown);
    const box = boxOf(parcels.shapes, shown);
    if (park === null || !box) continue;
    const total = shown.reduce((sum, row) => sum + (parcelArea(row) || 0), 0);
    const latlng = L.latLng(latOf((box[1] + box[3]) / 2), lonOf((box[0] + box[2]) / 2));
    items.push({
      park, box, total, rows: shown, latlng,
      side: Math.max(box[2] - box[0], box[3] - box[1]) * scale,
      point: map.latLngToContainerPoint(latlng),
      reach: Math.min(24, 12 + Math.sqrt(total / 400000)),
    });
  }
  return items.sort((one, other) => other.total - one.total || (one.park < other.park ? -1 : 1));
}

function parkRing(map, taken, group) {
  const rows = group.members.flatMap((member) => member.rows);
  const total = group.members.reduce((sum, member) => sum + member.total, 0);
  const radius = Math.min(26, 13 + Math.sqrt(total / 400000));
  const shares = data.stages.map((stage) => ({
    stage: stage.key,
    area: rows.reduce(
      (sum, row) => sum + (parcels.stage(row) === stage.key ? parcelArea(row) || 0 : 0), 0,
    ),
  }));
  const many = group.members.length > 1;
  const text = many
    ? fill("parks_joined", { count: group.members.length })
    : parkName(group.members[0].park);
  const { latlng } = group.members[0];
  const open = () => {
    const box = boxOf(parcels.shapes, rows);
    map.flyToBounds(boundsOf(box), { ...padding(map), maxZoom: 15, duration: 0.6 });
  };
  const point = map.latLngToContainerPoint(latlng);
  const made = [
    marker(map, latlng, stageRing(shares, radius), [2 * radius + 4, 2 * radius + 4], {
      className: "zq-ring", onClick: open, lift: 400,
      name: `${text}, ${area(total)}`,
    }),
  ];
  taken.push([point.x - radius, point.y - radius, point.x + radius, point.y + radius]);
  const name = ringName(map, taken, { latlng, point, radius, text, total });
  return name ? [...made, name] : made;
}

function ringName(map, taken, ring) {
  const shown = shortened(ring.text, 22);
  const half = Math.max(textWidth(shown, 12), textWidth(area(ring.total), 11)) / 2 + 6;
  const top = ring.point.y + ring.radius + 2;
  const place = [ring.point.x - half, top, ring.point.x + half, top + 32];
  if (taken.some((other) => overlaps(place, other))) return null;
  taken.push(place);
  const below = map.containerPointToLatLng([ring.point.x, top + 16]);
  const element = h("span", {}, h("b", {}, shown), h("i", {}, area(ring.total)));
  return marker(map, below, element, [2 * half, 32], { className: "zq-park", lift: 300 });
}

// Names of the parks above their ground, once it can be seen.
const parkNames = (isShown) => (map, taken) =>
  parkItems(map, isShown)
    .filter((item) => item.side >= 84)
    .flatMap((item) => {
      const latlng = L.latLng(latOf(item.box[1]), item.latlng.lng);
      const point = map.latLngToContainerPoint(latlng);
      const text = shortened(parkName(item.park), 26);
      const half = textWidth(text, 13) / 2 + 8;
      const place = [point.x - half, point.y - 28, point.x + half, point.y - 6];
      if (taken.some((other) => overlaps(place, other))) return [];
      taken.push(place);
      const above = map.containerPointToLatLng([point.x, point.y - 17]);
      return [marker(map, above, h("span", {}, text), [2 * half, 22], { className: "zq-park-name" })];
    });

// Numbers of the ranked lots; lots that lie close together share one mark.
const lotNumbers = (choose) => (map, taken) => {
  const items = data.match.lots
    .filter((lot) => rowOf.has(lot.parcel_id))
    .map((lot) => {
      const row = rowOf.get(lot.parcel_id);
      const latlng = centreOf(row);
      return { lot, row, latlng, point: map.latLngToContainerPoint(latlng), reach: 14 };
    });
  return joined(items).map((group) => {
    const ranks = group.members.map((member) => member.lot.rank);
    const text = ranks.length > 3 ? `${ranks.slice(0, 2).join("·")}…${ranks.length}` : ranks.join("·");
    const width = Math.max(26, textWidth(text, 13) + 16);
    const { latlng, point, lot } = group.members[0];
    taken.push([point.x - width / 2, point.y - 13, point.x + width / 2, point.y + 13]);
    const rows = group.members.map((member) => member.row);
    const open = () =>
      rows.length === 1
        ? choose(rows[0])
        : map.flyToBounds(boundsOf(boxOf(parcels.shapes, rows)), {
            ...padding(map), maxZoom: 17, duration: 0.6,
          });
    return marker(map, latlng, h("span", {}, text), [width, 26], {
      className: "zq-number", onClick: open, lift: 1000 - lot.rank,
      name: fill("lots_here", { ranks: ranks.join(", ") }),
    });
  });
};

// Room for the panel at the left of the map.
function padding(map) {
  if (isPhone()) return { paddingTopLeft: [24, 150], paddingBottomRight: [24, 40] };
  const isWide = map.getSize().x > 900;
  return {
    paddingTopLeft: [isWide ? 392 : 40, 48],
    paddingBottomRight: [48, 56],
  };
}
