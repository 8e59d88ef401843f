// Keys and the list of commands. Each key only presses a button or follows a link that can be seen: data-key names it.
(() => {
  const on = () => document.querySelector("[data-keys]")?.dataset.keys !== "off";
  const writing = (event) => event.target.closest("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]");
  const dialog = () => document.querySelector("dialog[open]");

  const press = (key) => (event) => {
    if (!on() || writing(event) || dialog() || event.ctrlKey || event.metaKey || event.altKey) return;
    const target = [...document.querySelectorAll(`[data-key="${CSS.escape(key)}"]`)].find((one) => one.offsetParent);
    if (!target) return;
    event.preventDefault();
    target.click();
  };

  const open = (name) => {
    const shown = document.getElementById(name);
    if (!shown || dialog()) return;
    shown.showModal();
  };

  const search = (event) => {
    const box = document.getElementById("search-box");
    if (!on() || writing(event) || dialog() || !box) return;
    event.preventDefault();
    box.focus();
    box.select();
  };

  tinykeys.tinykeys(window, {
    "/": search,
    "Shift+?": press("?"),
    "?": press("?"),
    ...Object.fromEntries(["j", "k", "a", "r", "s", "u"].map((key) => [key, press(key)])),
    "$mod+k": (event) => {
      if (!document.getElementById("palette")) return;
      event.preventDefault();
      if (dialog()?.id === "palette") return dialog().close();
      commands("");
      open("palette");
      document.getElementById("palette-box").focus();
    },
  });

  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-open]");
    if (opener?.dataset.open === "palette") commands("");
    if (opener) open(opener.dataset.open);
    if (event.target.closest("[data-close]")) event.target.closest("dialog").close();
    const option = event.target.closest("#palette-list [role=option]");
    if (option) run(option);
  });

  // Ticks all boxes of a name on this page.
  document.addEventListener("change", (event) => {
    const name = event.target.dataset?.checkAll;
    if (!name) return;
    for (const box of event.target.form.querySelectorAll(`input[name="${name}"]:not(:disabled)`)) box.checked = event.target.checked;
  });

  // The next item has the focus, wherever it was before.
  document.querySelector("#content [data-focus]")?.focus({ preventScroll: true });
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.detail.target?.id !== "content" && event.target?.id !== "content") return;
    document.querySelector("#content [data-focus]")?.focus({ preventScroll: true });
  });

  let found = [];
  const box = () => document.getElementById("palette-box");

  function commands(text) {
    const words = text.trim().toLowerCase().split(/\s+/).filter(Boolean);
    const here = [...document.querySelectorAll("[data-command]")].filter((one) => one.offsetParent)
      .map((one) => ({ label: one.dataset.command, key: one.dataset.key ?? "", run: () => one.click() }));
    const pages = [...document.querySelectorAll("#sidebar-menu .nav-link")]
      .map((one) => ({ label: `Go to ${one.querySelector(".nav-link-title").textContent.trim()}`, key: "", run: () => { location.href = one.href; } }));
    found = [...here, ...pages].filter((one) => words.every((word) => one.label.toLowerCase().includes(word)));
    const form = document.getElementById("search-box")?.form;
    if (form && words.length) found.push({ label: `Find “${text.trim()}”`, key: "", run: () => { form.elements.q.value = text.trim(); form.requestSubmit(); } });
    const list = document.getElementById("palette-list");
    list.replaceChildren(...found.map((one, place) => {
      const item = document.createElement("li");
      item.id = `command-${place}`;
      item.setAttribute("role", "option");
      item.textContent = one.label;
      if (one.key) {
        const key = document.createElement("kbd");
        key.textContent = one.key;
        item.append(key);
      }
      return item;
    }));
    select(0);
  }

  function select(place) {
    const items = [...document.querySelectorAll("#palette-list [role=option]")];
    items.forEach((item, n) => item.setAttribute("aria-selected", n === place));
    items[place]?.scrollIntoView({ block: "nearest" });
    if (items[place]) box().setAttribute("aria-activedescendant", items[place].id);
    else box().removeAttribute("aria-activedescendant");
  }

  function run(option) {
    const command = found[Number(option.id.replace("command-", ""))];
    document.getElementById("palette").close();
    command.run();
  }

  document.addEventListener("input", (event) => { if (event.target.id === "palette-box") commands(event.target.value); });
  document.addEventListener("keydown", (event) => {
    if (event.target.id !== "palette-box") return;
    const items = [...document.querySelectorAll("#palette-list [role=option]")];
    const now = items.findIndex((item) => item.getAttribute("aria-selected") === "true");
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      select((now + (event.key === "ArrowDown" ? 1 : items.length - 1)) % (items.length || 1));
    } else if (event.key === "Enter" && items[now]) {
      event.preventDefault();
      run(items[now]);
    }
  });
  document.getElementById("palette")?.addEventListener("close", () => { box().value = ""; });
})();
