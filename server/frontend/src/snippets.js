// Fills the templates of protocols/sparql/snippets.py, which the page carries: what is quoted there is quoted here.

const GRAPHS = ["CONSTRUCT", "DESCRIBE"];
const SKIPPED = /<[^<>"{}|^`\\\s]*>|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|#[^\n]*|\b[\w-]*:/g;
const FORM = /\b(SELECT|ASK|CONSTRUCT|DESCRIBE)\b/i;

/** SELECT, ASK, CONSTRUCT or DESCRIBE: the first such word outside IRIs, strings, names and comments. */
export function formOf(query) {
  return FORM.exec(query.replace(SKIPPED, " "))?.[1].toUpperCase() ?? "SELECT";
}

export const isGraph = (query) => GRAPHS.includes(formOf(query));

const SHORT = 6000;
const DECLARED = /\bPREFIX\s+([\w.-]*):/gi;
const TOKENS = /<[^<>"{}|^`\\\s]*>|"{3}(?:[^"\\]|\\[\s\S]|"(?!""))*"{3}|'{3}(?:[^'\\]|\\[\s\S]|'(?!''))*'{3}|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|#[^\n]*|[?$]\w+|([A-Za-z][\w-]*):/g;

/** The query with a declaration of each of the prefixes that it uses and does not declare: it runs anywhere. */
export function declared(query, prefixes) {
  const own = new Set([...query.matchAll(DECLARED)].map((found) => found[1]));
  const used = new Set([...query.matchAll(TOKENS)].map((found) => found[1]).filter((name) => name && Object.hasOwn(prefixes, name) && !own.has(name)));
  return [...used].sort().map((name) => `PREFIX ${name}: <${prefixes[name]}>\n`).join("") + query;
}

const QUOTING = {
  heredoc: (query) => query,
  python: (query) => query.replaceAll("\\", "\\\\").replaceAll("'''", "\\'\\'\\'"),
  r(query) {
    let dashes = "";
    while (query.includes(`)${dashes}"`)) dashes += "-";
    return `r"${dashes}(\n${query}\n)${dashes}"`;
  },
};

/** The program that runs a query. */
export function fill(snippet, text, endpoint) {
  const query = text.trim();
  let mark = "SPARQL";
  while (query.split("\n").includes(mark)) mark += "_";
  const method = encodeURIComponent(query).length <= SHORT ? "GET" : "POST";
  const values = { query: QUOTING[snippet.quoting](query), endpoint, mark, method };
  return snippet.text.replace(/\{(query|endpoint|mark|method)\}/g, (_, name) => values[name]);
}

/** Title and text of each program for a query. */
export function snippetsFor(snippets, query, endpoint, prefixes) {
  const form = formOf(query);
  const whole = declared(query.trim(), prefixes);
  return snippets.filter((row) => row.forms.includes(form)).map((row) => [row.title, fill(row, whole, endpoint)]);
}
