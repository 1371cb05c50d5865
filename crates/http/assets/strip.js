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
  const [state, ring] = ["strip-state", "strip-ring"].map((id) => document.getElementById(id));
  const own = document.title;

  // A text that is written again is read aloud again.
  function write(element, words) {
    if (element.textContent !== words) element.textContent = words;
  }

  function show(texts) {
    cameMs = Date.now();
    const rings = texts["strip-ring"] ?? "";
    write(state, texts["seat-state"] ?? "");
    write(ring, rings);
    strip.dataset.level = rings ? "ringing" : "";
    document.title = rings ? `${texts["seat-title"]} — ${own}` : own;
  }

  function listen() {
    const events = new EventSource(strip.dataset.strip);
    events.addEventListener("texts", (event) => show(JSON.parse(event.data)));
    events.addEventListener("error", () => {
      // After an answer that is no stream (503, 401) a browser does not try again.
      if (events.readyState === EventSource.CLOSED) setTimeout(listen, AGAIN_MS);
    });
  }
  listen();
  // What is not known any more is not shown as if it were.
  setInterval(() => {
    if (Date.now() - cameMs < STALE_MS) return;
    write(state, document.body.dataset.saidLost.replace("{time}", clock.format(cameMs)));
    write(ring, "");
    strip.dataset.level = "lost";
    document.title = own;
  }, 1000);
})();
