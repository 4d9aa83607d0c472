// The ground: districts and parcels on one canvas, drawn in few large strokes, because
// one element for each of 100,000 parcels would bring a browser down.

const Ground = L.Renderer.extend({
  initialize(paint, options) {
    this._paint = paint;
    L.Renderer.prototype.initialize.call(this, options);
  },
  _initContainer() {
    this._container = document.createElement("canvas");
    this._container.style.pointerEvents = "none";
  },
  _destroyContainer() {
    this._container.remove();
    delete this._container;
  },
  _update() {
    if (this._map._animatingZoom && this._bounds) return;
    L.Renderer.prototype._update.call(this);
    const size = this._bounds.getSize();
    const ratio = window.devicePixelRatio > 1 ? 2 : 1;
    L.DomUtil.setPosition(this._container, this._bounds.min);
    this._container.width = ratio * size.x;
    this._container.height = ratio * size.y;
    this._container.style.width = `${size.x}px`;
    this._container.style.height = `${size.y}px`;
    this.redraw();
  },
  redraw() {
    if (!this._map || !this._container) return;
    const context = this._container.getContext("2d");
    const ratio = window.devicePixelRatio > 1 ? 2 : 1;
    const origin = this._map.getPixelOrigin();
    const scale = 256 * 2 ** this._map.getZoom();
    const left = origin.x + this._bounds.min.x;
    const top = origin.y + this._bounds.min.y;
    const size = this._bounds.getSize();
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, size.x, size.y);
    this._paint(canvasPen(context), {
      scale,
      left,
      top,
      box: [left / scale, top / scale, (left + size.x) / scale, (top + size.y) / scale],
    });
  },
});

// A pen draws shapes; the map's draws on a canvas, the printed sheet's writes a path.
function canvasPen(context) {
  const path = { move: (x, y) => context.moveTo(x, y), line: (x, y) => context.lineTo(x, y) };
  return {
    context,
    shapes(shapes, members, view, style) {
      const batch = 400;
      for (let start = 0; start < members.length; start += batch) {
        const some = members.slice(start, start + batch);
        if (style.fill) {
          context.beginPath();
          for (const shape of some) trace(path, context, shapes, shape, view);
          context.fillStyle = style.fill;
          context.fill("nonzero");
        }
        if (style.line) strokeShapes(context, path, shapes, some, view, style);
      }
    },
  };
}

function strokeShapes(context, path, shapes, members, view, style) {
  context.beginPath();
  for (const shape of members) {
    if (pixels(shapes, shape, view) >= (style.lineFrom || 0)) {
      trace(path, context, shapes, shape, view);
    }
  }
  context.strokeStyle = style.line;
  context.lineWidth = style.width || 1;
  context.setLineDash(style.dash || []);
  context.lineJoin = "round";
  context.stroke();
  context.setLineDash([]);
}

const pixels = (shapes, shape, view) =>
  Math.max(
    shapes.box[4 * shape + 2] - shapes.box[4 * shape],
    shapes.box[4 * shape + 3] - shapes.box[4 * shape + 1],
  ) * view.scale;

function trace(path, context, shapes, shape, view) {
  if (context && pixels(shapes, shape, view) < 2) {
    const x = shapes.box[4 * shape] * view.scale - view.left;
    const y = shapes.box[4 * shape + 1] * view.scale - view.top;
    context.rect(x, y, 2, 2);
    return;
  }
  for (let ring = shapes.firstRing[shape]; ring < shapes.firstRing[shape + 1]; ring += 1) {
    const end = shapes.rings[ring + 1];
    for (let vertex = shapes.rings[ring]; vertex < end; vertex += 1) {
      const x = shapes.x[vertex] * view.scale - view.left;
      const y = shapes.y[vertex] * view.scale - view.top;
      if (vertex === shapes.rings[ring]) path.move(x, y);
      else path.line(x, y);
    }
    if (context) context.closePath();
    else path.close();
  }
}

function isInView(shapes, shape, view) {
  const [left, top, right, bottom] = view.box;
  return (
    shapes.box[4 * shape] <= right &&
    shapes.box[4 * shape + 2] >= left &&
    shapes.box[4 * shape + 1] <= bottom &&
    shapes.box[4 * shape + 3] >= top
  );
}

// Parcels sorted into groups that are drawn alike, only those in view.
function groupsInView(parcels, view, groupOf) {
  const groups = new Map();
  for (let parcel = 0; parcel < parcels.count; parcel += 1) {
    if (!isInView(parcels.shapes, parcel, view)) continue;
    const group = groupOf(parcel);
    if (group === null) continue;
    if (!groups.has(group)) groups.set(group, []);
    groups.get(group).push(parcel);
  }
  return groups;
}

function paintDistricts(pen, view, hasBasemap) {
  const all = [...Array(districts.shapes.count).keys()];
  pen.shapes(districts.shapes, all, view, {
    fill: hasBasemap ? null : colours.ground,
    line: colours.border,
    width: hasBasemap ? 1.6 : 1.1,
  });
}

function paintGroups(pen, view, groups, styles) {
  for (const [group, style] of styles) {
    const members = groups.get(group);
    if (members) pen.shapes(parcels.shapes, members, view, style);
  }
}

// Numbers of parcels where there is room for them.
function paintParcelNames(context, view, isShown, isDark) {
  context.font = `600 11px ${getComputedStyle(document.body).fontFamily}`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  for (let parcel = 0; parcel < parcels.count; parcel += 1) {
    if (pixels(parcels.shapes, parcel, view) < 46) continue;
    if (!isInView(parcels.shapes, parcel, view) || !isShown(parcel)) continue;
    const box = parcels.shapes.box.subarray(4 * parcel, 4 * parcel + 4);
    const text = shortened(parcels.id[parcel], 18);
    const middle = [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2];
    const half = context.measureText(text).width / 2 / view.scale;
    const fits = [-half, 0, half].every((step) => isInside(parcels.shapes, parcel, middle[0] + step, middle[1]));
    if (!fits) continue;
    const x = middle[0] * view.scale - view.left;
    const y = middle[1] * view.scale - view.top;
    context.fillStyle = isDark(parcel) ? "#fff" : colours.ink;
    context.fillText(text, x, y);
  }
}

const shortened = (text, length) =>
  [...text].length > length ? `${[...text].slice(0, length - 1).join("")}…` : text;

// Mixes a colour with white; share 1 is white.
function paler(colour, share) {
  const parts = [1, 3, 5].map((place) => parseInt(colour.slice(place, place + 2), 16));
  const mixed = parts.map((part) => Math.round(part + (255 - part) * share));
  return `rgb(${mixed.join(",")})`;
}

function darker(colour, share) {
  const parts = [1, 3, 5].map((place) => parseInt(colour.slice(place, place + 2), 16));
  return `rgb(${parts.map((part) => Math.round(part * (1 - share))).join(",")})`;
}
