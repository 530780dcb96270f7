// The query page: the plain form becomes an editor, and its answer is shown in place.
import Yasqe from "@zazuko/yasqe";
import "@zazuko/yasqe/build/yasqe.min.css";
import "./sparql.css";
import { completeFrom } from "./completion.js";
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
      const mistake = /^(\d+):(\d+):/.exec(reply.problem ?? "");
      if (mistake) editor.getDoc().setCursor({ line: mistake[1] - 1, ch: mistake[2] - 1 });
      history.replaceState(null, "", address(query, settings.lang));
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

  /** The other language is chosen for the query that stands here now. */
  function point(query) {
    for (const link of document.querySelectorAll("a.language, a[hreflang]")) {
      const lang = link.getAttribute("hreflang");
      if (new URL(link.href).pathname === "/sparql" && lang) link.href = address(query, lang);
    }
  }

  const carried = new URLSearchParams(location.hash.slice(1)).get("query");
  if (carried) editor.setValue(carried);
  if (carried || new URLSearchParams(location.search).has("query")) run();
}

function address(query, lang) {
  const found = addressOf(query);
  return found.includes("#") ? found.replace("/sparql#", `/sparql?lang=${lang}#`) : `${found}&lang=${lang}`;
}
