// What forms gain by a script. They all work without it.
(() => {
  "use strict";
  const unsent = () => {
    const told = document.createElement("p");
    told.className = "notice closed";
    told.textContent = document.querySelector("meta[name=unsent]").content;
    return told;
  };

  // Who logs in in another window gets another token: what is sent bears the one of that moment.
  const token = () => (document.cookie.match(/(?:^|; )csrftoken=([^;]+)/) || [])[1];
  document.addEventListener("htmx:configRequest", ({ detail }) => {
    if (detail.verb !== "get" && token()) detail.parameters.csrfmiddlewaretoken = token();
  });
  document.addEventListener(
    "submit",
    (event) => {
      const { confirm: question } = event.target.dataset;
      if (question && !confirm(question)) return event.preventDefault();
      const field = event.target.elements.csrfmiddlewaretoken;
      if (field && token()) field.value = token();
    },
    true,
  );

  // Whatever happens to what was sent is told beside the button, and the text stays in its form.
  const failed = ({ detail: { elt } }) => {
    const place = elt.matches("form") ? elt.querySelector(".refusal") : elt.matches(".draft") && elt;
    if (place) place.replaceChildren(unsent());
  };
  for (const name of ["responseError", "sendError", "timeout", "swapError"])
    document.addEventListener(`htmx:${name}`, failed);

  const hush = (but) => {
    for (const place of document.querySelectorAll(":is(.score, .inline, .follow, .useful) .refusal"))
      if (!place.contains(but)) place.replaceChildren();
  };
  document.addEventListener("click", (event) => {
    hush(event.target);
    const cancel = event.target.closest(".new [data-cancel]");
    if (cancel) {
      event.preventDefault();
      const place = cancel.closest(".new");
      place.replaceChildren();
      place.previousElementSibling.querySelector("[hx-get]").focus();
    }
    const tool = event.target.closest(".tools button");
    if (tool) mark(tool);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") hush(null);
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.form)
      event.target.form.requestSubmit(event.target.form.querySelector("button.main"));
  });

  const mark = (tool) => {
    const { around, before } = tool.dataset;
    const text = tool.closest(".part").querySelector("textarea");
    const { selectionStart: start, selectionEnd: end, value } = text;
    const from = before ? value.lastIndexOf("\n", start - 1) + 1 : start;
    const chosen = value.slice(from, end);
    let written = `[${chosen}](https://)`;
    if (around) written = around + chosen + around;
    if (before) written = chosen.replace(/^/gm, before);
    text.focus();
    text.setSelectionRange(from, end);
    // So that the browser's "undo" takes it back.
    if (!document.execCommand("insertText", false, written)) text.setRangeText(written);
    if (!chosen && around) text.setSelectionRange(from + around.length, from + around.length);
  };
  const show = () => {
    for (const tools of document.querySelectorAll(".tools")) tools.hidden = false;
    // What the script does by itself.
    for (const plain of document.querySelectorAll(".plain")) plain.hidden = true;
  };
  show();
  document.addEventListener("htmx:afterSettle", show);
})();
