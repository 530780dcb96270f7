// The rows of an answer that begin and end as bars along time, in the order in which they begin.
import { columnsWhere, isTime, shownTerm, timeOf } from "./answers.js";
import { cut, el, say, svg } from "./elements.js";

const BEGINS = /^(begins?|began|start(_?date)?|from|period_start|valid_?from|fra)$/i;
const ENDS = /^(ends?|ended|end_?date|to|until|period_end|valid_?to|til)$/i;
const MOST = 100;
const WIDTH = 720;
const STEP = 30;
const LABELS = 290;

/** The stretches of an answer: `{ label, begins, ends }` in years, each end null where it is open; none where it has no such columns. */
export function stretchesOf(answer, settings) {
  const times = columnsWhere(answer, isTime);
  const begins = times.find((name) => BEGINS.test(name));
  const ends = times.find((name) => ENDS.test(name));
  if (!begins || !ends) return [];
  const rest = answer.head.vars.filter((name) => name !== begins && name !== ends);
  const label = rest.find((name) => answer.results.bindings.some((row) => row[name]?.["xml:lang"])) ?? rest[0];
  return answer.results.bindings.filter((row) => row[begins] || row[ends]).map((row) => ({
    label: shownTerm(row[label], settings).text,
    begins: timeOf(row[begins]),
    ends: row[ends] ? timeOf(row[ends]) + 1 / 365 : null, // its last day is part of it
    shown: `${row[begins]?.value ?? "…"} – ${row[ends]?.value ?? "…"}`,
  })).sort((a, b) => (a.begins ?? -Infinity) - (b.begins ?? -Infinity) || (a.ends ?? Infinity) - (b.ends ?? Infinity));
}

/** The time line, with the years above it. */
export function timelineView(stretches, settings) {
  const { words } = settings;
  const shown = stretches.slice(0, MOST);
  const years = shown.flatMap(({ begins, ends }) => [begins, ends]).filter((year) => year !== null);
  const [first, last] = [Math.floor(Math.min(...years)), Math.ceil(Math.max(...years))];
  const span = Math.max(1, last - first);
  const x = (year) => LABELS + ((year - first) / span) * (WIDTH - LABELS - 20);
  const every = [1, 2, 5, 10, 20, 50, 100, 500].find((step) => span / step <= 7) ?? 1000;
  const height = shown.length * STEP + 28;
  const ticks = [];
  for (let year = Math.ceil(first / every) * every; year <= last; year += every) ticks.push(year);
  const drawn = svg("svg", { viewBox: `0 0 ${WIDTH} ${height}`, role: "img", "aria-label": words["timeline-of"], class: "chart timeline" },
    ticks.map((year) => svg("g", {},
      svg("line", { x1: x(year), x2: x(year), y1: 20, y2: height, class: "grid" }),
      svg("text", { x: x(year), y: 14, class: "name", "text-anchor": "middle" }, String(year)))),
    shown.map((each, at) => {
      const [from, to] = [x(each.begins ?? first), x(each.ends ?? last)];
      return svg("g", {},
        svg("title", {}, `${each.label}: ${each.shown}`),
        svg("text", { x: LABELS - 8, y: 28 + at * STEP + 15, class: "name", "text-anchor": "end" }, cut(each.label, 38)),
        svg("rect", { x: from, y: 28 + at * STEP, width: Math.max(2, to - from), height: 20, class: "bar" }));
    }));
  const note = stretches.length > MOST ? el("p", {}, say(words["chart-part"], { n: MOST })) : null;
  return el("div", {}, ...[drawn, note].filter(Boolean));
}
