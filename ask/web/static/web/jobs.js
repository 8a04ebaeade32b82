// Pages that keep themselves up to date. They all work without this, by being reloaded.
(() => {
  "use strict";
  const trouble = document.getElementById("trouble");
  if (!trouble) return;

  // Who logs in in another window gets another token: what is sent bears the one of that moment.
  const token = () => (document.cookie.match(/(?:^|; )csrftoken=([^;]+)/) || [])[1];
  document.addEventListener("htmx:configRequest", ({ detail }) => {
    if (detail.verb !== "get" && token()) detail.parameters.csrfmiddlewaretoken = token();
  });

  // What stands here is old once nobody answers, and what was asked for was not done.
  const tell = (what) => {
    for (const line of trouble.children) line.hidden = !what || !line.matches(what);
    trouble.hidden = !what;
    document.body.classList.toggle("stale", what === ".silent");
  };
  const failed = ({ detail }) => tell(detail.requestConfig.verb === "get" ? ".silent" : ".undone");
  for (const name of ["responseError", "sendError", "timeout"])
    document.addEventListener(`htmx:${name}`, failed);
  document.addEventListener("htmx:afterRequest", ({ detail }) => {
    if (detail.successful) tell(null);
  });

  // Whoever reads on keeps the place: the focus, what is selected, scrolled to or unfolded.
  const name = (element) =>
    element.id ? `#${CSS.escape(element.id)}` : `a[href="${CSS.escape(element.getAttribute("href") || "")}"]`;
  const isAtEnd = (box) => box.scrollTop + box.clientHeight >= box.scrollHeight - 4;
  const boxes = () => [...document.querySelectorAll("#live .tail")];
  const folds = () => [...document.querySelectorAll("#live details")];
  let place = null;
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { target } = event.detail;
    if (target.id !== "live") return;
    const chosen = getSelection();
    if (!chosen.isCollapsed && target.contains(chosen.anchorNode)) {
      event.detail.shouldSwap = false;
      return;
    }
    const focused = document.activeElement;
    const same = target.contains(focused) ? name(focused) : "";
    place = {
      same,
      nth: same ? [...target.querySelectorAll(same)].indexOf(focused) : -1,
      scrolled: boxes().map((box) => (isAtEnd(box) ? null : box.scrollTop)),
      isOpen: folds().map((fold) => fold.open),
    };
  });
  const toTheEnd = () => {
    for (const box of boxes()) box.scrollTop = box.scrollHeight;
  };
  // At once: htmx settles a moment later, in which keys would go to nothing.
  document.addEventListener("htmx:afterSwap", () => {
    if (!place) return;
    const { same, nth, scrolled, isOpen } = place;
    place = null;
    boxes().forEach((box, number) => {
      box.scrollTop = scrolled[number] ?? box.scrollHeight;
    });
    folds().forEach((fold, number) => {
      fold.open ||= Boolean(isOpen[number]);
    });
    const found = same && document.querySelectorAll(`#live ${same}`)[Math.max(nth, 0)];
    if (found && document.activeElement !== found) found.focus({ preventScroll: true });
  });
  toTheEnd();
})();
