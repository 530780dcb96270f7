// The places of an answer on a map of nothing but meridians and parallels: no tile is fetched from anybody.
import { columnsWhere, isWkt, numberOf, shownTerm } from "./answers.js";
import { el, svg } from "./elements.js";

const WIDTH = 720;
const LATITUDE = /^(lat|latitude|breddegrad|y)$/i;
const LONGITUDE = /^(lon|long|lng|longitude|lengdegrad|x)$/i;

/** The shapes of an answer: `{ label, rings: [[[lon, lat], …], …], point }`, from WKT or from columns of degrees. */
export function placesOf(answer, settings) {
  const wkt = columnsWhere(answer, isWkt);
  const latitude = answer.head.vars.find((name) => LATITUDE.test(name));
  const longitude = answer.head.vars.find((name) => LONGITUDE.test(name));
  const named = answer.head.vars.filter((name) => !wkt.includes(name) && name !== latitude && name !== longitude);
  const best = named.find((name) => answer.results.bindings.some((row) => row[name]?.["xml:lang"])) ?? named[0];
  const places = [];
  for (const row of answer.results.bindings) {
    const { text, href } = shownTerm(row[best], settings);
    const add = (shape) => shape && places.push({ label: text, href, ...shape });
    for (const name of wkt) if (row[name]) add(shapeOf(row[name].value));
    if (latitude && longitude) {
      const at = [numberOf(row[longitude]), numberOf(row[latitude])];
      if (at.every((value) => value !== null)) add({ point: true, rings: [[at]] });
    }
  }
  return places;
}

/** The rings of a WKT literal in longitude and latitude (GeoSPARQL 1.1, CRS84); null where it is in another system. */
export function shapeOf(text) {
  const [, system, kind, rest] = /^\s*(?:<([^>]*)>\s*)?([A-Z]+)\s*(.*)$/is.exec(text) ?? [];
  if (!kind || (system && !/(CRS84|4326|4258)$/.test(system))) return null;
  const swapped = system && /(4326|4258)$/.test(system);
  const rings = [...rest.matchAll(/\(\s*([^()]+?)\s*\)/g)].map(([, ring]) => ring.split(",").map((pair) => {
    const [first, second] = pair.trim().split(/\s+/).map(Number);
    return swapped ? [second, first] : [first, second];
  }));
  if (!rings.length || rings.flat(2).some((value) => !Number.isFinite(value))) return null;
  return { point: /POINT/i.test(kind), open: /LINE/i.test(kind), rings };
}

/** The map with the list of its places. */
export function mapView(places, settings) {
  const { words } = settings;
  const points = places.flatMap((place) => place.rings.flat());
  const [west, east] = extent(points.map(([longitude]) => longitude));
  const [south, north] = extent(points.map(([, latitude]) => latitude));
  const squeeze = Math.cos((((south + north) / 2) * Math.PI) / 180);
  const height = Math.min(620, Math.max(260, (WIDTH * (north - south)) / ((east - west) * squeeze)));
  const scale = Math.min(WIDTH / ((east - west) * squeeze), height / (north - south));
  const x = (longitude) => WIDTH / 2 + (longitude - (west + east) / 2) * squeeze * scale;
  const y = (latitude) => height / 2 - (latitude - (south + north) / 2) * scale;
  const step = stepOf(Math.max(east - west, north - south));
  const path = ({ rings, open }) => rings.map((ring) => `M${ring.map(([lon, lat]) => `${x(lon).toFixed(1)} ${y(lat).toFixed(1)}`).join("L")}${open ? "" : "Z"}`).join("");
  const drawn = svg("svg", { viewBox: `0 0 ${WIDTH} ${height.toFixed(0)}`, role: "img", "aria-label": words["map-of"], class: "map" },
    lines(west, east, step).map((at) => svg("g", {}, svg("line", { x1: x(at), x2: x(at), y1: 0, y2: height, class: "grid" }),
      svg("text", { x: x(at) + 4, y: height - 6, class: "degree" }, degrees(at, words.east, words.west)))),
    lines(south, north, step).map((at) => svg("g", {}, svg("line", { x1: 0, x2: WIDTH, y1: y(at), y2: y(at), class: "grid" }),
      svg("text", { x: 4, y: y(at) - 4, class: "degree" }, degrees(at, words.north, words.south)))),
    places.filter((place) => !place.point).map((place) => svg("path", { d: path(place), class: place.open ? "route" : "area" }, svg("title", {}, place.label))),
    places.filter((place) => place.point).flatMap((place) => place.rings.flat().map(([lon, lat]) => svg("g", {},
      svg("circle", { cx: x(lon), cy: y(lat), r: 6, class: "place" }, svg("title", {}, place.label)),
      svg("text", { x: x(lon) + 10, y: y(lat) + 5, class: "name" }, place.label)))));
  const listed = listOf(places);
  const list = el("ul", { class: "places" }, listed.slice(0, 500).map((place) => el("li", {},
    place.href ? el("a", { href: place.href }, place.label) : place.label, ` ${place.centre[1].toFixed(3)}, ${place.centre[0].toFixed(3)}`)));
  return el("div", {}, drawn, el("p", { class: "note" }, words["map-note"]), list);
}

/** Each place once, with its centre: the point that it has, else the middle of its extent. */
export function listOf(places) {
  const found = new Map();
  for (const place of places) {
    const key = `${place.label} ${place.href}`;
    if (found.has(key) && (found.get(key).point || !place.point)) continue;
    found.set(key, { ...place, centre: middleOf(place.rings.flat()) });
  }
  return [...found.values()];
}

function middleOf(points) {
  return [0, 1].map((axis) => {
    const values = points.map((point) => point[axis]);
    return (Math.min(...values) + Math.max(...values)) / 2;
  });
}

function extent(values) {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const margin = Math.max((high - low) * 0.12, 0.02);
  return [low - margin, high + margin];
}

function stepOf(span) {
  return [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30].find((step) => span / step <= 7) ?? 45;
}

function lines(low, high, step) {
  const found = [];
  for (let at = Math.ceil(low / step) * step; at <= high; at += step) found.push(Number(at.toFixed(6)));
  return found;
}

function degrees(at, more, less) {
  return `${Math.abs(at)}° ${at < 0 ? less : more}`;
}
