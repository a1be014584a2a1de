"use strict";
(() => {
  const items = [...document.querySelectorAll("[data-search]")].map((node) => [node, node.textContent.toLowerCase()]);
  const query = document.getElementById("query");
  const shown = document.getElementById("shown");
  if (items.length === 0) return;
  document.getElementById("filter").hidden = false;
  query.addEventListener("input", () => {
    const words = query.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const [node, text] of items) {
      node.hidden = !words.every((word) => text.includes(word));
      if (!node.hidden) count += 1;
    }
    shown.textContent = words.length === 0 ? "" : `${count} of ${items.length}`;
  });
})();
