// Only what htmx and plain HTML can't do: copying, quiet polling, and saying so when the portal can't be reached.
(() => {
  // A copy button names what it copies: data-copy="ID of an element".
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    const text = document.getElementById(button.dataset.copy).textContent.trim();
    const label = button.querySelector("[data-copy-label]");
    const before = label.textContent;
    let said = "Copied";
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      const range = document.createRange();
      range.selectNodeContents(document.getElementById(button.dataset.copy));
      getSelection().removeAllRanges();
      getSelection().addRange(range);
      said = document.execCommand("copy") ? "Copied" : "Press Ctrl-C";
    }
    label.textContent = said;
    document.getElementById("announcer").textContent = said;
    setTimeout(() => { label.textContent = before; }, 2000);
  });

  // Nobody looks at a hidden tab: don't ask the server for it.
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (document.hidden && event.detail.elt.matches("[hx-trigger^='every']")) event.preventDefault();
  });
  // Logged out meanwhile: what came is the log-in page, which is no part of this one.
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (new URL(event.detail.xhr.responseURL || location.href).pathname !== "/login/") return;
    event.detail.shouldSwap = false;
    location.reload();
  });
  const unreachable = (shown) => document.getElementById("unreachable")?.classList.toggle("d-none", !shown);
  document.addEventListener("htmx:sendError", () => unreachable(true));
  document.addEventListener("htmx:afterOnLoad", () => unreachable(false));
  // Gone, or no permission any more: load the page anew, which says so.
  document.addEventListener("htmx:responseError", (event) => {
    if ([401, 403, 404].includes(event.detail.xhr.status)) location.reload();
  });

  // A filter takes effect when it is chosen; without script its button does it. Arrow keys pass over other choices on
  // the way to one: by keyboard it takes effect with Enter, or with the button.
  let byKeys = null;
  const filter = (target) => target.matches?.("[data-submit-on-change] select, [data-submit-on-change] input[type=checkbox]");
  document.addEventListener("pointerdown", () => { byKeys = null; });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Tab" || !event.target.matches?.("[data-submit-on-change] select")) return;
    if (event.key === "Enter" && byKeys === event.target) {
      event.preventDefault();
      event.target.form.requestSubmit();
    } else byKeys = event.target;
  });
  document.addEventListener("change", (event) => {
    if (filter(event.target) && byKeys !== event.target) event.target.form.requestSubmit();
  });
  // What was chosen has the focus on the page that comes.
  document.addEventListener("submit", (event) => {
    const at = document.activeElement;
    if (!event.target.matches("[data-submit-on-change]") || at?.form !== event.target) return;
    if (!event.target.hasAttribute("action")) event.target.action = location.pathname; // without #content, which would take the focus
    sessionStorage.setItem("filter", `${location.pathname} ${at.name}`); // a path has no spaces
  });
  const [path, name] = (sessionStorage.getItem("filter") ?? "").split(" ");
  sessionStorage.removeItem("filter");
  const form = path === location.pathname && document.querySelector("form[data-submit-on-change]");
  if (form) (form.elements[name] ?? form.querySelector("[type=submit]"))?.focus({ preventScroll: true });
})();
