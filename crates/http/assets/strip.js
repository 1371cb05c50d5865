// On every page of an operator but that of their seat: what the seat does, and who rings. Takes no focus and
// moves nothing under a pointer; the page's own forms are left alone.
"use strict";
(() => {
  const strip = document.getElementById("strip");
  if (!strip) return;
  const AGAIN_MS = 5000;
  // The engine takes a look at least once a second.
  const STALE_MS = 5000;
  const clock = new Intl.DateTimeFormat(document.documentElement.lang === "en" ? "en-GB" : "it-IT", {
    hour: "2-digit", minute: "2-digit", second: "2-digit", timeZone: "Europe/Rome",
  });
  let cameMs = Date.now();
  let hasEnded = false;
  const [state, ring] = ["strip-state", "strip-ring"].map((id) => document.getElementById(id));
  const own = document.title;

  // A text that is written again is read aloud again.
  function write(element, words) {
    if (element.textContent !== words) element.textContent = words;
  }

  function show(texts) {
    cameMs = Date.now();
    hasEnded = false;
    const rings = texts["strip-ring"] ?? "";
    write(state, texts["seat-state"] ?? "");
    write(ring, rings);
    strip.dataset.level = rings ? "ringing" : "";
    document.title = rings ? `${texts["seat-title"]} — ${own}` : own;
  }

  // Whether it is because the session is over.
  async function askWhy() {
    const asking = new AbortController();
    try {
      const answer = await fetch(strip.dataset.strip, { signal: asking.signal });
      hasEnded = [401, 403].includes(answer.status);
    } catch {
      // Nobody answers: that is said already.
    } finally {
      asking.abort();
    }
  }

  function listen() {
    const events = new EventSource(strip.dataset.strip);
    events.addEventListener("texts", (event) => show(JSON.parse(event.data)));
    events.addEventListener("error", () => {
      // After an answer that is no stream (503, 401) a browser does not try again.
      if (events.readyState !== EventSource.CLOSED) return;
      askWhy();
      setTimeout(listen, AGAIN_MS);
    });
  }
  listen();
  // What is not known any more is not shown as if it were.
  setInterval(() => {
    if (Date.now() - cameMs < STALE_MS) return;
    const said = document.body.dataset;
    write(state, hasEnded ? said.saidEnded : said.saidLost.replace("{time}", clock.format(cameMs)));
    write(ring, "");
    strip.dataset.level = "lost";
    document.title = own;
  }, 1000);
})();
