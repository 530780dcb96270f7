// Fills the templates of web/sparql/snippets.py, which the page carries: what is quoted there is quoted here.

const GRAPHS = ["CONSTRUCT", "DESCRIBE"];
const SKIPPED = /<[^<>"{}|^`\\\s]*>|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|#[^\n]*|\b[\w-]*:/g;
const FORM = /\b(SELECT|ASK|CONSTRUCT|DESCRIBE)\b/i;

/** SELECT, ASK, CONSTRUCT or DESCRIBE: the first such word outside IRIs, strings, names and comments. */
export function formOf(query) {
  return FORM.exec(query.replace(SKIPPED, " "))?.[1].toUpperCase() ?? "SELECT";
}

export const isGraph = (query) => GRAPHS.includes(formOf(query));

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
  const values = { query: QUOTING[snippet.quoting](query), endpoint, mark };
  return snippet.text.replace(/\{(query|endpoint|mark)\}/g, (_, name) => values[name]);
}

/** Title and text of each program for a query. */
export function snippetsFor(snippets, query, endpoint) {
  const form = formOf(query);
  return snippets.filter((row) => row.forms.includes(form)).map((row) => [row.title, fill(row, query, endpoint)]);
}
