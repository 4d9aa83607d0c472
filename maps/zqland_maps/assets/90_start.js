// Puts the page together. Folium's map comes in, everything else from the data block.

let choose = () => {};
let closePanel = () => {};

const cityBox = () => {
  const ground = boxOf(parcels.shapes, [...Array(parcels.count).keys()]);
  return ground || boxOf(districts.shapes, [...Array(districts.shapes.count).keys()]) || [0.81, 0.43, 0.82, 0.44];
};

function startingBox() {
  if (!data.match) return cityBox();
  const rows = [...data.match.lots, ...data.match.near.slice(0, data.match.lots.length ? 0 : 10)]
    .filter((one) => rowOf.has(one.parcel_id))
    .map((one) => rowOf.get(one.parcel_id));
  return boxOf(parcels.shapes, rows) || cityBox();
}

// What is switched on, and how each kind of parcel is drawn.
function reserveLook(refresh) {
  const hidden = { stages: new Set(), parks: new Set(), taken: false };
  const set = (place, key, isOn) => {
    if (isOn) place.delete(key);
    else place.add(key);
    refresh();
  };
  const isShown = (row) =>
    !hidden.stages.has(parcels.stage(row)) &&
    !hidden.parks.has(parcels.park(row)) &&
    !(hidden.taken && !parcels.free(row));
  const styles = data.stages.flatMap(({ key }) => {
    const colour = colours.stages[key];
    return [
      [`${key}-taken`, { fill: paler(colour, 0.72), line: paler(darkened(colour), 0.45), width: 0.8, lineFrom: 5 }],
      [key, { fill: colour, line: darker(colour, 0.45), width: 0.8, lineFrom: 5 }],
    ];
  });
  return {
    isShown,
    isNamed: isShown,
    isDark: (row) => parcels.free(row) && ["mature", "standard"].includes(parcels.stage(row)),
    styles,
    groupOf: (row) => (isShown(row) ? `${parcels.stage(row)}${parcels.free(row) ? "" : "-taken"}` : null),
    layers: {
      showStage: (stage, isOn) => set(hidden.stages, stage, isOn),
      showPark: (park, isOn) => set(hidden.parks, park, isOn),
      onlyFree: (isOn) => { hidden.taken = isOn; refresh(); },
    },
  };
}

const darkened = (colour) =>
  `#${[1, 3, 5].map((place) => Math.round(parseInt(colour.slice(place, place + 2), 16) * 0.7).toString(16).padStart(2, "0")).join("")}`;

function matchLook() {
  const lots = new Set(data.match.lots.map((lot) => rowOf.get(lot.parcel_id)));
  const near = new Set(data.match.near.map((miss) => rowOf.get(miss.parcel_id)));
  return {
    isShown: () => true,
    isNamed: (row) => !lots.has(row) && !near.has(row),
    isDark: () => false,
    groupOf(row) {
      if (lots.has(row)) return "lot";
      if (near.has(row)) return "near";
      return parcels.free(row) ? "free" : "taken";
    },
    styles: [
      ["taken", { fill: colours.taken_ground, line: "#d8d3c6", width: 0.6, lineFrom: 5 }],
      ["free", { fill: colours.other_ground, line: "#b4ad9b", width: 0.7, lineFrom: 5 }],
      ["near", { fill: colours.near_fill, line: colours.near, width: 1.8, dash: [5, 3] }],
      ["lot", { fill: colours.match, line: colours.match_line, width: 1.5 }],
    ],
  };
}

function addBasemap(map) {
  for (const address of data.basemap ? data.basemap.layers : []) {
    L.tileLayer(address, {
      subdomains: data.basemap.subdomains || "a", maxZoom: 19, maxNativeZoom: data.basemap.maxZoom,
    }).addTo(map);
  }
}

// Choosing, pointing at and letting go of parcels.
function selection(map, look) {
  const state = { chosen: null, pointed: null, card: null };
  const ring = new Ground((pen, view) => {
    for (const [row, width] of [[state.pointed, 2], [state.chosen, 3.5]]) {
      if (row === null) continue;
      pen.shapes(parcels.shapes, [row], view, { line: "#fff", width: width + 2.5 });
      pen.shapes(parcels.shapes, [row], view, { line: colours.selected, width });
    }
  }, { padding: 0.1 }).addTo(map);
  const tooltip = L.tooltip({ className: "zq-tooltip", direction: "top", offset: [0, -6], opacity: 1 });
  const close = () => {
    if (state.card) state.card.remove();
    Object.assign(state, { chosen: null, card: null });
    ring.redraw();
  };
  choose = (row, how = {}) => {
    close();
    const before = document.activeElement;
    state.chosen = row;
    state.card = card(row, () => { close(); if (before && before.focus) before.focus(); });
    document.body.append(state.card);
    state.card.focus({ preventScroll: true });
    map.closeTooltip(tooltip);
    if (how.isFar) show(map, row);
    else if (isPhone()) closePanel();
    ring.redraw();
  };
  map.on("click", (event) => {
    const row = parcelAt(event.latlng, look.isShown);
    if (row === null) close();
    else choose(row);
  });
  map.on("mousemove", (event) => {
    const row = parcelAt(event.latlng, look.isShown);
    if (row !== state.pointed) { state.pointed = row; ring.redraw(); point(map, tooltip, row); }
    if (row !== null) tooltip.setLatLng(event.latlng);
    map.getContainer().classList.toggle("zq-pointing", row !== null);
  });
  map.on("mouseout", () => { state.pointed = null; ring.redraw(); map.closeTooltip(tooltip); });
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") close(); });
}

function point(map, tooltip, row) {
  if (row === null || isPhone()) { map.closeTooltip(tooltip); return; }
  tooltip.setContent(h("div", {},
    h("b", {}, parcels.name[row] || parcels.id[row]),
    h("span", {}, stageDot(parcels.stage(row)), [label("stages", parcels.stage(row)), area(parcelArea(row)), usableText(row)].filter(Boolean).join(" · ")),
    h("span", { class: "zq-small" }, [parkName(parcels.park(row)), parcels.id[row]].join(" · "))));
  map.openTooltip(tooltip, centreOf(row));
}

function show(map, row) {
  const bounds = boundsOf(parcels.shapes.box.subarray(4 * row, 4 * row + 4));
  const room = padding(map);
  if (!isPhone() && map.getSize().x > 900) room.paddingBottomRight = [430, 60];
  else room.paddingBottomRight = [24, map.getSize().y * 0.5];
  map.flyToBounds(bounds, { ...room, maxZoom: 16.5, duration: 0.5 });
}

function controls(map) {
  L.control.zoom({ position: "bottomright", zoomInTitle: word("zoom_in"), zoomOutTitle: word("zoom_out") }).addTo(map);
  L.control.scale({ position: "bottomright", imperial: false, maxWidth: 120 }).addTo(map);
  const tools = h("div", { class: "zq-tools" },
    h("button", { type: "button", "aria-label": word("whole"), title: word("whole"), click: () => home(map, true) },
      svg("svg", { viewBox: "0 0 20 20", width: 18, height: 18 },
        svg("path", { d: "M3 8V3h5M12 3h5v5M17 12v5h-5M8 17H3v-5", fill: "none", stroke: "currentColor", "stroke-width": 1.8 }))),
    h("button", { type: "button", class: "zq-print", click: () => window.print() }, word("print")));
  shield(tools);
  document.body.append(tools);
}

function home(map, isSlow) {
  const how = { ...padding(map), maxZoom: data.match ? 16 : 15 };
  if (isSlow) map.flyToBounds(boundsOf(startingBox()), { ...how, duration: 0.6 });
  else map.fitBounds(boundsOf(startingBox()), how);
}

function sections(map, look, refresh) {
  if (!data.match) {
    return [ledgerSection(), legendSection(look.layers), constraintsSection(refresh), parksSection(map, look.layers)];
  }
  const isPublic = data.is_public;
  return [
    isPublic ? null : needSection(),
    lotsSection(),
    isPublic ? null : nearSection(),
    isPublic ? null : funnelSection(),
    constraintsSection(refresh),
  ];
}

function start(map) {
  map.attributionControl = null;
  addBasemap(map);
  const parts = { ground: null, marks: null };
  const refresh = () => { parts.ground.redraw(); parts.marks.refresh(); };
  const look = data.match ? matchLook() : reserveLook(refresh);
  home(map, false);
  parts.ground = new Ground((pen, view) => {
    paintDistricts(pen, view, Boolean(data.basemap));
    paintGroups(pen, view, groupsInView(parcels, view, look.groupOf), look.styles);
    paintConstraints(pen, view);
    paintParcelNames(pen.context, view, look.isNamed, look.isDark);
  }, { padding: 0.15 }).addTo(map);
  const kinds = data.match
    ? [lotNumbers, nearLetters, parkNames(look.isShown), districtNames]
    : [parkRings(look.isShown), parkNames(look.isShown), parkPoints, districtNames];
  selection(map, look);
  const side = panel(map, sections(map, look, refresh));
  closePanel = () => side.open(false);
  document.body.append(side.element);
  parts.marks = new Marks(map, kinds);
  parts.marks.refresh();
  controls(map);
  printing(map, look);
  const asked = decodeURIComponent(window.location.hash.replace(/^#parcel=/, ""));
  if (rowOf.has(asked)) choose(rowOf.get(asked), { isFar: true });
  document.body.classList.add("zq-ready");
}

// The sheet is made for each print, so that it shows what is switched on.
function printing(map, look) {
  let sheet = null;
  const make = () => {
    if (sheet) sheet.remove();
    sheet = data.match ? matchSheet(look) : reserveSheet(map, look);
    document.body.append(sheet);
  };
  window.addEventListener("beforeprint", make);
  if (data.match) make();
}

window.zqlandMap = start;
