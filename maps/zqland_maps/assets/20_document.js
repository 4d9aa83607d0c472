// Elements and texts. Every text becomes a text node: nothing is read as markup.

const data = JSON.parse(document.getElementById("zqland-data").textContent);
const colours = data.colours;

const word = (name) => data.words[name];
// Fills places such as {count}; a function keeps "$&" in a name from being special.
const fill = (name, facts) =>
  word(name).replace(/\{(\w+)\}/g, (_, key) => grouped(facts[key]));

const grouped = (fact) => (typeof fact === "number" ? fact.toLocaleString("en-US") : String(fact));

function h(tag, attributes, ...children) {
  const element = document.createElement(tag);
  return furnish(element, attributes, children);
}

function svg(tag, attributes, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  return furnish(element, attributes, children);
}

function furnish(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") element.addEventListener(name, value);
    else if (name === "style") Object.assign(element.style, value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false) continue;
    element.append(child instanceof Node ? child : document.createTextNode(String(child)));
  }
  return element;
}

// Areas are kept in units of 0.0001 m²; the figure is rounded once, half up, exactly.
function areaFigure(squareMetres) {
  const kept = BigInt(Math.round(squareMetres * 10000));
  const [above, below] = [BigInt(data.unit.numerator), BigInt(data.unit.denominator)];
  const last = (2n * kept * above + below) / (2n * below);
  const plain = String(last).padStart(data.unit.digits + 1, "0");
  const whole = plain.slice(0, plain.length - data.unit.digits);
  const part = plain.slice(plain.length - data.unit.digits);
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  return data.unit.digits ? `${grouped}.${part}` : grouped;
}

const area = (squareMetres) =>
  squareMetres === null ? "–" : `${areaFigure(squareMetres)} ${data.unit.label}`;

const plainNumber = (value) =>
  Number(value.toFixed(3)).toLocaleString("en-US", { maximumFractionDigits: 3 });

const label = (kind, key) => (data.labels[kind] && data.labels[kind][key]) || key;

const stageDot = (stage) =>
  h("span", { class: "zq-dot", style: { background: colours.stages[stage] } });

const isPhone = () => window.matchMedia("(max-width: 720px)").matches;
