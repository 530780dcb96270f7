// Makes elements. Text goes in as text, never as markup: what a query answers is anybody's.

const SVG = "http://www.w3.org/2000/svg";

/** An HTML element with attributes and children; an attribute that begins with "on" is a listener. */
export function el(name, attributes = {}, ...children) {
  return dress(document.createElement(name), attributes, children);
}

/** An SVG element. */
export function svg(name, attributes = {}, ...children) {
  return dress(document.createElementNS(SVG, name), attributes, children);
}

function dress(element, attributes, children) {
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}

/** A phrase with its places filled: `{n}`. */
export function say(phrase, values = {}) {
  return phrase.replace(/\{(\w+)\}/g, (whole, key) => values[key] ?? whole);
}

const CATEGORIES = ["zero", "one", "two", "few", "many", "other"];

/** The form of a phrase that stands with a number: gettext's forms are in the order of CLDR's categories. */
export function formOf(count, forms, lang) {
  const rules = new Intl.PluralRules(lang);
  const known = CATEGORIES.filter((category) => rules.resolvedOptions().pluralCategories.includes(category));
  return forms[Math.min(known.indexOf(rules.select(count)), forms.length - 1)];
}

/** A text of at most so many letters. */
export function cut(text, length) {
  return text.length > length ? `${text.slice(0, length - 1)}…` : text;
}

/** A labelled choice among values. */
export function choice(label, options, chosen, onchange) {
  const select = el("select", { onchange: () => onchange(select.value) },
    options.map(([value, text]) => el("option", { value, selected: value === chosen }, text)));
  return el("label", { class: "choice" }, `${label} `, select);
}
