// What the numbers of an answer are of: which columns hold amounts, which numbers as printed, their power of ten, their unit.
// A chart never draws a printed number without its power of ten where the answer has it, nor two units on one scale.
import { columnsWhere, numberOf, shownTerm } from "./answers.js";

const DECIMAL = "http://www.w3.org/2001/XMLSchema#decimal";
const NAMED = {
  amount: /^(lower_?|upper_?|first_?|second_?)?(amount|bel(ø|o)p)$/i,
  power: /^(unit_?mult(iplier)?|multiplier|power(_?of_?ten)?|tierpotens)$/i,
  unit: /^(unit(_?label|_?measure|_?name)?|enhet)$/i,
  qualifier: /^(qualifier(_?label)?|forbehold)$/i,
  certainty: /^(certainty|certainties|sikkerhet)$/i,
};
const ASKED = {
  amount: ["amount", "lowerAmount", "upperAmount"],
  printed: ["obsValue", "lowerValue", "upperValue"],
  power: ["unitMult"],
  unit: ["unitMeasure"],
  qualifier: ["qualifier"],
};

/** The variables of a query that are bound by some properties, directly or by what a path goes on to. */
function boundBy(query, names) {
  const path = String.raw`(?:\s*/\s*(?:[\w-]*:[\w.-]+|<[^>]*>))*`;
  const pattern = new RegExp(String.raw`(?:[:#/])(?:${names.join("|")})>?${path}\s+[?$](\w+)`, "g");
  return [...query.matchAll(pattern)].map(([, name]) => name);
}

/** The columns of an answer by what they hold; `printed` are the numbers that need `power`. */
export function rolesOf(answer, query = "") {
  const columns = answer.head.vars;
  const found = Object.fromEntries(Object.entries(ASKED).map(([role, names]) => [role, boundBy(query, names).filter((name) => columns.includes(name))]));
  const named = (role) => [...(found[role] ?? []), ...columns.filter((name) => NAMED[role].test(name))];
  const amounts = new Set(named("amount"));
  const power = named("power")[0];
  const decimals = columnsWhere(answer, (term) => term.datatype === DECIMAL);
  const printed = found.printed.length ? found.printed : decimals.filter((name) => !amounts.has(name));
  return {
    amounts,
    power,
    printed: new Set(printed.filter((name) => name !== power)),
    bare: !power && found.printed.length > 0, // printed numbers whose power of ten was not asked for
    unit: named("unit")[0],
    qualifier: named("qualifier")[0],
    certainty: named("certainty")[0],
  };
}

/** The columns that can be drawn: numbers, but for the power of ten; amounts first to be chosen. */
export function drawable(answer, roles) {
  const numbers = columnsWhere(answer, (term) => numberOf(term) !== null).filter((name) => name !== roles.power);
  return [...numbers.filter((name) => !roles.amounts.has(name)), ...numbers.filter((name) => roles.amounts.has(name)).reverse()];
}

/** A row's number in a column, in its unit: a printed number times its power of ten, moved in the text so that nothing is rounded. */
export function amountOf(row, column, roles) {
  const number = numberOf(row[column]);
  if (number === null || !roles.power || !roles.printed.has(column)) return number;
  const power = numberOf(row[roles.power]);
  return power === null ? number : Number(`${row[column].value}e${power}`);
}

/** The points of a chart: the number in its unit, and how it is written, with qualifier and unit. */
export function pointsOf(answer, column, label, roles, settings) {
  const format = new Intl.NumberFormat(settings.lang, { maximumFractionDigits: 12 });
  const said = (row, name) => (name && row[name] ? shownTerm(row[name], settings).text : "");
  return answer.results.bindings.filter((row) => row[column]).map((row) => {
    const value = amountOf(row, column, roles);
    const unit = said(row, roles.unit);
    const certainty = said(row, roles.certainty);
    return {
      row,
      label: shownTerm(row[label], settings).text,
      value,
      unit,
      printed: [said(row, roles.qualifier), format.format(value), unit].filter(Boolean).join(" "),
      certainty,
    };
  });
}

/** The units of some points, the commonest first. */
export function unitsOf(points) {
  const counts = new Map();
  for (const { unit } of points) counts.set(unit, (counts.get(unit) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1]).map(([unit]) => unit);
}
