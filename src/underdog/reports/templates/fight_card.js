"use strict";
(() => {
  const filters = document.getElementById("filters");
  if (!filters) return;
  const search = document.getElementById("search");
  const shown = document.getElementById("shown");
  const none = document.getElementById("none");
  const buttons = [...filters.querySelectorAll("button")];
  const problems = [...document.querySelectorAll(".problem")].map((row) => ({
    row,
    outcome: row.dataset.outcome,
    text: row.textContent.toLowerCase(),
  }));
  let show = "all";

  const apply = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const { row, outcome, text } of problems) {
      const fits = (show === "all" || show === outcome) && words.every((word) => text.includes(word));
      row.hidden = !fits;
      count += fits ? 1 : 0;
    }
    shown.textContent = `${count} of ${problems.length} shown`;
    none.hidden = count > 0;
  };

  for (const button of buttons) {
    button.addEventListener("click", () => {
      show = button.dataset.show;
      for (const other of buttons) other.setAttribute("aria-pressed", String(other === button));
      apply();
    });
  }
  search.addEventListener("input", apply);
  filters.hidden = false;
  apply();
})();
