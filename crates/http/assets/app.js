// Keeps a page current: swaps the text of elements that the server names, says when they stand still,
// and on a seat's page loads what can be done anew. Never takes the focus away, never adds or removes
// rows under a pointer. Everything works without this file too.
"use strict";
(() => {
  // On a narrow page, and on a wall, what leads elsewhere is folded away; without this it stands open.
  const narrow = matchMedia("(max-width: 40rem)");
  function fold() {
    for (const it of document.querySelectorAll("details.fold")) it.open = !narrow.matches && !document.body.classList.contains("wall");
  }
  fold();
  narrow.addEventListener("change", fold);
})();
(() => {
  // Whoever has signed out leaves no note behind (see draft.js); whose session has ended finds theirs again.
  if (!("forgets" in document.body.dataset)) return;
  const notes = Object.keys(sessionStorage).filter((key) => key.startsWith("cuptel-note "));
  notes.forEach((key) => sessionStorage.removeItem(key));
})();
(() => {
  const source = document.body.dataset.live;
  if (!source) return;

  // The engine takes a look at least once a second.
  const STALE_MS = 5000;
  // Longer than the server lets a request wait.
  const PATIENCE_MS = 12000;
  const connection = document.getElementById("connection");
  const said = document.body.dataset;
  const clock = new Intl.DateTimeFormat(document.documentElement.lang === "en" ? "en-GB" : "it-IT", {
    hour: "2-digit", minute: "2-digit", second: "2-digit", timeZone: "Europe/Rome",
  });
  // When the last look came, by this clock; and when it was taken, by the server's.
  let cameMs = Date.now();
  let takenMs = Number(document.body.dataset.at);
  let rowsChanged = false;
  // Whoever looks is not known any more: the server says so instead of a look.
  let hasEnded = false;
  // When a page that was asked for did not come: it is not asked for again at once. And when one came for the
  // parts that are others, and did not help.
  let failedMs = 0;
  let freshenedMs = 0;
  // How often what can be done was taken from another page.
  let takes = 0;
  // What the forms of this page are about, and whether that is over.
  let forms = document.body.dataset.forms;
  let formsChanged = false;
  let loading = false;

  // Other scripts of the page hear of what happens here.
  function tell(name, detail) {
    document.dispatchEvent(new CustomEvent(`cuptel:${name}`, { detail }));
  }

  // Written only when it changes: a status is read aloud each time it is written.
  function write(element, words) {
    if (element instanceof HTMLInputElement) {
      element.value = words;
      return;
    }
    if (element && element.textContent !== words) element.textContent = words;
  }

  // A key that begins with `@` is what the style sheet goes by; words say the same beside it.
  function put(id, words) {
    if (!id.startsWith("@")) return write(document.getElementById(id), words);
    const element = document.getElementById(id.slice(1));
    if (element && element.dataset.level !== words) element.dataset.level = words;
  }

  // Nothing changes its place under a pointer: it is said that it would.
  function tellOrder(order) {
    const note = document.getElementById("order-note");
    if (note && order !== undefined) note.hidden = order === document.body.dataset.order;
  }

  function state() {
    if (hasEnded) return said.saidEnded ?? "";
    if (Date.now() - cameMs > STALE_MS) {
      return (said.saidLost ?? "").replace("{time}", clock.format(takenMs));
    }
    if (rowsChanged) return said.saidRows ?? "";
    const left = document.querySelector("main[data-left]")?.dataset.left;
    if (left !== undefined) return (left === "ended" ? said.saidEnded : said.saidLeft) ?? "";
    return formsChanged ? said.saidForms ?? "" : "";
  }

  function isBeingFilled(area) {
    const at = document.activeElement;
    if (isWriting(area)) return true;
    if (area.contains(at) && at.matches("input:not([type=hidden]), select, textarea")) return true;
    // What was typed is not thrown away either, because something else has the focus for a moment; a note that
    // is kept elsewhere comes back.
    return typedIn(area).some((it) => !(said.keepsNotes && it.matches("[data-kept]")));
  }

  // The controls into which something was typed.
  function typedIn(area) {
    const all = [...area.querySelectorAll("input:not([type=hidden]), textarea")];
    return all.filter(
      (it) => it.type === "checkbox" || it.type === "radio" ? it.checked !== it.defaultChecked : it.value !== it.defaultValue,
    );
  }

  // What somebody chose, ticked or typed there, each with the place that it has; notes are kept elsewhere. Where
  // they are about to send a form, what stands chosen in it counts as chosen.
  function chosenIn(area) {
    const about = document.activeElement?.form;
    const lists = [...area.querySelectorAll("select")].filter((it) => {
      const first = [...it.options].find((option) => option.defaultSelected) ?? it.options[0];
      return it.form === about || it.selectedOptions[0] !== first;
    });
    const typed = typedIn(area).filter((it) => !it.matches("[data-kept]"));
    return [...typed, ...lists].filter((it) => it.id).map((it) => [it, placeOf(it)]);
  }

  function placeOf(control) {
    const conversation = control.form?.querySelector("[name=conversation]")?.value;
    return [control.form?.getAttribute("action"), conversation, control.id].join(" ");
  }

  // Gives it back to the same forms of the same conversation. What is chosen stays chosen, also when it is gone:
  // the next of a list never takes its place unseen.
  function bringBack(area, chosen) {
    for (const [was, place] of chosen) {
      const it = area.querySelector(`#${CSS.escape(was.id)}`);
      if (!it || it === was || placeOf(it) !== place) continue;
      if (it.matches("select") && ![...it.options].some((option) => option.value === was.value)) {
        it.append(new Option(was.selectedOptions[0]?.text ?? "", was.value));
      }
      if (it.matches("[type=checkbox], [type=radio]")) it.checked = was.checked;
      else it.value = was.value;
      it.closest("details:not(.fold)")?.setAttribute("open", "");
    }
  }

  // Whether somebody writes a note there, or is about to send what they wrote.
  function isWriting(area) {
    const form = document.activeElement?.form;
    const note = said.keepsNotes && area.contains(form) ? form.querySelector("[data-kept]") : null;
    return Boolean(note) && (note === document.activeElement || note.value !== "");
  }

  // Whoever still writes about one person can handle the call of the next one.
  function takeCall(old, fresh) {
    const cards = [old, fresh].map((it) => it.querySelector("#call")?.parentElement);
    cards[0]?.remove();
    if (cards[1]) old.querySelector(".actions")?.prepend(cards[1]);
  }

  // Takes what can be done in the same conversation from another page, around the form of the note that is
  // being written: a call that begins or is held meanwhile can be handled, and the field keeps its caret.
  function takeAround(old, fresh) {
    const held = document.activeElement.form;
    const forms = [...fresh.querySelectorAll("form")];
    const theirs = forms.find((it) => it.getAttribute("action") === held?.getAttribute("action") && it.querySelector("[data-kept]"));
    if (old.dataset.conversation !== fresh.dataset.conversation) takeCall(old, fresh);
    if (!theirs || old.dataset.conversation !== fresh.dataset.conversation) return false;
    // What was typed elsewhere stays as well.
    if ([...old.querySelectorAll("form")].some((it) => it !== held && typedIn(it).length > 0)) return false;
    const pairs = [];
    for (let [a, b] = [held, theirs]; a !== old; [a, b] = [a.parentElement, b.parentElement]) {
      if (!b || b === fresh) return false;
      pairs.push([a, b]);
    }
    if (pairs.at(-1)[1].parentElement !== fresh) return false;
    const chosen = chosenIn(old);
    for (const [a, b] of pairs) {
      const around = (it) => [...it.parentElement.children].filter((other) => other !== it);
      around(a).forEach((it) => it.remove());
      const [before, after] = [[], []];
      around(b).forEach((it) => (b.compareDocumentPosition(it) & Node.DOCUMENT_POSITION_PRECEDING ? before : after).push(it));
      a.before(...before);
      a.after(...after);
    }
    bringBack(old, chosen);
    return true;
  }

  // By what a control is known again on a page that was loaded anew.
  function keyOf(control) {
    return [control.id, control.form?.getAttribute("action"), control.name, control.value].join(" ");
  }

  // What had the focus and is gone, or is shown no more, takes nobody to the top of the page.
  let focused = null;
  const isShown = (it) => it.isConnected && it.getClientRects().length > 0;
  document.addEventListener("focusin", (event) => { focused = event.target; });
  // Whoever leaves it by themselves is not brought back.
  document.addEventListener("focusout", (event) => {
    if (event.relatedTarget === null && isShown(event.target)) focused = null;
  });
  function keepFocus() {
    const at = document.activeElement;
    if (focused === null || (at !== null && at !== document.body)) return;
    if (isShown(focused)) return;
    (document.getElementById("do") ?? document.querySelector("main"))?.focus({ preventScroll: true });
  }
  document.addEventListener("cuptel:shown", keepFocus);

  // Puts what can be done as it is on another page into this one.
  function take(page, about) {
    takePart(page, "contacts", "person");
    takePart(page, "doing", "do");
    isTaken(page, about);
    tell("taken");
  }

  function takePart(page, id, heading) {
    const [old, fresh] = [document.getElementById(id), page.getElementById(id)];
    if (!old || !fresh) return;
    const held = old.contains(document.activeElement) ? keyOf(document.activeElement) : null;
    // What one would do next stands in the place of what was done, as taking up after a hold.
    const next = document.activeElement?.dataset.next;
    const chosen = chosenIn(old);
    old.replaceWith(fresh);
    bringBack(fresh, chosen);
    if (held === null) return;
    const all = [...fresh.querySelectorAll("button, input, select, summary")];
    // What is folded away cannot have the focus.
    const same = all.filter((it) => it.getClientRects().length > 0);
    const found = same.find((it) => keyOf(it) === held) ?? same.find((it) => it.id && it.id === next);
    (found ?? document.getElementById(heading)).focus();
  }

  function whoseIs(page) {
    return page.querySelector(".who")?.textContent ?? "";
  }

  function isOthers(page) {
    return whoseIs(page) !== whoseIs(document) || Boolean(page.querySelector('form[action="/session"]'));
  }

  // A page of somebody else, or of nobody, does not come into this one: it begins anew.
  function beginsAnew(page) {
    if (!isOthers(page)) return false;
    // Whoever is known no more finds what they wrote once they are back.
    if (whoseIs(page)) location.reload();
    else location.assign("/session?ended");
    return true;
  }
  document.addEventListener("cuptel:answer", (event) => {
    if (beginsAnew(event.detail)) event.preventDefault();
  });

  // The forms here are those of another page now.
  function isTaken(page, about) {
    forms = page.body.dataset.forms ?? about;
    mark = page.body.dataset.mark ?? mark;
    formsChanged = false;
    takes += 1;
  }
  document.addEventListener("cuptel:page", (event) => take(event.detail));

  // Puts what another page is about in the place of what this one is about, as when nobody works here any
  // more. What speaks stays: a reader that listens to it listens to this very element. A look takes nobody who
  // was elsewhere to its heading.
  function takeMain({ page, isLook }) {
    const [old, fresh] = [document, page].map((it) => it.querySelector("main"));
    for (const id of ["connection", "sending"]) {
      const kept = document.getElementById(id);
      const theirs = fresh.querySelector(`#${id}`);
      if (theirs) theirs.replaceWith(kept);
      else fresh.querySelector("h1").after(kept);
    }
    const at = document.activeElement;
    const isNowhere = at === null || at === document.body;
    const isHeld = isNowhere ? !isLook : old.contains(at);
    old.replaceWith(fresh);
    document.title = page.title;
    take(page);
    mark = page.body.dataset.mark;
    if (!isHeld) return;
    const places = ["wrong", "confirm", "title", "do", "main"].map((id) => document.getElementById(id));
    places.find(Boolean)?.focus({ preventScroll: isLook });
  }
  document.addEventListener("cuptel:main", (event) => takeMain(event.detail));

  // The forms that were asked for and had to wait for whoever was writing.
  let kept = null;
  document.addEventListener("focusout", () => { kept = null; });

  // The page as it is now. What there is to tell is for the answer of whoever acted: a look by itself does not
  // take it.
  async function look() {
    const headers = { accept: "text/html", "cuptel-look": "1" };
    const answer = await fetch(location.href, { headers, signal: AbortSignal.timeout(PATIENCE_MS) });
    return [answer, new DOMParser().parseFromString(await answer.text(), "text/html")];
  }

  // What can be done has changed: loads it, and leaves the focus where it was, or at its heading.
  async function reload(about) {
    const doing = document.getElementById("doing");
    if (loading) return;
    // Whoever worked here may do so again.
    const isLeft = !doing && "mark" in said && Boolean(document.getElementById("seat-state"));
    // A form in the page's place stays; whether one works here still is told beside it.
    const isAway = !doing && !isLeft;
    if (isAway && !("mark" in said)) {
      formsChanged = false;
      return;
    }
    if (about === kept || Date.now() - failedMs < STALE_MS) {
      formsChanged = true;
      return;
    }
    loading = true;
    const [main, taken] = [document.querySelector("main"), takes];
    try {
      const [answer, page] = await look();
      const fresh = page.getElementById("doing");
      // An answer has brought something newer meanwhile.
      if (!main.isConnected || takes !== taken) return;
      if (!answer.ok) {
        failedMs = Date.now();
        formsChanged = true;
        return;
      }
      const isFree = !isAway && !(doing && isBeingFilled(doing));
      if (isFree && beginsAnew(page)) return;
      if (isOthers(page)) {
        // What is being written is not theirs.
        main.dataset.left = "ended";
        kept = about;
        formsChanged = true;
        return;
      }
      main.toggleAttribute("data-left", !fresh && !isLeft);
      if (isAway || (isLeft && !fresh)) {
        forms = about;
        formsChanged = false;
        return;
      }
      if (isFree && !(doing && fresh)) {
        // Whoever looks works here no more, or again.
        tell("main", { page, isLook: true });
        return;
      }
      if (!fresh) {
        kept = about;
        formsChanged = true;
        return;
      }
      if (isWriting(doing) && takeAround(doing, fresh)) {
        isTaken(page, about);
        return;
      }
      if (isBeingFilled(doing)) {
        // It is asked for again when they are through, or when something else has changed. What came before
        // with the one person never stands beside the next.
        takePart(page, "contacts", "person");
        kept = about;
        formsChanged = true;
        return;
      }
      take(page, about);
    } catch {
      failedMs = Date.now();
      formsChanged = true;
    } finally {
      loading = false;
    }
  }

  // What is shown beside the texts has changed: loads the page and takes over the parts that are others now.
  // Of those, none under a pointer that may be about to click, and none that somebody fills in: then, and
  // only then, it is said instead, and done as soon as they leave.
  let mark = document.body.dataset.mark;
  let refused = null;
  // What the stream writes by itself.
  let written = new Set();
  const CONTROLS = "a, button, input, select, textarea, summary";

  function tellChanged(isStill) {
    const note = document.getElementById("order-note");
    if (note && note.hidden === isStill) note.hidden = !isStill;
  }

  function wayTo(control) {
    return [keyOf(control), control.getAttribute("href")].join(" ");
  }

  // Whether two parts show the same, but for what the stream writes.
  function showsSame(old, fresh) {
    const [own, other] = [old, fresh].map((part) => {
      const bare = part.cloneNode(true);
      for (const it of bare.querySelectorAll("[id]")) if (written.has(it.id)) it.textContent = "";
      return bare;
    });
    return own.isEqualNode(other);
  }

  // Whether a part was put in the place of the old one.
  function swap(old, fresh) {
    if (showsSame(old, fresh)) return true;
    if (isBeingFilled(old) || old.querySelector(`:is(${CONTROLS}):hover`)) return false;
    const held = old.contains(document.activeElement) ? document.activeElement : null;
    const way = held && wayTo(held);
    const same = held && [...fresh.querySelectorAll("a, button, summary, [tabindex]")].find((it) => wayTo(it) === way);
    if (held && !same) return false;
    old.replaceWith(fresh);
    same?.focus({ preventScroll: true });
    return true;
  }

  async function freshen(wanted) {
    // The next look asks again; what was refused was said.
    if (loading || wanted === refused || Date.now() - freshenedMs < STALE_MS) return;
    loading = true;
    const [main, taken] = [document.querySelector("main"), takes];
    try {
      const [answer, page] = await look();
      if (!main.isConnected || takes !== taken) return;
      if (!answer.ok || isOthers(page)) {
        freshenedMs = Date.now();
        if (answer.ok && !isBeingFilled(main)) beginsAnew(page);
        return;
      }
      let isWhole = true;
      for (const old of document.querySelectorAll("[data-part]")) {
        const fresh = page.getElementById(old.id);
        if (fresh && !swap(old, fresh)) isWhole = false;
      }
      refused = isWhole ? null : wanted;
      if (isWhole) mark = page.body.dataset.mark ?? wanted;
      // It was written of another moment, or without all that it shows.
      if (mark !== wanted) freshenedMs = Date.now();
      tellChanged(!isWhole);
    } catch {
      freshenedMs = Date.now();
    } finally {
      loading = false;
    }
  }
  document.addEventListener("focusout", () => { refused = null; });
  document.addEventListener("mouseout", (event) => {
    if (event.target instanceof Element && event.target.closest(CONTROLS)) refused = null;
  });

  function show(texts, atMs) {
    cameMs = Date.now();
    hasEnded = false;
    takenMs = atMs;
    rowsChanged = texts.layout !== undefined && texts.layout !== document.body.dataset.layout;
    if (!rowsChanged) {
      for (const [id, words] of Object.entries(texts)) put(id, words);
      tellOrder(texts.order);
    }
    const about = texts["seat-forms"];
    if (about !== undefined && about !== forms) reload(about);
    written = new Set(Object.keys(texts));
    if (texts.mark !== undefined && mark !== undefined) {
      if (texts.mark !== mark) freshen(texts.mark);
      else tellChanged(false);
    }
    write(connection, state());
    document.body.classList.remove("stale");
    tell("look", texts);
    keepFocus();
  }

  // Whether it is because a session is over.
  async function askWhy() {
    const asking = new AbortController();
    try {
      const answer = await fetch(source, { signal: asking.signal });
      hasEnded = [401, 403].includes(answer.status);
    } catch {
      // Nobody answers: that is said already.
    } finally {
      asking.abort();
    }
  }

  function listen() {
    const events = new EventSource(source);
    events.addEventListener("texts", (event) => {
      show(JSON.parse(event.data), Number(event.lastEventId));
    });
    events.addEventListener("error", () => {
      // After an answer that is no stream (503, 401) a browser does not try again.
      if (events.readyState !== EventSource.CLOSED) return;
      askWhy();
      setTimeout(listen, STALE_MS);
    });
  }

  setInterval(() => {
    write(connection, state());
    const isStale = Date.now() - cameMs > STALE_MS;
    if (isStale && !document.body.classList.contains("stale")) tell("lost");
    document.body.classList.toggle("stale", isStale);
  }, 1000);
  listen();
})();
