// The answer to a query, as SPARQL's JSON has it, made ready for table, chart and map.

const XSD = "http://www.w3.org/2001/XMLSchema#";
const NUMERIC = new Set(["integer", "decimal", "double", "float", "int", "long", "short", "byte", "nonNegativeInteger",
  "positiveInteger", "nonPositiveInteger", "negativeInteger", "unsignedInt", "unsignedLong"].map((name) => XSD + name));
const WKT = "http://www.opengis.net/ont/geosparql#wktLiteral";

/** A term's number; null where it is none: a string of digits is a code. */
export function numberOf(term) {
  if (!NUMERIC.has(term?.datatype)) return null;
  const number = Number(term.value);
  return Number.isFinite(number) ? number : null;
}

/** A term's place on a time line in years: a year, a date; else null. */
export function timeOf(term) {
  const found = term && term.type !== "uri" && /^(\d{4})(?:-(\d\d)(?:-(\d\d))?)?(?:$|T)/.exec(term.value);
  return found ? Number(found[1]) + (Number(found[2] ?? 1) - 1) / 12 + (Number(found[3] ?? 1) - 1) / 365 : null;
}

/** The columns where some row has a value and every value passes. */
export function columnsWhere(answer, test) {
  return answer.head.vars.filter((name) => {
    const values = answer.results.bindings.map((row) => row[name]).filter(Boolean);
    return values.length > 0 && values.every(test);
  });
}

export const isNumber = (term) => numberOf(term) !== null;
export const isTime = (term) => timeOf(term) !== null;
export const isWkt = (term) => term.datatype === WKT;

/** What a term says, and where it leads: to this server for what it describes, out for other web addresses. */
export function shownTerm(term, settings) {
  if (!term) return { text: "" };
  if (term.type === "triple") {
    const part = (name) => shownTerm(term.value[name], settings).text;
    return { text: `<< ${part("subject")} ${part("predicate")} ${part("object")} >>` };
  }
  if (term.type === "bnode") return { text: `_:${term.value}` };
  if (term.type !== "uri") return { text: term.value, lang: term["xml:lang"], number: isNumber(term) };
  return { text: shortened(term.value, settings), href: addressOf(term.value, settings) };
}

function shortened(iri, { base, prefixes }) {
  for (const [prefix, namespace] of Object.entries(prefixes)) {
    const local = iri.startsWith(namespace) ? iri.slice(namespace.length) : "";
    if (/^[\w.-]*\w$/.test(local)) return `${prefix}:${local}`;
  }
  return iri.startsWith(base) ? iri.slice(base.length) : iri;
}

function addressOf(iri, { base, prefixes, urls }) {
  if (iri.startsWith(`${base}id/`) && !/[?#]/.test(iri)) return urls.thing + iri.slice(base.length + 3);
  if (iri.startsWith(`${base}data/`)) return urls.data + iri.slice(base.length + 5);
  if (iri.startsWith(base) || iri.startsWith(prefixes.sdg) || iri.startsWith(prefixes.delmaal)) {
    return urls.iri + encodeURIComponent(iri);
  }
  return /^https?:\/\//.test(iri) ? iri : "";
}
