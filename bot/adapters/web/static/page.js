// Opens panels without leaving the page, and keeps the feed live. Everything here also works
// without it, by plain links and forms.

const panel = document.querySelector("#panel");
const status = document.querySelector("#status");
const lost = document.querySelector("#lost");
const box = document.querySelector("#text");
const LOST = "FlaskQuiz does not answer. What you typed is still here; try again.";
const PATIENCE = 20_000;
const coarse = matchMedia("(pointer: coarse)");

let opener = "";
let wanted = null; // the panel asked for last: an older one that comes later is not shown

// --- asking the server

async function ask(url, options = {}) {
  const headers = { "X-FlaskQuiz": "1", ...options.headers };
  // A network that was left without a word would hold up this, and what waits its turn, for minutes.
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), PATIENCE);
  try {
    const response = await fetch(url, { ...options, headers, signal: patience.signal });
    const text = await response.text();
    // A proxy that cannot reach us answers with a page of its own.
    if (!response.headers.has("X-FlaskQuiz")) return { status: 0, text: LOST };
    return {
      status: response.status,
      text,
      address: response.headers.get("X-Address") || "/",
      again: response.headers.has("X-Again"),
    };
  } catch {
    return { status: 0, text: LOST };
  } finally {
    clearTimeout(timer);
  }
}

function parse(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return template.content;
}

// --- the panel

function show(answer, { push = true } = {}) {
  for (const old of document.querySelectorAll("[role=alert]")) old.textContent = "";
  if (source?.readyState === EventSource.OPEN) lost.textContent = "";
  panel.replaceChildren(parse(answer.text));
  if (push && location.pathname + location.search !== answer.address) {
    history.pushState(null, "", answer.address);
  }
  open();
}

function open() {
  if (!panel.matches(":modal")) {
    opener = document.activeElement?.id || opener;
    panel.open = false;
    panel.showModal();
  }
  panel.scrollTop = 0;
  document.title = `${panel.querySelector("#panel-title").textContent} · FlaskQuiz`;
  restoreDraft();
  const first = panel.querySelector("[aria-invalid] input, [aria-invalid]")
    || (coarse.matches ? null : panel.querySelector("[data-first]"))
    || panel.querySelector("#panel-title");
  first?.focus({ preventScroll: !first.matches("[aria-invalid], [aria-invalid] *") });
}

panel.addEventListener("close", () => {
  if (wanted?.reads) wanted = null;
  if (location.search) history.pushState(null, "", "/");
  document.title = "FlaskQuiz";
  // The browser gives the focus back by itself, unless that card was replaced meanwhile.
  const active = document.activeElement;
  if (active === document.body || panel.contains(active)) {
    (document.getElementById(opener) || box)?.focus({ preventScroll: true });
  }
});

function isBeside(event) {
  if (event.target !== panel) return false;
  const edge = panel.getBoundingClientRect();
  return event.clientX < edge.left || event.clientX > edge.right
    || event.clientY < edge.top || event.clientY > edge.bottom;
}

// A press that begins or ends in the panel, as when words are selected, does not close it.
let pressedBeside = false;

panel.addEventListener("pointerdown", (event) => {
  pressedBeside = isBeside(event);
});

panel.addEventListener("click", (event) => {
  if (pressedBeside && isBeside(event)) panel.close();
});

async function go(show_, options) {
  const own = wanted = { reads: true };
  const answer = await ask(`/panel?show=${encodeURIComponent(show_)}`);
  if (own !== wanted) return;
  if (answer.status === 200) show(answer, options);
  else complain(null, answer.text);
}

addEventListener("popstate", () => {
  const show_ = new URLSearchParams(location.search).get("show");
  if (show_) return go(show_, { push: false });
  if (wanted?.reads) wanted = null;
  if (panel.open) panel.close();
});

// --- words not sent yet

function draftKey(form) {
  return `draft ${form.dataset.draft}`;
}

function restoreDraft() {
  const form = panel.querySelector("[data-draft]");
  const area = form?.querySelector("textarea");
  const kept = form && sessionStorage.getItem(draftKey(form));
  if (area && kept && !area.value) area.value = kept;
}

panel.addEventListener("input", (event) => {
  const form = event.target.closest("[data-draft]");
  if (form && event.target.matches("textarea")) {
    sessionStorage.setItem(draftKey(form), event.target.value);
  }
});

// --- forms and links

let queue = Promise.resolve();

function inTurn(work) {
  queue = queue.then(work, work);
  return queue;
}

async function submit(form) {
  const fields = new URLSearchParams(new FormData(form));
  if (form.getAttribute("method") === "get") return go(fields.get("show"));
  form.setAttribute("aria-busy", "true");
  complain(form, "");
  const url = form.getAttribute("action");
  const own = wanted = {};
  const answer = await inTurn(() => ask(url, { method: "POST", body: fields }));
  form.removeAttribute("aria-busy");
  if (answer.status !== 200) return complain(form, answer.text);
  if (form.dataset.draft && !answer.again) sessionStorage.removeItem(draftKey(form));
  if (form.id === "say" && !answer.again) form.reset();
  if (own === wanted) show(answer);
  refresh();
}

function complain(form, sentence) {
  const seen = form?.isConnected && !form.closest("dialog:not([open])");
  const own = seen && form.querySelector("[role=alert]");
  const shown = panel.open && panel.querySelector("[role=alert]");
  const place = own || shown || document.querySelector("#say .alert");
  if (place) place.textContent = sentence;
  else if (sentence) lost.textContent = sentence;
}

// Of a form sent twice a browser drops the first answer: the one with the cookie of a new member.
function once(event) {
  const form = event.target;
  if (form.getAttribute("aria-busy") === "true") return event.preventDefault();
  form.setAttribute("aria-busy", "true");
  setTimeout(() => form.removeAttribute("aria-busy"), PATIENCE);
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.matches("[data-forget]")) sessionStorage.clear();
  if (!form.matches("[data-live]")) return once(event);
  event.preventDefault();
  opener = event.submitter?.id || opener;
  if (form.getAttribute("aria-busy") !== "true") submit(form);
});

document.addEventListener("click", (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  const link = event.target.closest("a[data-panel], a[data-close]");
  if (!link) return;
  event.preventDefault();
  if (link.matches("[data-close]")) panel.close();
  else go(new URL(link.href).searchParams.get("show"));
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.matches("textarea")) {
    event.target.form.requestSubmit();
  }
});

// Ticks are kept one by one, so that a refresh brings them back.
panel.addEventListener("change", (event) => {
  const form = event.target.closest("[data-tick]");
  const ticks = event.target.closest("[data-ticks]");
  if (!form || !ticks) return;
  const fields = new URLSearchParams([["action", form.dataset.tick], ["_many", "ticks"]]);
  for (const box_ of ticks.querySelectorAll(":checked")) fields.append("ticks", box_.value);
  inTurn(() => ask("/do", { method: "POST", body: fields }));
});

// --- the feed

let refreshing = false;
let again = false;
let retry = 0;

async function refresh() {
  again = refreshing;
  if (refreshing) return;
  refreshing = true;
  clearTimeout(retry);
  const answer = await ask("/feed");
  if (answer.status === 200) merge(parse(answer.text).querySelector("#feed"));
  // The stream says once that something is new; a hidden page hears it again when it is seen.
  else if (!document.hidden) retry = setTimeout(refresh, 5000);
  refreshing = false;
  if (again) refresh();
}

function merge(fresh) {
  const feed = document.querySelector("#feed");
  const focused = feed.contains(document.activeElement) ? document.activeElement.id : "";
  const before = new Map([...feed.children].map((card) => [card.id, card]));
  const news = [...fresh.children].filter((card) => !before.has(card.id));
  const cards = [...fresh.children].map((card) => keep(before.get(card.id), card));
  for (const card of before.values()) if (!cards.includes(card)) card.remove();
  cards.forEach((card, at) => {
    if (feed.children[at] !== card) feed.insertBefore(card, feed.children[at] || null);
  });
  feed.dataset.version = fresh.dataset.version;
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  if (news.length) status.textContent = `New: ${news[0].getAttribute("aria-label")}`;
}

// What is unchanged stays where it is, so that nothing a reader opened, selected or scrolled is
// lost: of a card whose counter has changed, all but the counter.
function keep(old, fresh) {
  if (!old) return fresh;
  const opened = old.querySelector("details[open]");
  const details = fresh.querySelector("details");
  if (opened && details) details.open = true;
  const parts = [...fresh.children];
  const alike = parts.length === old.children.length
    && old.cloneNode().isEqualNode(fresh.cloneNode());
  if (!alike) return fresh;
  [...old.children].forEach((part, at) => {
    if (!part.isEqualNode(parts[at])) part.replaceWith(parts[at]);
  });
  return old;
}

let source = null;

function follow() {
  if (source || document.hidden) return;
  source = new EventSource("/live");
  source.addEventListener("feed", (event) => {
    lost.textContent = "";
    if (event.data !== document.querySelector("#feed").dataset.version) refresh();
  });
  source.addEventListener("error", () => {
    lost.textContent = "Connection lost, trying again…";
    if (source.readyState === EventSource.CLOSED) {
      leave();
      setTimeout(follow, 5000);
    }
  });
}

function leave() {
  source?.close();
  source = null;
}

// A hidden page lets its stream go: a browser has only six connections for all its tabs.
document.addEventListener("visibilitychange", () => {
  if (document.hidden) leave();
  else follow();
});
addEventListener("pagehide", leave);
addEventListener("pageshow", follow);

// The page may be the answer to a form; a refresh is to ask for the page, not to send that again.
if (location.pathname !== "/") history.replaceState(null, "", "/");
if (panel.open) open();
