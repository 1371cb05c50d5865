// A note that is being written, kept in this tab until it is stored: a server that starts anew, a session
// that is over or a form that comes new loses no word of it. It goes by the conversation and by whoever
// writes it, so it is shown with no other conversation and to nobody else; whoever signs out leaves none.
"use strict";
(() => {
  const announcer = document.getElementById("announcer");
  const who = announcer?.dataset.who;
  if (!who) return;
  const words = JSON.parse(announcer.dataset.settings).words;
  const PREFIX = "cuptel-note ";
  // Longer than the server lets a request wait.
  const PATIENCE_MS = 12000;
  const clock = new Intl.DateTimeFormat(document.documentElement.lang === "en" ? "en-GB" : "it-IT", {
    hour: "2-digit", minute: "2-digit", timeZone: "Europe/Rome",
  });
  let conversation = ofPage();
  // What is kept here may be replaced on the page.
  document.body.dataset.keepsNotes = "1";

  function ofPage() {
    return document.getElementById("doing")?.dataset.conversation ?? "";
  }

  function read(key) {
    try {
      return JSON.parse(sessionStorage.getItem(key) ?? "{}");
    } catch {
      return {};
    }
  }

  function keyOf(id) {
    return `${PREFIX}${id}`;
  }

  function keys() {
    return Object.keys(sessionStorage).filter((key) => key.startsWith(PREFIX));
  }

  function write(id, kept) {
    const key = keyOf(id);
    if (Object.keys(kept.texts).length === 0) sessionStorage.removeItem(key);
    else sessionStorage.setItem(key, JSON.stringify(kept));
  }

  // Whoever sits here now reads nothing of whoever sat here before.
  for (const key of keys()) {
    if (read(key).who !== who) sessionStorage.removeItem(key);
  }

  document.addEventListener("input", (event) => {
    const field = event.target;
    if (!field.matches?.("[data-kept]") || !conversation) return;
    const kept = read(keyOf(conversation));
    const texts = kept.texts ?? {};
    if (field.value) texts[field.id] = field.value;
    else delete texts[field.id];
    write(conversation, { who, at: kept.at ?? Date.now(), texts });
  });

  // Gives back what was written of this conversation, where the page has it not.
  function giveBack() {
    const texts = read(keyOf(conversation)).texts ?? {};
    const given = Object.entries(texts).filter(([id, text]) => {
      const field = document.getElementById(id);
      if (!field || field.value) return false;
      field.value = text;
      field.closest("details:not(.fold)")?.setAttribute("open", "");
      return true;
    });
    return given.length > 0;
  }

  // What was written of a conversation that is over before it was stored, whatever goes on now.
  function showLeft() {
    const box = document.getElementById("left-note");
    if (!box) return;
    const key = keys().find((it) => it !== keyOf(conversation));
    box.hidden = !key;
    const kept = key ? read(key) : {};
    const texts = Object.values(kept.texts ?? {}).join("\n");
    document.getElementById("left-note-text").textContent = texts;
    const at = key ? words.left_note.replace("{time}", clock.format(kept.at)) : "";
    document.getElementById("left-note-of").textContent = at;
    box.dataset.key = key ?? "";
  }

  function follow() {
    conversation = ofPage() || (document.getElementById("doing") ? "" : conversation);
    const given = giveBack();
    showLeft();
    return given;
  }

  // What an answer has taken is not kept any more.
  document.addEventListener("cuptel:stored", (event) => {
    const { field, conversation: about } = event.detail;
    const of = about || conversation;
    const kept = read(keyOf(of));
    if (!kept.texts) return;
    delete kept.texts[field];
    write(of, kept);
    showLeft();
  });
  document.addEventListener("cuptel:taken", follow);
  // The one before may be noted still.
  let keeping = false;
  async function keepLeft(button) {
    const key = document.getElementById("left-note").dataset.key;
    if (keeping || !key) return;
    keeping = true;
    const about = key.slice(PREFIX.length);
    const body = new URLSearchParams({ note: document.getElementById("left-note-text").textContent, conversation: about });
    const headers = { accept: "text/html" };
    // The page may be another one by then.
    const say = (text) => {
      const said = document.getElementById("left-note-said");
      if (said) said.textContent = text;
    };
    try {
      const signal = AbortSignal.timeout(PATIENCE_MS);
      const answer = await fetch(button.dataset.action, { method: "POST", body, headers, signal });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const isKept = answer.ok && !page.querySelector(".notice.bad, form[action='/session']");
      say(isKept ? words.left_note_kept : words.left_note_late);
      if (isKept) forgetLeft(key, button);
    } catch {
      say(words.not_sent);
    } finally {
      keeping = false;
    }
  }

  function forgetLeft(key, button) {
    const isAt = document.activeElement === button;
    sessionStorage.removeItem(key);
    showLeft();
    if (isAt) document.getElementById("do")?.focus();
  }
  document.addEventListener("cuptel:look", showLeft);
  // The buttons come anew with what the page is about.
  document.addEventListener("click", (event) => {
    if (event.target.id === "left-note-keep") keepLeft(event.target);
    if (event.target.id === "left-note-drop") forgetLeft(document.getElementById("left-note").dataset.key, event.target);
  });
  if (follow()) {
    const back = document.getElementById("note-back");
    if (back) back.textContent = words.note_back;
  }
})();
