// Picking identifiers faster than one by one: all of a kind, the other side, a range with Shift, a filter.
(() => {
  const rows = document.getElementById("pick-rows");
  if (!rows) return;
  const boxes = () => [...rows.querySelectorAll("input[type=checkbox]")];
  const visible = (box) => !box.closest("tr").hidden;
  const changed = () => rows.dispatchEvent(new Event("change", { bubbles: true }));
  let last = null;

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-pick-kind], [data-pick-swap], [data-pick-none]");
    if (!button) return;
    const { pickKind } = button.dataset;
    if (pickKind) {
      const ofKind = boxes().filter((box) => box.dataset.kind === pickKind && visible(box));
      const all = ofKind.every((box) => box.checked);
      ofKind.forEach((box) => { box.checked = !all; });
    } else if ("pickSwap" in button.dataset) {
      boxes().forEach((box) => { box.checked = !box.checked; });
    } else {
      boxes().forEach((box) => { box.checked = false; });
    }
    changed();
  });

  rows.addEventListener("click", (event) => {
    const box = event.target.closest("input[type=checkbox]");
    if (!box) return;
    const all = boxes().filter(visible);
    if (event.shiftKey && last && all.includes(last)) {
      const [from, to] = [all.indexOf(last), all.indexOf(box)].sort((a, b) => a - b);
      all.slice(from, to + 1).forEach((one) => { one.checked = box.checked; });
    }
    last = box;
  });

  // Enter says what the button beside says, and not what the form's first button, for those without script, would.
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing || !["pick-filter", "reason"].includes(event.target.id)) return;
    event.preventDefault();
    if (event.target.id === "reason") event.target.form.requestSubmit(document.querySelector("#effect [value=decide]"));
  });

  document.querySelector("[data-filter-rows]").addEventListener("input", (event) => {
    const text = event.target.value.trim().toLowerCase();
    for (const row of rows.rows) row.hidden = !row.textContent.toLowerCase().includes(text);
  });
})();
