// The answer as a table that is sorted, filtered and turned over page by page.
import { numberOf, shownTerm } from "./answers.js";
import { el, say } from "./elements.js";

const PAGE = 100;

/** The table with its controls. */
export function tableView(answer, settings) {
  const { words, lang } = settings;
  const names = answer.head.vars;
  const all = answer.results.bindings.map((row) => ({ row, cells: names.map((name) => shownTerm(row[name], settings)) }));
  const collator = new Intl.Collator(lang, { numeric: true });
  const state = { sort: -1, down: false, from: 0, words: "" };
  const body = el("tbody");
  const position = el("span", { role: "status" });
  const headers = names.map((name, column) => el("th", { scope: "col" },
    el("button", { type: "button", title: `${words.sort} ${name}`, onclick: () => sortBy(column) }, name)));
  const back = el("button", { type: "button", class: "quiet", onclick: () => turn(-PAGE) }, words.previous);
  const on = el("button", { type: "button", class: "quiet", onclick: () => turn(PAGE) }, words.next);
  const filter = el("input", { type: "search", oninput: () => { state.words = filter.value.toLowerCase(); state.from = 0; draw(); } });

  function sortBy(column) {
    state.down = state.sort === column && !state.down;
    state.sort = column;
    state.from = 0;
    headers.forEach((header, at) => {
      if (at === column) header.setAttribute("aria-sort", state.down ? "descending" : "ascending");
      else header.removeAttribute("aria-sort");
    });
    draw();
  }

  function turn(by) {
    state.from += by;
    draw();
  }

  function chosen() {
    let rows = all;
    if (state.words) rows = rows.filter(({ cells }) => cells.some((cell) => cell.text.toLowerCase().includes(state.words)));
    if (state.sort >= 0) {
      const name = names[state.sort];
      const numeric = all.every(({ row }) => !row[name] || numberOf(row[name]) !== null);
      const compare = (a, b) => numeric
        ? (numberOf(a.row[name]) ?? -Infinity) - (numberOf(b.row[name]) ?? -Infinity)
        : collator.compare(a.cells[state.sort].text, b.cells[state.sort].text);
      rows = [...rows].sort(compare);
      if (state.down) rows.reverse();
    }
    return rows;
  }

  function draw() {
    const rows = chosen();
    const shown = rows.slice(state.from, state.from + PAGE);
    body.replaceChildren(...shown.map(({ cells }) => el("tr", {}, cells.map(cellOf))));
    position.textContent = say(words.position, { a: rows.length ? state.from + 1 : 0, b: state.from + shown.length, n: rows.length });
    back.disabled = state.from === 0;
    on.disabled = state.from + PAGE >= rows.length;
  }

  draw();
  const controls = el("p", { class: "controls" },
    el("label", {}, `${words.filter} `, filter), position, ...(all.length > PAGE ? [back, on] : []));
  const table = el("table", {}, el("thead", {}, el("tr", {}, headers)), body);
  return el("div", {}, controls, el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": words.table }, table));
}

function cellOf(cell) {
  const attributes = { lang: cell.lang, class: cell.number ? "numeric" : null };
  return el("td", attributes, cell.href ? el("a", { href: cell.href }, cell.text) : cell.text);
}
