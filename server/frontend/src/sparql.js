// The query page: the plain form becomes an editor, and its answer is shown in place.
import Yasqe from "@zazuko/yasqe";
import "@zazuko/yasqe/build/yasqe.min.css";
import "./sparql.css";
import { completeFrom, knowPrefixes } from "./completion.js";
import { el } from "./elements.js";
import { addressOf, ask, show } from "./results.js";

const form = document.getElementById("ask");
if (form) start(form);

function start(form) {
  const settings = JSON.parse(form.dataset.settings);
  const { words } = settings;
  const field = form.querySelector("textarea");
  const button = form.querySelector("button.run");
  const section = document.getElementById("answer");
  const places = { place: document.getElementById("shown"), offers: document.getElementById("offers") };
  let running = null;

  knowPrefixes(Yasqe, settings.prefixes);
  Yasqe.defaults.autocompleters = completeFrom(Yasqe, settings);
  const holder = document.createElement("div");
  holder.className = "editor";
  field.after(holder);
  field.hidden = true;
  form.classList.add("scripted");
  const editor = new Yasqe(holder, {
    value: field.value,
    createShareableLink: null,
    consumeShareLink: null,
    persistenceId: null,
    showQueryButton: false,
    resizeable: false,
    editorHeight: null,
    viewportMargin: Infinity,
    extraKeys: { Tab: false, "Shift-Tab": false, "Ctrl-Enter": run, "Cmd-Enter": run, "Ctrl-S": false },
  });
  const input = editor.getInputField();
  const label = form.querySelector("label[for=query]");
  label.id = "query-label";
  label.removeAttribute("for"); // the field is hidden, its label is the editor's now
  label.addEventListener("click", () => editor.focus());
  input.setAttribute("aria-labelledby", label.id);
  input.setAttribute("aria-describedby", "keys");

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (running) running.abort();
    else run();
  });

  async function run() {
    running?.abort();
    const own = (running = new AbortController());
    const query = editor.getValue();
    button.textContent = words.stop;
    section.hidden = false;
    section.classList.add("asked-for");
    section.setAttribute("aria-busy", "true");
    try {
      const reply = await ask(query, settings, own.signal);
      show(reply, query, settings, places);
      pointOut(reply.problem ?? "");
      history.replaceState(null, "", address(query, settings, settings.lang));
      point(query);
    } catch (error) {
      if (error.name !== "AbortError") throw error;
    } finally {
      if (running === own) {
        running = null;
        button.textContent = words.run;
        section.removeAttribute("aria-busy");
      }
    }
  }

  /** What the server found, at its place: in the margin and under the word, until the query is changed. */
  function pointOut(problem) {
    const place = /^(\d+):(\d+): (.*)/s.exec(problem);
    if (!place) return;
    const [line, ch, doc] = [place[1] - 1, place[2] - 1, editor.getDoc()];
    const rest = doc.getLine(line)?.slice(ch) ?? "";
    const length = /^\s*\S*/.exec(rest)[0].length;
    const mark = doc.markText({ line, ch: length ? ch : Math.max(0, ch - 1) }, { line, ch: ch + Math.max(length, 1) },
      { className: "mistake", attributes: { title: place[3] } });
    editor.clearGutter("gutterErrorBar");
    editor.setGutterMarker(line, "gutterErrorBar", el("span", { class: "mistake-here", title: place[3] }, "!"));
    doc.setCursor({ line, ch });
    editor.scrollIntoView({ line, ch });
    const forget = () => {
      mark.clear();
      editor.clearGutter("gutterErrorBar");
      editor.off("change", forget);
    };
    editor.on("change", forget);
  }

  /** The other language is chosen for the query that stands here now. */
  function point(query) {
    for (const link of document.querySelectorAll("a.language, a[hreflang]")) {
      const lang = link.getAttribute("hreflang");
      if (new URL(link.href).pathname === settings.urls.sparql && lang) link.href = address(query, settings, lang);
    }
  }

  const carried = new URLSearchParams(location.hash.slice(1)).get("query");
  if (carried) editor.setValue(carried);
  if (carried || new URLSearchParams(location.search).has("query")) run();
}

function address(query, settings, lang) {
  const found = addressOf(query, settings);
  return found.includes("#") ? found.replace("#", `?lang=${lang}#`) : `${found}&lang=${lang}`;
}
