// What an operator's page says aloud, by itself and when asked; its keys and sounds; and forms that are sent
// without leaving the page, so that a server that does not answer loses nothing that was typed and the
// focus stays where it is. Everything can be done without this file too.
"use strict";
(() => {
  const announcer = document.getElementById("announcer");
  if (!announcer) return;
  const settings = JSON.parse(announcer.dataset.settings);
  const words = settings.words;
  // Longer than the server lets a request wait.
  const PATIENCE_MS = 12000;
  // The time after a conversation is nearly over.
  const SHORT_S = 15;
  // What the last look said, which also counts where another page stands in the place of the seat's.
  let told = {};
  const sent = document.getElementById("sending");
  const ringing = document.getElementById("ringing");
  const RINGS = ["ringing", "reserved", "preview"];
  // After what has the focus was read.
  const SETTLE_MS = 250;
  // Keys work by this file alone.
  function showKeys() {
    document.querySelectorAll("section.keys").forEach((it) => { it.hidden = false; });
  }
  showKeys();
  // Whether somebody works at the seat with this page: what others do there is seen, and not heard.
  function isOwn() {
    if (document.querySelector("main[data-left]")) return false;
    return !document.getElementById("seat-state") || Boolean(document.getElementById("doing"));
  }
  document.addEventListener("cuptel:main", (event) => {
    elsewhere = event.detail.page.title;
    if (!isOwn()) hush();
    showKeys();
  });
  // What was about to be said to who works here is said to nobody.
  function hush() {
    work = "";
    waiting = "";
    if (ringing.textContent) ringing.textContent = "";
  }
  let last = `${text("seat-state")} `;
  let work = "";
  let person = text("seat-person");
  // When something was told that was done, and what the seat did then, while it does so still.
  let toldMs = Date.now();
  let toldIn = text("seat-work");
  const TOLD_MS = 5000;
  // The title of what was loaded in place of the seat's page.
  let elsewhere = "";
  let saidMs = 0;
  // What is to be said when enough time has passed: the last of it alone.
  let waiting = "";
  let sending = false;

  function text(id) {
    return (document.getElementById(id)?.textContent ?? told[id] ?? "").trim();
  }

  function speak(message) {
    // The same words again are read again only if they differ.
    announcer.textContent = announcer.textContent === message ? `${message}\u00a0` : message;
    saidMs = Date.now();
    waiting = "";
  }

  // What nobody asked for: not while a person is listened to, and no oftener than was chosen.
  function announce(message) {
    if (settings.rate_s === 0) return;
    if (!settings.while_talking && (work === "talking" || work === "on_hold")) {
      waiting = "";
      return;
    }
    waiting = message;
    flush();
  }

  function wordsOfNow() {
    const state = text("seat-state");
    // After a conversation what matters is how much time there is.
    if (work === "wrap_up") return [state, text("seat-clock")].filter(Boolean).join(". ");
    // The service is in the state already.
    const who = text("person-who").split(", ").filter((part) => !state.includes(part)).join(", ");
    return [state, who, text("person-passed")].filter(Boolean).join(". ");
  }

  // Who rings is heard at once and before everything else: nothing that waits is said after it.
  function announceRing() {
    if (settings.rate_s === 0) return;
    waiting = "";
    announcer.textContent = "";
    ringing.textContent = wordsOfNow();
  }

  function ringsOn(page) {
    return RINGS.includes(page.getElementById("seat-work")?.textContent.trim());
  }

  // What came of what was sent. While somebody rings only what went wrong is said.
  function tellAnswer(notice, isRinging) {
    const message = notice.textContent.replace(/\s+/g, " ").trim();
    const isBad = notice.classList.contains("bad");
    setTimeout(() => {
      if (isBad || !(isRinging || RINGS.includes(work))) speak(message);
    }, SETTLE_MS);
  }

  // What was told of one person goes with them; what went well is over when the next one comes.
  function dropNotice(texts) {
    const notice = document.querySelector("main > .notice");
    const now = texts["seat-person"] ?? person;
    // What went well is read soon, and is not so any more when the seat does something else.
    if ((texts["seat-work"] ?? toldIn) !== toldIn) toldIn = null;
    const isPast = Date.now() - toldMs > TOLD_MS && toldIn === null;
    if (isPast && notice && !notice.dataset.about && !notice.classList.contains("bad")) notice.remove();
    if (now === person) return;
    person = now;
    const about = notice?.dataset.about;
    const isOver = about === undefined ? now !== "" : about !== now;
    if (!notice || !isOver) return;
    notice.remove();
    announcer.textContent = "";
  }

  function keepTitle(texts) {
    const title = texts["seat-title"];
    if (!title) return;
    if (document.getElementById("seat-state")) document.title = title;
    else document.title = RINGS.includes(work) ? `${title} — ${elsewhere}` : elsewhere;
  }

  // Whom one may give a person on to, as it is now. What is chosen stays chosen: it is said that it is gone.
  function followSeats(lines) {
    if (lines === undefined) return;
    const free = new Map(lines.split("\n").filter(Boolean).map((line) => line.split("\t")));
    for (const list of document.querySelectorAll("#to-seat, #ask-seat")) {
      for (const option of list.options) {
        const isFree = free.has(option.value);
        option.hidden = !isFree && !option.selected;
        option.disabled = option.hidden;
        const said = free.get(option.value) ?? `${option.value} (${words.taken})`;
        if (option.textContent !== said) option.textContent = said;
      }
      const known = new Set([...list.options].map((option) => option.value));
      for (const [name, title] of free) if (!known.has(name)) list.append(new Option(title, name));
    }
    for (const form of document.querySelectorAll("form.to-seat")) {
      if (!form.contains(document.activeElement)) form.hidden = free.size === 0;
    }
    const none = document.getElementById("no-seat");
    if (none) none.hidden = free.size > 0;
  }

  function flush() {
    if (waiting && Date.now() - saidMs >= settings.rate_s * 1000) speak(waiting);
  }

  // Tones are made here: nothing is loaded, and nobody is startled by a file.
  let audio;
  function sound(cue) {
    const height = settings.sounds[cue];
    if (!height) return;
    try {
      audio ??= new AudioContext();
      const tone = audio.createOscillator();
      const volume = audio.createGain();
      tone.frequency.value = height;
      volume.gain.setValueAtTime(0.12, audio.currentTime);
      volume.gain.exponentialRampToValueAtTime(0.001, audio.currentTime + 0.35);
      tone.connect(volume).connect(audio.destination);
      tone.start();
      tone.stop(audio.currentTime + 0.35);
    } catch {
      // A browser without sound says it in words.
    }
  }

  let wasShort = false;
  document.addEventListener("cuptel:look", (event) => {
    told = event.detail;
    if (!isOwn()) {
      hush();
      dropNotice(event.detail);
      keepTitle(event.detail);
      // There is nothing left to be sent.
      tellSent("", "");
      return;
    }
    const now = event.detail["seat-work"] ?? work;
    if (now !== work) {
      if (RINGS.includes(now) && work !== "") sound("offer");
      if (now === "wrap_up") sound("over");
      work = now;
    }
    dropNotice(event.detail);
    keepTitle(event.detail);
    followSeats(event.detail["free-seats"]);
    hearNow();
    const left = Number((event.detail["seat-clock"] ?? "").match(/^\D*(\d+) second/)?.[1] ?? Infinity);
    if (left <= SHORT_S && !wasShort) sound("time_short");
    wasShort = left <= SHORT_S;
    // What was sent in vain may be sent now.
    if (sent?.dataset.why === "lost") tellSent("", words.back);
  });

  function hearNow() {
    const state = [text("seat-state"), RINGS.includes(work) ? person : ""].join(" ");
    if (state === last) return;
    last = state;
    if (RINGS.includes(work)) {
      announceRing();
      return;
    }
    ringing.textContent = "";
    announce(wordsOfNow());
  }
  document.addEventListener("cuptel:lost", () => sound("lost"));
  setInterval(flush, 500);

  const asked = {
    who: () => [text("person-who"), text("person-passed"), text("person-waited"), text("seat-owed")],
    how_long: () => [text("seat-since"), text("seat-clock"), text("person-waited")],
    waiting: () => [...document.querySelectorAll("#line-figures > div")].map(
      (it) => [...it.children].map((part) => part.textContent.replace(/\s+/g, " ").trim()).join(": "),
    ).concat(text("waiting-queues").split("\n")),
    state: () => [text("seat-state"), text("seat-since"), text("seat-clock"), text("connection")],
  };
  const places = {
    person: "person", doing: "do", note: "note", in_charge: "in-charge", day: "my-day",
  };

  function act(name) {
    if (asked[name]) {
      speak(asked[name]().filter(Boolean).join(". ") || words.nobody);
      return;
    }
    const place = document.getElementById(places[name]);
    if (!place) {
      speak(words.not_there);
      return;
    }
    place.closest("details")?.setAttribute("open", "");
    place.focus();
    place.scrollIntoView({ block: "nearest" });
  }

  // As the server keeps keys: by where a key is, so that Alt and Shift do not change it.
  function keyOf(event) {
    const key = event.code.replace(/^(Key|Digit)/, "");
    const held = [["ctrlKey", "Ctrl+"], ["altKey", "Alt+"], ["shiftKey", "Shift+"]];
    return held.filter(([name]) => event[name]).map(([, word]) => word).join("") + key;
  }

  document.addEventListener("keydown", (event) => {
    const name = event.metaKey || event.repeat ? undefined : settings.keys[keyOf(event)];
    if (!name) return;
    event.preventDefault();
    act(name);
  });

  // Under what is sent: whether it was.
  function tellSent(why, message) {
    if (!sent) return;
    sent.dataset.why = why;
    if (sent.textContent !== message) sent.textContent = message;
  }

  // What an answer tells. It is spoken by the announcer, once.
  function noticeOf(page) {
    const notice = page.querySelector(".notice");
    if (!notice) return null;
    notice.removeAttribute("role");
    notice.removeAttribute("autofocus");
    toldMs = Date.now();
    toldIn = page.getElementById("seat-work")?.textContent.trim() ?? work;
    person = page.getElementById("seat-person")?.textContent ?? person;
    return notice;
  }

  function show(page) {
    const notice = noticeOf(page);
    document.querySelector("main > .notice")?.remove();
    if (notice) {
      document.querySelector("main > h1")?.before(notice);
      tellAnswer(notice, ringsOn(page));
    }
  }

  // Whether the page that answers has the same places as this one: of who works at the seat, or has left it.
  function isSame(page) {
    const both = (id) => [page, document].map((it) => Boolean(it.getElementById(id)));
    const [seats, doing] = [both("seat-state"), both("doing")];
    return seats.every(Boolean) && doing[0] === doing[1];
  }

  // Which note an answer has taken, and of which conversation.
  function tellStored({ action, went, conversation }, page) {
    if (page.querySelector(".notice.bad") || !page.getElementById("seat-state")) return;
    const isNote = went || /\/(disposition|note)$/.test(action);
    const field = isNote ? "note" : action.endsWith("/in-charge") ? "need" : "";
    const detail = { field, conversation };
    if (field) document.dispatchEvent(new CustomEvent("cuptel:stored", { detail }));
  }

  function take(form, html, what, url) {
    const page = new DOMParser().parseFromString(html, "text/html");
    if (!page.getElementById("main")) {
      // There is nothing to be worked with.
      location.assign(url);
      return;
    }
    if (!document.dispatchEvent(new CustomEvent("cuptel:answer", { detail: page, cancelable: true }))) return;
    tellStored(what, page);
    const isRinging = ringsOn(page);
    if (isSame(page)) {
      show(page);
      // What was not taken stays as it was typed.
      if (page.querySelector(".notice.bad")) return;
      // Who saves a note alone has told the rest of the form to nobody yet.
      if (new URL(form.action).pathname === what.action) form.reset();
      document.dispatchEvent(new CustomEvent("cuptel:page", { detail: page }));
      document.dispatchEvent(new CustomEvent("cuptel:shown"));
      return;
    }
    const notice = noticeOf(page);
    document.dispatchEvent(new CustomEvent("cuptel:main", { detail: { page, isLook: false } }));
    // What has the focus is read already.
    if (notice && notice !== document.activeElement) tellAnswer(notice, isRinging);
  }

  // What is being written of the conversation that a form is of: not of the one before.
  function noteOf(form) {
    const box = document.getElementById("note");
    const of = (it) => it?.querySelector("[name=conversation]")?.value;
    return of(box?.form) === of(form) ? box?.value ?? "" : "";
  }

  async function send(form, button) {
    if (sending) return;
    sending = true;
    const body = new URLSearchParams(new FormData(form));
    if (button?.name) body.append(button.name, button.value);
    const action = button?.hasAttribute("formaction") ? button.formAction : form.action;
    // Whoever gets the person, or is asked, reads what was written of them.
    const note = /\/(transfer|consult)$/.test(action) ? noteOf(form) : "";
    if (note) body.set("note", note);
    try {
      const answer = await fetch(action, {
        method: "POST",
        body,
        headers: { accept: "text/html" },
        signal: AbortSignal.timeout(PATIENCE_MS),
      });
      const isPage = (answer.headers.get("content-type") ?? "").startsWith("text/html");
      if (!isPage) {
        tellSent("failed", words.failed);
        return;
      }
      tellSent("", "");
      const path = new URL(answer.url).pathname;
      if (answer.redirected && path !== location.pathname) {
        location.assign(answer.url);
      } else {
        const conversation = body.get("conversation");
        take(form, await answer.text(), { action: new URL(action).pathname, went: note !== "", conversation }, answer.url);
      }
    } catch {
      tellSent("lost", words.not_sent);
    } finally {
      sending = false;
    }
  }

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.closest("main") || form.method !== "post") return;
    event.preventDefault();
    send(form, event.submitter);
  });
})();
