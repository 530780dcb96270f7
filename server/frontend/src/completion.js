// Completes prefixes, classes and properties from what the release says of itself (/sparql/completion.json).
import { el, say } from "./elements.js";
import { completeThings } from "./things.js";

const MOST = 60;

/** The editor's grammar with the prefixes that the endpoint knows of itself: to use one undeclared is no mistake. */
export function knowPrefixes(Yasqe, prefixes) {
  const original = Yasqe.modes.sparql11;
  Yasqe.defineMode("sparql11", (...given) => {
    const mode = original(...given);
    return { ...mode, startState: (...at) => ({ ...mode.startState(...at), prefixes: { ...prefixes } }) };
  });
}

/** Registers the completers of this publication and leaves out those that ask other servers. */
export function completeFrom(Yasqe, settings) {
  const { prefixes, lang, words, urls } = settings;
  let asked;
  const terms = (kind) => (asked ??= fetch(urls.completion).then((answer) => answer.json()))
    .then((found) => found[kind].map((term) => ({ ...term, ...searchable(term) })));
  for (const [name, original, kind] of [["classes", "class", "classes"], ["properties", "property", "properties"]]) {
    Yasqe.forkAutocompleter(original, {
      name,
      autoShow: true,
      bulk: false,
      preProcessToken: (_, token) => token,
      postProcessSuggestion: (_yasqe, _token, suggestion) => suggestion,
      get: async (_, token) => {
        const typed = token.string.trim().toLowerCase();
        const ranked = (await terms(kind)).map((term) => [rank(term, typed), term]).filter(([place]) => place < 9);
        return ranked.sort((a, b) => a[0] - b[0] || b[1].count - a[1].count).slice(0, MOST).map(([, term]) => term.token);
      },
      postprocessHints: (yasqe, hints) => hints.map((hint) => ({
        ...hint,
        render: (line) => terms(kind).then((all) => describe(line, all.find((term) => term.token === hint.text), lang, words)),
        hint: (editor, list, chosen) => {
          editor.replaceRange(chosen.text, chosen.from ?? list.from, chosen.to ?? list.to, "complete");
          const prefix = chosen.text.split(":")[0];
          if (prefixes[prefix] && !chosen.text.startsWith("<")) yasqe.addPrefixes({ [prefix]: prefixes[prefix] });
        },
      })),
    });
  }
  Yasqe.forkAutocompleter("prefixes", {
    name: "own-prefixes",
    persistenceId: null,
    get: () => Object.entries(prefixes).map(([prefix, namespace]) => `${prefix}: <${namespace}>`).sort(),
  });
  completeThings(Yasqe, settings);
  return ["variables", "own-prefixes", "classes", "properties", "things"];
}

function searchable({ iri, name, label }) {
  const token = name === iri ? `<${iri}>` : name;
  return { token, keys: [name, name.split(":").at(-1), ...Object.values(label)].map((key) => key.toLowerCase()) };
}

/** 0 for what begins so, 1 for what holds it, 9 for what does not. */
function rank({ iri, keys }, typed) {
  if (!typed || keys.some((key) => key.startsWith(typed)) || iri.toLowerCase().startsWith(typed.replace(/^</, ""))) return 0;
  return keys.some((key) => key.includes(typed)) ? 1 : 9;
}

function describe(line, term, lang, words) {
  if (!term) return;
  const label = term.label[lang] ?? Object.values(term.label)[0] ?? "";
  line.append(el("code", {}, term.token), el("span", { class: "said" }, label),
    el("span", { class: "uses" }, say(words.uses, { n: term.count })));
  line.title = term.definition[lang] ?? "";
}
