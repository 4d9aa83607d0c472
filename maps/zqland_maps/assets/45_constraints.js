// Constraint layers: hatched over the parcels, in the panel, and on the card.

const constraints = data.constraints && readConstraints(data.constraints);
const hiddenConstraints = new Set();

function readConstraints(written) {
  const { overlaps } = written;
  const column = (name) => readNumbers(overlaps[name], overlaps.count);
  const [rows, places] = [column("row"), column("layer")];
  const areas = numberColumn(overlaps.area, overlaps.count, 0.0001);
  const shares = numberColumn(overlaps.share, overlaps.count, 0.0001);
  const layers = written.layers.map((layer) => ({ ...layer, shapes: readShapes(layer.shapes) }));
  const byRow = lazily(() => {
    const found = new Map();
    for (let at = 0; at < overlaps.count; at += 1) {
      if (!found.has(rows[at])) found.set(rows[at], []);
      found.get(rows[at]).push({ layer: layers[places[at]], area: areas(at), share: shares(at) });
    }
    return found;
  });
  return { layers, of: (row) => byRow().get(row) || [] };
}

// Rules differ by the lines as well as by the colour: crossed, slanting, dotted.
const HATCH = 8;

const hatches = new Map();
function hatch(context, rule) {
  if (!hatches.has(rule)) {
    const tile = h("canvas", { width: HATCH, height: HATCH });
    const pen = tile.getContext("2d");
    // A veil of white, for lines alone are lost on dark ground.
    pen.fillStyle = "rgba(255, 255, 255, 0.5)";
    pen.fillRect(0, 0, HATCH, HATCH);
    pen.strokeStyle = colours[rule];
    pen.fillStyle = colours[rule];
    pen.lineWidth = 1.1;
    pen.beginPath();
    if (rule === "warn") pen.arc(HATCH / 2, HATCH / 2, 1, 0, 2 * Math.PI);
    else for (const [x, y, toX, toY] of hatchLines(rule)) { pen.moveTo(x, y); pen.lineTo(toX, toY); }
    if (rule === "warn") pen.fill();
    else pen.stroke();
    hatches.set(rule, context.createPattern(tile, "repeat"));
  }
  return hatches.get(rule);
}

function hatchLines(rule) {
  const rising = [[0, HATCH, HATCH, 0], [-1, 1, 1, -1], [HATCH - 1, HATCH + 1, HATCH + 1, HATCH - 1]];
  const falling = rising.map(([x, y, toX, toY]) => [HATCH - x, y, HATCH - toX, toY]);
  return rule === "forbid" ? [...rising, ...falling] : rising;
}

const constraintLine = (layer) => ({
  line: colours[layer.rule], width: 1.6, dash: layer.is_outside ? [7, 4] : [],
});

// A boundary whose outside is meant is drawn as a line; other ground is hatched.
function paintConstraints(pen, view) {
  if (!constraints) return;
  for (const layer of constraints.layers) {
    if (hiddenConstraints.has(layer.key)) continue;
    const all = [...Array(layer.shapes.count).keys()].filter((shape) => isInView(layer.shapes, shape, view));
    const fill = layer.is_outside ? null : hatch(pen.context, layer.rule);
    pen.shapes(layer.shapes, all, view, { ...constraintLine(layer), fill });
  }
}

function constraintSwatch(layer) {
  const [width, height] = [22, 14];
  const box = { x: 1, y: 1, width: width - 2, height: height - 2 };
  const dash = layer.is_outside ? "4 2" : null;
  return svg("svg", { class: "zq-hatch", width, height, viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true" },
    svg("rect", { ...box, fill: "#fff", stroke: colours[layer.rule], "stroke-width": 1.5, "stroke-dasharray": dash }),
    layer.is_outside ? null : svg("path", { d: swatchPath(layer.rule), stroke: colours[layer.rule], "stroke-width": 1, fill: "none" }));
}

function swatchPath(rule) {
  if (rule === "warn") return "M5 7h1.5M10 7h1.5M15 7h1.5";
  const rising = "M2 12L12 2M8 12L18 2";
  return rule === "forbid" ? `${rising}M12 12L2 2M18 12L8 2` : rising;
}

const constraintName = (layer) => [layer.label, layer.rule_label].join(" · ");

function constraintsSection(refresh) {
  if (!constraints) return null;
  const rows = constraints.layers.map((layer) =>
    h("label", { class: "zq-row" },
      checkbox(true, (isOn) => {
        if (isOn) hiddenConstraints.delete(layer.key);
        else hiddenConstraints.add(layer.key);
        refresh();
      }),
      constraintSwatch(layer),
      h("span", { class: "zq-name" }, layer.label, h("span", { class: "zq-rule" }, layer.rule_label)),
      h("span", { class: "zq-count" }, fill("parcels_short", { count: layer.count })),
      h("span", { class: "zq-area" }, layer.area)));
  return section(word("constraints"), "constraints", rows);
}

// What the layers concern of a parcel.
function constraintsPart(row) {
  if (!constraints) return null;
  const found = constraints.of(row);
  const lines = found.map(({ layer, area: squareMetres, share }) =>
    h("li", { class: `zq-constraint-${layer.rule}` }, constraintSwatch(layer),
      h("div", {}, h("b", {}, layer.label), h("span", {}, layer.rule_label),
        h("span", {}, fill("constraint_line", { area: area(squareMetres), share: shareText(share) })),
        data.unit.key === "m2" ? null : h("span", {}, `${squares(squareMetres)} m²`))));
  return part(word("constraints"), lines.length
    ? h("ul", { class: "zq-constraints-of" }, lines)
    : h("p", { class: "zq-small" }, word("constraint_none")));
}

const squares = (squareMetres) => plainNumber(Number(squareMetres.toFixed(2)));
const shareText = (share) => (share > 0 && share < 0.0005 ? "<0.1" : (100 * share).toFixed(1));

// The same for paper: tints in place of patterns, which printers draw as they like.
function paperConstraints(view) {
  if (!constraints) return null;
  return constraints.layers.filter((layer) => !hiddenConstraints.has(layer.key)).map((layer) => {
    const all = [...Array(layer.shapes.count).keys()].filter((shape) => isInView(layer.shapes, shape, view));
    return svg("path", {
      d: pathOf(layer.shapes, all, view), stroke: colours[layer.rule], "stroke-width": 1.3,
      fill: layer.is_outside ? "none" : colours[layer.rule], "fill-opacity": 0.28, "fill-rule": "nonzero",
      "stroke-dasharray": layer.is_outside ? "7 4" : null,
    });
  });
}

function paperConstraintKey() {
  if (!constraints) return null;
  return h("p", { class: "zq-small zq-keys" }, constraints.layers.map((layer) =>
    h("span", {}, constraintSwatch(layer), `${constraintName(layer)} · ${fill("parcels_short", { count: layer.count })} · ${layer.area}`)));
}
