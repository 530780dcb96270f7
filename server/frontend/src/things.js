// Completes things by their labels: `?theme skos:broader bedre he` becomes the IRI of what is called so. Which things, says
// the search index of the release, by the service that completes names for reconciliation (/reconcile/<lang>/suggest).
import { el } from "./elements.js";

const SHORTEST = 2;
const WORDS = /\p{L}[\p{L}\p{N}'’-]*(?: \p{L}[\p{L}\p{N}'’-]*)*$/u;
const NO_START = /[?$:@<"'\\/#_\p{N}^-]$/u;
const KEYWORDS = ["base", "prefix", "select", "distinct", "reduced", "construct", "describe", "ask", "from", "named", "where",
  "order", "group", "having", "limit", "offset", "values", "optional", "filter", "graph", "union", "minus", "bind",
  "service", "silent", "exists", "not", "in", "as", "true", "false", "undef", "count", "sum", "min", "max", "avg", "sample",
  "separator", "group_concat"];

/** Registers the completer; classes and properties go first, where those may stand. */
export function completeThings(Yasqe, { lang, urls }) {
  const known = new Map();
  const named = (prefix) => {
    if (!known.has(prefix)) {
      known.set(prefix, fetch(`${urls.reconcile}/${lang}/suggest/entity?prefix=${encodeURIComponent(prefix)}`)
        .then((answer) => (answer.ok ? answer.json() : { result: [] }))
        .catch(() => ({ result: [] }))
        .then((found) => new Map(found.result.map((thing) => [`<${thing.id}>`, thing]))));
    }
    return known.get(prefix);
  };
  const others = ["class", "property"].map((name) => Yasqe.Autocompleters[name]);
  Yasqe.registerAutocompleter({
    name: "things",
    autoShow: true,
    bulk: false,
    isValidCompletionPosition: (yasqe) =>
      typed(yasqe) !== "" && !others.some((other) => other.isValidCompletionPosition(yasqe)),
    preProcessToken: (yasqe, token) => {
      const words = typed(yasqe);
      const { ch } = yasqe.getDoc().getCursor();
      return { ...token, string: words, from: { ch: ch - words.length }, to: { ch } };
    },
    postProcessSuggestion: (_yasqe, _token, suggestion) => suggestion,
    get: async (_, token) => (token.string ? [...(await named(token.string)).keys()] : []),
    postprocessHints: async (yasqe, hints) => {
      const found = hints.length ? await named(typed(yasqe)) : new Map();
      return hints.map((hint) => ({ ...hint, render: (line) => describe(line, found.get(hint.text)) }));
    },
  });
}

/** The words before the cursor that are no SPARQL, within a pattern; empty where there are none. */
function typed(yasqe) {
  const doc = yasqe.getDoc();
  const { line, ch } = doc.getCursor();
  const before = doc.getLine(line).slice(0, ch);
  const run = WORDS.exec(before)?.[0] ?? "";
  let start = before.length;
  for (const word of run.split(" ").reverse()) {
    const end = start === before.length ? start : start - 1;
    if (yasqe.getTokenAt({ line, ch: end }).type !== "error") break;
    start = end - word.length;
  }
  const words = before.slice(start);
  if (NO_START.test(before.slice(0, start)) || !doc.getRange({ line: 0, ch: 0 }, { line, ch }).includes("{")) return "";
  const lower = words.toLowerCase();
  return words.length < SHORTEST || KEYWORDS.some((keyword) => keyword.startsWith(lower)) ? "" : words;
}

function describe(line, thing) {
  if (!thing) return;
  line.append(el("span", { class: "said" }, thing.name), el("span", { class: "uses" }, thing.notable?.[0]?.name ?? ""));
  line.title = thing.description ? `${thing.id}\n${thing.description}` : thing.id;
}
