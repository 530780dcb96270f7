// Asks the endpoint, and shows the answer as table, chart, map or raw text, with its downloads, link and programs.
import { chartable, chartView } from "./chart.js";
import { el, formOf, say } from "./elements.js";
import { mapView, placesOf } from "./map.js";
import { declared, isGraph, snippetsFor } from "./snippets.js";
import { tableView } from "./table.js";
import { stretchesOf, timelineView } from "./timeline.js";

const LONGEST_ADDRESS = 8000;

/** Ask a query; `{ answer | text | problem, milliseconds }`. */
export async function ask(query, settings, signal) {
  const began = performance.now();
  let reply;
  try {
    reply = await fetch(settings.urls.sparql, {
      method: "POST",
      headers: { Accept: "application/sparql-results+json, text/turtle;q=0.9", "Accept-Language": settings.lang },
      body: new URLSearchParams({ query }),
      signal,
    });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    return { problem: settings.words.unreachable };
  }
  const text = await reply.text();
  const milliseconds = Math.round(performance.now() - began);
  if (!reply.ok) return { problem: problemIn(text) };
  if ((reply.headers.get("Content-Type") ?? "").startsWith("text/turtle")) return { text, milliseconds };
  return { answer: JSON.parse(text), text, milliseconds };
}

function problemIn(text) {
  try {
    const { title, detail } = JSON.parse(text);
    return detail || title;
  } catch {
    return text.slice(0, 500);
  }
}

/** Show a reply in its place. */
export function show(reply, query, settings, { place, offers }) {
  const { words } = settings;
  if (reply.problem) {
    place.replaceChildren(el("div", { class: "trouble", role: "alert" }, el("p", {}, el("strong", {}, words.failed)), el("p", {}, reply.problem)));
    offers.replaceChildren();
    return;
  }
  const time = ` ${say(words.time, { n: reply.milliseconds })}`;
  const { answer } = reply;
  if (answer?.boolean !== undefined) place.replaceChildren(el("p", { class: "truth", role: "status" }, (answer.boolean ? words.yes : words.no)));
  else if (answer) showTable(answer, query, reply, time, settings, place);
  else place.replaceChildren(el("p", { class: "count", role: "status" }, `${words.answer}${time}`), raw(reply.text));
  offers.replaceChildren(...offersOf(query, answer?.boolean !== undefined, settings));
}

function showTable(answer, query, reply, time, settings, place) {
  const { words } = settings;
  const count = answer.results.bindings.length;
  const phrase = count === 0 ? words.none : say(formOf(count, settings.rows, settings.told), { n: count });
  const status = el("p", { class: "count", role: "status" }, `${phrase}${count ? time : ""}`);
  if (!count) {
    place.replaceChildren(status);
    return;
  }
  const places = placesOf(answer, settings);
  const stretches = stretchesOf(answer, settings);
  const views = [
    ["table", () => tableView(answer, settings)],
    chartable(answer, query).length ? ["chart", () => chartView(answer, query, settings)] : null,
    stretches.length ? ["timeline", () => timelineView(stretches, settings)] : null,
    places.length ? ["map", () => mapView(places, settings)] : null,
    ["raw", () => raw(reply.text)],
  ].filter(Boolean);
  const view = el("div", { class: "view" });
  const buttons = views.map(([name, make]) => el("button", {
    type: "button", class: "view-button", "data-view": name, "aria-pressed": "false", onclick: () => choose(name, make) }, words[name]));

  function choose(name, make) {
    view.replaceChildren(make());
    buttons.forEach((button) => button.setAttribute("aria-pressed", String(button.dataset.view === name)));
  }

  choose(...views[0]);
  place.replaceChildren(status, el("div", { class: "views", role: "group", "aria-label": words.views }, buttons), view);
}

function raw(text) {
  return el("pre", { class: "text", tabindex: "0" }, el("code", {}, text.slice(0, 500_000)));
}

/** The address of a query, in a format or as a page; a long one goes after the #, which no server has to take. */
export function addressOf(query, { urls }, format) {
  const rest = format ? `&format=${format}` : "";
  const address = `${urls.sparql}?query=${encodeURIComponent(query)}${rest}`;
  return address.length > LONGEST_ADDRESS && !format ? `${urls.sparql}#query=${encodeURIComponent(query)}` : address;
}

function offersOf(query, truth, settings) {
  const { words, formats } = settings;
  const rows = isGraph(query) ? formats.graph : formats.table.filter(([name]) => !truth || !["csv", "tsv"].includes(name));
  const kept = addressOf(declared(query, settings.prefixes), settings); // whoever gets it may paste it elsewhere
  const link = new URL(kept, location.href).href;
  return [
    el("h3", {}, words.downloads),
    el("ul", { class: "formats" }, rows.map(([name, label, suffix]) => el("li", {},
      el("a", { href: addressOf(query, settings, name), download: `delmaal.${suffix}`, onclick: (event) => post(event, query, settings, name, suffix) }, label)))),
    el("p", { class: "permanent" }, `${words.permanent}: `, el("a", { href: kept }, cut(link)), " ", copier(link, words)),
    el("h3", {}, words.snippets),
    ...snippetsFor(settings.snippets, query, new URL(settings.urls.sparql, location.href).href, settings.prefixes).map(([title, text]) =>
      el("details", { class: "snippet" }, el("summary", {}, title), copier(text, words), el("pre", { class: "text", tabindex: "0" }, el("code", {}, text)))),
  ];
}

/** A query that is too long for an address is sent in the body instead, and its answer kept as a file. */
async function post(event, query, settings, format, suffix) {
  if (addressOf(query, settings, format).length <= LONGEST_ADDRESS) return;
  event.preventDefault();
  const reply = await fetch(settings.urls.sparql, { method: "POST", body: new URLSearchParams({ query, format }) });
  const address = URL.createObjectURL(await reply.blob());
  el("a", { href: address, download: `delmaal.${suffix}` }).click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

function copier(text, words) {
  const button = el("button", { type: "button", class: "quiet copy", onclick: async () => {
    await navigator.clipboard.writeText(text);
    button.textContent = words.copied;
  } }, words.copy);
  return button;
}

function cut(link) {
  return link.length > 90 ? `${link.slice(0, 88)}…` : link;
}
