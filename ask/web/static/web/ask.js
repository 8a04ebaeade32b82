// Makes the absolute times of a page relative, in its language. Without it they stay as they are.
(() => {
  "use strict";
  const language = document.documentElement.lang || "en";
  if (!window.Intl || !Intl.RelativeTimeFormat) return;
  const relative = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
  const exact = new Intl.DateTimeFormat(language, { dateStyle: "long", timeStyle: "short" });
  const steps = [
    ["year", 31557600],
    ["month", 2629800],
    ["day", 86400],
    ["hour", 3600],
    ["minute", 60],
    ["second", 1],
  ];
  const tell = () => {
    const now = Date.now();
    for (const element of document.querySelectorAll("time[datetime]")) {
      const moment = new Date(element.dateTime);
      if (Number.isNaN(moment.getTime())) continue;
      element.title = exact.format(moment);
      if (element.closest(".exact")) continue;
      // A clock that differs a little makes nothing that has happened yet to come.
      const bound = element.closest(".next") ? Math.max : Math.min;
      const seconds = bound(0, (moment - now) / 1000);
      const [unit, size] = steps.find((step) => Math.abs(seconds) >= step[1]) || steps[5];
      element.textContent = relative.format(Math.trunc(seconds / size), unit);
    }
  };
  tell();
  setInterval(tell, 60000);
  document.addEventListener("htmx:afterSettle", tell);
})();
