// The tables of the data block, ready for looking things up by row.

const parcels = readParcels(data.parcels);
const parks = data.parks;
const districts = { ...data.districts, shapes: readShapes(data.districts.shapes) };
const rowOf = new Map(parcels.id.map((id, row) => [id, row]));

function readParcels(written) {
  const count = written.id.length;
  const table = { count, id: written.id, name: written.name, shapes: readShapes(written.shapes) };
  for (const name of ["park", "stage", "status", "land_class", "utilities", "utility_set"]) {
    table[name] = codeColumn(written[name], count);
  }
  table.free = flagColumn(written.free, count);
  table.status_since = dateColumn(written.status_since, count);
  table.price = numberColumn(written.price, count, 0.01);
  table.areas = columns(written.areas, (text) => numberColumn(text, count, 0.0001));
  table.usable = columns(written.usable, (text) => numberColumn(text, count, 0.0001));
  table.capacities = columns(written.capacities, (text) => numberColumn(text, count, 0.001));
  table.predicates = columns(written.predicates, (predicate) => ({
    held: flagColumn(predicate.held, count),
    reached_on: dateColumn(predicate.reached_on, count),
    first_reached_on: dateColumn(predicate.first_reached_on, count),
    expected_on: dateColumn(predicate.expected_on, count),
    missing: codeColumn(predicate.missing, count),
  }));
  return table;
}

function columns(written, read) {
  return Object.fromEntries(
    Object.entries(written).map(([name, column]) => [name, read(column)]),
  );
}

const parkName = (id) => (id === null ? word("no_park") : label("parks", id));

// The area that the page counts in, or the first one that is known.
const parcelArea = (row) => parcels.areas[data.basis] && parcels.areas[data.basis](row);

// The usable part of it; null where it is not known or no constraint layers were given.
const parcelUsable = (row) => (parcels.usable[data.basis] ? parcels.usable[data.basis](row) : null);

const usableText = (row) =>
  data.is_constrained ? fill("usable", { area: area(parcelUsable(row)) }) : null;

const rowsOfPark = lazily(() => {
  const rows = new Map();
  for (let row = 0; row < parcels.count; row += 1) {
    const park = parcels.park(row);
    if (!rows.has(park)) rows.set(park, []);
    rows.get(park).push(row);
  }
  return rows;
});

function parcelAt(latlng, isShown) {
  const x = worldX(latlng.lng);
  const y = worldY(latlng.lat);
  for (let row = parcels.count - 1; row >= 0; row -= 1) {
    if (isShown(row) && isInside(parcels.shapes, row, x, y)) return row;
  }
  return null;
}

function centreOf(row) {
  const box = parcels.shapes.box.subarray(4 * row, 4 * row + 4);
  return L.latLng(latOf((box[1] + box[3]) / 2), lonOf((box[0] + box[2]) / 2));
}
