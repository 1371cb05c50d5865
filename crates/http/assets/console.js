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
  const sent = document.getElementById("sending");
  let last = text("seat-state");
  let work = "";
  let saidMs = 0;
  // What is to be said when enough time has passed: the last of it alone.
  let waiting = "";
  let sending = false;

  function text(id) {
    return document.getElementById(id)?.textContent.trim() ?? "";
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
    const now = event.detail["seat-work"] ?? work;
    if (now !== work) {
      if (["ringing", "reserved", "preview"].includes(now) && work !== "") sound("offer");
      if (now === "wrap_up") sound("over");
      work = now;
    }
    const left = Number((event.detail["seat-clock"] ?? "").match(/^\D*(\d+) second/)?.[1] ?? Infinity);
    if (left <= SHORT_S && !wasShort) sound("time_short");
    wasShort = left <= SHORT_S;
    const state = text("seat-state");
    if (state !== last) {
      last = state;
      announce([state, text("person-who")].filter(Boolean).join(". "));
    }
    // What was sent in vain may be sent now.
    if (sent?.dataset.why === "lost") tellSent("", words.back);
  });
  document.addEventListener("cuptel:lost", () => sound("lost"));
  setInterval(flush, 500);

  const asked = {
    who: () => [text("person-who"), text("person-waited"), text("seat-owed")],
    how_long: () => [text("seat-since"), text("seat-clock"), text("person-waited")],
    waiting: () => [...document.querySelectorAll("#waiting, #waiting-note, #owed, #owed-note")].map(
      (it) => it.textContent.trim(),
    ),
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

  function show(page) {
    const notice = page.querySelector(".notice");
    document.querySelector("main > .notice")?.remove();
    if (notice) {
      // It is spoken by the announcer, once.
      notice.removeAttribute("role");
      document.querySelector("main > h1")?.before(notice);
      speak(notice.textContent.replace(/\s+/g, " ").trim());
    }
  }

  // Whether the page that answers has the same places as this one.
  function isSame(page) {
    return Boolean(page.getElementById("doing") && document.getElementById("doing"));
  }

  function take(form, html, url) {
    const page = new DOMParser().parseFromString(html, "text/html");
    if (isSame(page)) {
      show(page);
      // What was not taken stays as it was typed.
      if (page.querySelector(".notice.bad")) return;
      form.reset();
      document.dispatchEvent(new CustomEvent("cuptel:page", { detail: page }));
      return;
    }
    const fresh = page.querySelector("main");
    if (!fresh) {
      location.assign(url);
      return;
    }
    // What speaks stays: a reader that listens to it listens to this very element.
    for (const id of ["connection", "announcer", "sending"]) {
      const kept = document.getElementById(id);
      const theirs = fresh.querySelector(`#${id}`);
      if (theirs) theirs.replaceWith(kept);
      else fresh.querySelector("h1").after(kept);
    }
    const notice = fresh.querySelector(".notice");
    document.querySelector("main").replaceWith(fresh);
    document.title = page.title;
    document.dispatchEvent(new CustomEvent("cuptel:page", { detail: page }));
    if (notice) speak(notice.textContent.replace(/\s+/g, " ").trim());
    const places = ["wrong", "confirm", "title", "do"].map((id) => document.getElementById(id));
    places.find(Boolean)?.focus();
  }

  async function send(form, button) {
    if (sending) return;
    sending = true;
    const body = new URLSearchParams(new FormData(form));
    if (button?.name) body.append(button.name, button.value);
    try {
      const answer = await fetch(form.action, {
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
        take(form, await answer.text(), answer.url);
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
