// Reads what zqland_maps/encoding.py writes: whole numbers in digits of five bits.

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const DIGIT = new Uint8Array(128);
for (let place = 0; place < 64; place += 1) DIGIT[ALPHABET.charCodeAt(place)] = place;

const ORDINAL_OF_1970 = 719163;
const MILLISECONDS_A_DAY = 86400000;

// A reader of the numbers in a text. Bit operations stop at 32 bits, products do not.
function numberReader(text) {
  let place = 0;
  return () => {
    let value = 0;
    for (let weight = 1; ; weight *= 32) {
      const digit = DIGIT[text.charCodeAt(place)];
      place += 1;
      value += (digit & 31) * weight;
      if (digit < 32) return value;
    }
  };
}

function readNumbers(text, count) {
  const next = numberReader(text);
  const values = new Float64Array(count);
  for (let row = 0; row < count; row += 1) values[row] = next();
  return values;
}

// Columns are unpacked when they are first looked at.
function lazily(make) {
  let made;
  return () => {
    if (made === undefined) made = make();
    return made;
  };
}

function numberColumn(text, count, step) {
  const values = lazily(() => readNumbers(text, count));
  return (row) => (values()[row] === 0 ? null : (values()[row] - 1) * step);
}

function dateColumn(text, count) {
  const values = lazily(() => readNumbers(text, count));
  return (row) => {
    if (values()[row] === 0) return null;
    const days = values()[row] - 1 - ORDINAL_OF_1970;
    return new Date(days * MILLISECONDS_A_DAY).toISOString().slice(0, 10);
  };
}

function codeColumn(column, count) {
  const codes = lazily(() => readNumbers(column.codes, count));
  const read = (row) => (codes()[row] === 0 ? null : column.values[codes()[row] - 1]);
  read.code = (row) => codes()[row] - 1;
  read.values = column.values;
  return read;
}

function flagColumn(text, count) {
  const values = lazily(() => readNumbers(text, count));
  return (row) => values()[row] === 1;
}

const unzigzag = (value) => (value % 2 === 0 ? value / 2 : -(value + 1) / 2);

// Longitude and latitude to the unit square of the web's Mercator projection.
const worldX = (lon) => lon / 360 + 0.5;
const worldY = (lat) =>
  0.5 - Math.log(Math.tan(Math.PI / 4 + (lat * Math.PI) / 360)) / (2 * Math.PI);
const lonOf = (x) => (x - 0.5) * 360;
const latOf = (y) => (Math.atan(Math.exp((0.5 - y) * 2 * Math.PI)) * 360) / Math.PI - 90;

// Shapes in the unit square: vertices, the first vertex of each ring, the first ring
// of each shape, and the box of each shape.
function readShapes(written) {
  const next = numberReader(written.data);
  const rings = [];
  const firstRing = new Int32Array(written.count + 1);
  const xs = [];
  const ys = [];
  const box = new Float64Array(4 * written.count);
  const [lon0, lat0] = written.origin;
  let column = 0;
  let line = 0;
  for (let shape = 0; shape < written.count; shape += 1) {
    const bounds = [Infinity, Infinity, -Infinity, -Infinity];
    for (let ring = next(); ring > 0; ring -= 1) {
      rings.push(xs.length);
      for (let vertex = next(); vertex > 0; vertex -= 1) {
        column += unzigzag(next());
        line += unzigzag(next());
        const x = worldX(lon0 + column * written.step);
        const y = worldY(lat0 + line * written.step);
        xs.push(x);
        ys.push(y);
        if (x < bounds[0]) bounds[0] = x;
        if (y < bounds[1]) bounds[1] = y;
        if (x > bounds[2]) bounds[2] = x;
        if (y > bounds[3]) bounds[3] = y;
      }
    }
    firstRing[shape + 1] = rings.length;
    box.set(bounds, 4 * shape);
  }
  rings.push(xs.length);
  return {
    count: written.count,
    x: Float64Array.from(xs),
    y: Float64Array.from(ys),
    rings: Int32Array.from(rings),
    firstRing,
    box,
  };
}

function isInside(shapes, shape, x, y) {
  const box = shapes.box.subarray(4 * shape, 4 * shape + 4);
  if (x < box[0] || y < box[1] || x > box[2] || y > box[3]) return false;
  let inside = false;
  for (let ring = shapes.firstRing[shape]; ring < shapes.firstRing[shape + 1]; ring += 1) {
    const start = shapes.rings[ring];
    const end = shapes.rings[ring + 1];
    for (let one = start, other = end - 1; one < end; other = one, one += 1) {
      const crosses = shapes.y[one] > y !== shapes.y[other] > y;
      const share = (y - shapes.y[one]) / (shapes.y[other] - shapes.y[one]);
      if (crosses && x < shapes.x[one] + share * (shapes.x[other] - shapes.x[one])) {
        inside = !inside;
      }
    }
  }
  return inside;
}

function boxOf(shapes, members) {
  const all = [Infinity, Infinity, -Infinity, -Infinity];
  for (const shape of members) {
    const box = shapes.box.subarray(4 * shape, 4 * shape + 4);
    all[0] = Math.min(all[0], box[0]);
    all[1] = Math.min(all[1], box[1]);
    all[2] = Math.max(all[2], box[2]);
    all[3] = Math.max(all[3], box[3]);
  }
  return all[0] <= all[2] ? all : null;
}

const boundsOf = (box) =>
  L.latLngBounds([latOf(box[3]), lonOf(box[0])], [latOf(box[1]), lonOf(box[2])]);
