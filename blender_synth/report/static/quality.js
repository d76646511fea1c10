"use strict";
// Near-duplicates, failures and licences of all pictures.
function drawQuality() {
  const place = document.getElementById("quality");
  if (place.hidden || place.childElementCount) return;
  const data = report.data;
  const card = (title, about, ...content) => element("div", { class: "card wide" }, element("h2", {}, title), element("p", {}, about), ...content);
  const good = (words) => element("p", {}, element("span", { class: "tick" }, "✓ "), words);
  const pair = ([first, second, bits]) => element("div", { class: "pair" },
    ...[first, second].map((index) => element("button", { type: "button", "aria-label": report.frames[index].name, onclick: () => viewer.openIndex(index) }, element("img", { src: report.thumbnail(index), loading: "lazy", alt: "" }))),
    element("span", {}, `${report.frames[first].name} · ${report.frames[second].name} · ${bits} of 256 bits apart`));
  const rows = (head, list, numbers) => element("div", { class: "scroller" }, element("table", {},
    element("thead", {}, element("tr", {}, ...head.map((name, column) => element("th", { class: numbers.includes(column) ? "number" : "" }, name)))),
    element("tbody", {}, ...list.map((line) => element("tr", {}, ...line.map((cell, column) => element("td", { class: numbers.includes(column) ? "number" : "" }, text(cell))))))));
  place.replaceChildren(element("div", { class: "grid" },
    card("Near-duplicates", "Pictures of different scenes that look the same; those of one scene are meant to.",
      data.duplicates.length ? element("div", {}, data.duplicates_found > 60 ? element("p", {}, `${data.duplicates_found} pairs; the 60 closest are shown.`) : null,
        element("div", { class: "pairs" }, ...data.duplicates.slice(0, 60).map(pair))) : good("none were found")),
    card("Failures", "Frames that were not rendered, items that were left out, pictures that could not be read.",
      data.failures.length ? rows(["failure"], data.failures.slice(0, 1000).map((line) => [line]), []) : good("none are recorded")),
    card("Licences", "What the pictures show, and on which terms. Keep ATTRIBUTION.md with the pictures.",
      data.credits.length ? rows(["item", "licence", "author", "source", "pictures"], data.credits, [4]) : good("no licences are recorded"))));
}
