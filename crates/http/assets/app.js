// Keeps the figures of a page current: swaps the text of elements that the server names,
// and says when the figures stand still. Never moves focus, never adds or removes rows.
"use strict";
(() => {
  const source = document.body.dataset.live;
  if (!source) return;

  // The engine takes a look at least once a second.
  const STALE_MS = 5000;
  const connection = document.getElementById("connection");
  const clock = new Intl.DateTimeFormat("it-IT", {
    hour: "2-digit", minute: "2-digit", second: "2-digit", timeZone: "Europe/Rome",
  });
  // When the last look came, by this clock; and when it was taken, by the server's.
  let cameMs = Date.now();
  let takenMs = Number(document.body.dataset.at);
  let rowsChanged = false;
  // Whether the forms of this page are about something that is over.
  let formsChanged = false;

  // Written only when it changes: the status is read aloud each time it is written.
  function say(text) {
    if (connection.textContent !== text) connection.textContent = text;
  }

  function state() {
    if (Date.now() - cameMs > STALE_MS) {
      return `Collegamento perso: dati fermi alle ${clock.format(takenMs)}. La pagina riprova da sola.`;
    }
    if (rowsChanged) return "Ci sono righe nuove o tolte: usa «Aggiorna» per vederle.";
    return formsChanged
      ? "È cambiata la persona di cui ti occupi: usa «Aggiorna» per decidere di lei."
      : "";
  }

  function show(texts, atMs) {
    cameMs = Date.now();
    takenMs = atMs;
    rowsChanged = texts.layout !== document.body.dataset.layout;
    const forms = document.body.dataset.formsId;
    formsChanged = forms !== undefined && texts[forms] !== document.body.dataset.forms;
    if (!rowsChanged) {
      for (const [id, text] of Object.entries(texts)) {
        const element = document.getElementById(id);
        if (element && element.textContent !== text) element.textContent = text;
      }
    }
    say(state());
  }

  function listen() {
    const events = new EventSource(source);
    events.addEventListener("texts", (event) => {
      show(JSON.parse(event.data), Number(event.lastEventId));
    });
    events.addEventListener("error", () => {
      // After an answer that is no stream (503, 401) a browser does not try again.
      if (events.readyState === EventSource.CLOSED) setTimeout(listen, STALE_MS);
    });
  }

  setInterval(() => say(state()), 1000);
  listen();
})();
