// Reads a chosen file into the field of its list. Without it the text is pasted. Nothing is sent before
// somebody presses a button.
"use strict";
(() => {
  for (const file of document.querySelectorAll("input[type=file][data-into]")) {
    const list = document.getElementById(file.dataset.into);
    if (!list) continue;
    file.closest(".file").hidden = false;
    file.addEventListener("change", async () => {
      const chosen = file.files[0];
      if (chosen) list.value = await chosen.text();
    });
  }
})();
