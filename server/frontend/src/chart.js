// The answer as a chart: bars for what is named, a line for what has a year or a date. The table is the data behind it.
import { drawable, pointsOf, rolesOf, unitsOf } from "./amounts.js";
import { columnsWhere, isTime, timeOf } from "./answers.js";
import { choice, cut, el, say, svg } from "./elements.js";

const MOST = 60;

/** The columns that a chart can be made of. */
export function chartable(answer, query) {
  return drawable(answer, rolesOf(answer, query));
}

/** The chart with the choice of its columns, and of the unit where there are several. */
export function chartView(answer, query, settings) {
  const { words } = settings;
  const roles = rolesOf(answer, query);
  const values = drawable(answer, roles);
  const times = columnsWhere(answer, isTime);
  const names = answer.head.vars;
  const plain = names.filter((name) => !values.includes(name) && name !== roles.unit && name !== roles.power);
  const state = {
    value: values.at(-1),
    label: plain.find((name) => answer.results.bindings.some((row) => row[name] && row[name].type !== "uri")) ?? plain[0] ?? names[0],
    kind: times.length && !plain.length ? "line" : "bars",
    unit: null,
  };
  if (state.kind === "line") state.label = times[0];
  const drawing = el("div", { class: "drawing" });
  const units = el("span", { class: "units" });
  const set = (key) => (value) => { state[key] = value; draw(); };
  const kinds = [["bars", words.bars], ...(times.length ? [["line", words.line]] : [])];
  const controls = el("p", { class: "controls" },
    choice(words["label-column"], names.map((name) => [name, name]), state.label, set("label")),
    choice(words["value-column"], values.map((name) => [name, name]), state.value, set("value")),
    kinds.length > 1 ? choice(words["chart-kind"], kinds, state.kind, set("kind")) : null, units);

  function draw() {
    const all = pointsOf(answer, state.value, state.label, roles, settings)
      .map((point) => ({ ...point, time: timeOf(point.row[state.label]) }));
    const found = unitsOf(all);
    if (!found.includes(state.unit)) state.unit = found[0];
    units.replaceChildren(...(found.length > 1 ? [choice(words["unit-column"], found.map((unit) => [unit, unit || words["unit-none"]]), state.unit, set("unit"))] : []));
    const points = all.filter(({ unit }) => unit === state.unit);
    const title = say(words["chart-of"], state) + (state.unit ? ` (${state.unit})` : "");
    const timed = points.filter((point) => point.time !== null);
    const whole = state.kind === "line" && timed.length ? lineChart(timed, title, roomFor(drawing)) : barChart(points.slice(0, MOST), title, roomFor(drawing));
    const notes = [
      state.unit ? title : "",
      roles.bare && roles.printed.has(state.value) ? words["chart-bare"] : "",
      points.length < all.length ? say(words["chart-units"], { n: all.length - points.length }) : "",
      state.kind === "bars" && points.length > MOST ? say(words["chart-part"], { n: MOST }) : "",
    ].filter(Boolean).map((note) => el("p", { class: "note" }, note));
    drawing.replaceChildren(whole, ...notes);
  }

  draw();
  return el("div", {}, controls, drawing);
}

const NARROW = 560;
const WIDEST = 720;

/** The room for a drawing: as wide as the page lets it be. */
function roomFor(drawing) {
  return Math.min(WIDEST, Math.max(280, drawing.clientWidth || document.getElementById("shown").clientWidth));
}

/** Bars with their names beside them, or above them where there is little room. */
function barChart(points, title, width) {
  const narrow = width < NARROW;
  const [step, labels, top] = narrow ? [48, 4, 20] : [30, 290, 0];
  const room = Math.min(width / 3, Math.max(70, ...points.map((point) => point.printed.length * 7.5 + 12)));
  const most = Math.max(0, ...points.map((point) => point.value));
  const least = Math.min(0, ...points.map((point) => point.value));
  const scale = (value) => labels + ((value - least) / (most - least || 1)) * (width - labels - room);
  const zero = scale(0);
  const height = points.length * step + 8;
  return svg("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": title, class: "chart" },
    svg("line", { x1: zero, x2: zero, y1: 0, y2: height, class: "axis" }),
    points.map((point, at) => {
      const y = at * step + 4;
      const end = scale(point.value);
      return svg("g", {},
        svg("title", {}, told(point)),
        narrow
          ? svg("text", { x: labels, y: y + 14, class: "name" }, cut(point.label, Math.floor(width / 7.2)))
          : svg("text", { x: labels - 8, y: y + 17, class: "name", "text-anchor": "end" }, cut(point.label, 38)),
        svg("rect", { x: Math.min(zero, end), y: y + top, width: Math.max(1, Math.abs(end - zero)), height: 22, class: "bar" }),
        svg("text", { x: Math.max(end, zero) + 6, y: y + top + 17, class: "value" }, point.printed));
    }));
}

function lineChart(points, title, width) {
  const sorted = [...points].sort((a, b) => a.time - b.time);
  const [height, left, bottom] = [340, 70, 36];
  const times = sorted.map((point) => point.time);
  const values = sorted.map((point) => point.value);
  const [first, last] = [Math.min(...times), Math.max(...times)];
  const [low, high] = [Math.min(0, ...values), Math.max(...values)];
  const x = (time) => left + ((time - first) / (last - first || 1)) * (width - left - 40);
  const y = (value) => height - bottom - ((value - low) / (high - low || 1)) * (height - bottom - 24);
  const ticks = [...new Set([low, (low + high) / 2, high])];
  const path = sorted.map((point, at) => `${at ? "L" : "M"}${x(point.time).toFixed(1)} ${y(point.value).toFixed(1)}`).join("");
  return svg("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": title, class: "chart" },
    ticks.map((tick) => svg("g", {},
      svg("line", { x1: left, x2: width - 20, y1: y(tick), y2: y(tick), class: "grid" }),
      svg("text", { x: left - 8, y: y(tick) + 5, class: "value", "text-anchor": "end" }, String(Number(tick.toPrecision(4)))))),
    svg("path", { d: path, class: "line" }),
    sorted.map((point) => svg("circle", { cx: x(point.time), cy: y(point.value), r: 4, class: "point" },
      svg("title", {}, told(point)))),
    [...new Set([first, last])].map((time, at) => svg("text", { x: x(time), y: height - 10, class: "name", "text-anchor": at ? "end" : "start" },
      String(Math.floor(time)))));
}

function told({ label, printed, certainty }) {
  return `${label}: ${printed}${certainty ? ` (${certainty})` : ""}`;
}
