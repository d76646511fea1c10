"use strict";
// The side bar: facets with counts, ranges, search and order.
const TITLES = { weather: "Weather", scene: "Scene", time_of_day: "Time of day", split: "Split", rig: "Camera", run: "Run", mirrors: "Mirror kind", air: "Visibility in the air" };
const AIR = [["below 200 m", 200], ["200 m to 1 km", 1000], ["1 to 10 km", 10000], ["above 10 km", Infinity]];
const ORDERS = {
  "in order": null,
  "most people": (row) => -row.people.filter((person) => !person[0]).length,
  "most reflections": (row) => -row.people.filter((person) => person[0]).length,
  "least visible first": (row) => Math.min(2, ...row.people.map((person) => person[2] ?? 2)),
  "tallest first": (row) => -Math.max(0, ...row.people.map((person) => person[1])),
  "foggiest first": (row) => row.mor ?? Infinity,
};
const filter = { chosen: {}, least: 0, most: 1, height: 0, text: "", order: "in order" };
const MANY = 24; // values that a facet lists

const FACETS = ["weather", "scene", "mirrors", "air", "time_of_day", "split", "rig", "run"];
const tallies = new Map(); // by facet, the number of pictures by value that pass all other filters

function valuesOf(row, facet) {
  if (facet === "mirrors") return row.mirrors.length ? row.mirrors : ["none"];
  if (facet === "air") return [row.mor === null || row.mor === undefined ? "clear" : AIR.find(([, limit]) => row.mor < limit || limit === Infinity)[0]];
  return [row[facet] ?? "not known"];
}

// Values of all facets, in the order of FACETS; kept with the row.
function facetValues(row) {
  return row.values ??= FACETS.map((facet) => valuesOf(row, facet));
}

function passesRest(row) {
  if (filter.text && !row.name.toLowerCase().includes(filter.text)) return false;
  if (filter.least > 0 || filter.most < 1 || filter.height > 0) {
    return row.people.some((person) => person[1] >= filter.height && (filter.least <= 0 && filter.most >= 1
      || (person[2] !== null && person[2] >= filter.least && (filter.most >= 1 || person[2] <= filter.most))));
  }
  return true;
}

// One pass over all pictures: those that pass, and the counts beside the options.
function applyFilters() {
  const shown = [];
  const counts = FACETS.map(() => new Map());
  const chosen = FACETS.map((facet) => filter.chosen[facet]?.size ? filter.chosen[facet] : null);
  report.frames.forEach((row, index) => {
    const values = facetValues(row);
    const rest = passesRest(row);
    let fails = rest ? 0 : 2, failed = -1;
    for (let facet = 0; facet < FACETS.length && fails < 2; facet++) {
      if (chosen[facet] && !values[facet].some((value) => chosen[facet].has(value))) { fails++; failed = facet; }
    }
    for (let facet = 0; facet < FACETS.length; facet++) {
      const counted = fails === 0 || (fails === 1 && facet === failed);
      for (const value of values[facet]) counts[facet].set(value, (counts[facet].get(value) ?? 0) + (counted ? 1 : 0));
    }
    if (fails === 0) shown.push(index);
  });
  FACETS.forEach((facet, number) => tallies.set(facet, counts[number]));
  const key = ORDERS[filter.order];
  if (key) {
    const keys = new Map(shown.map((index) => [index, key(report.frames[index])]));
    shown.sort((a, b) => keys.get(a) - keys.get(b) || a - b);
  }
  report.shown = shown;
  const all = report.frames.length;
  document.getElementById("count").textContent =
    shown.length === all ? `${all.toLocaleString("en")} pictures` : `${shown.length.toLocaleString("en")} of ${all.toLocaleString("en")} pictures`;
  report.emit("shown");
}

function isFiltered() {
  return Boolean(filter.text || filter.least > 0 || filter.most < 1 || filter.height > 0 || Object.values(filter.chosen).some((chosen) => chosen.size));
}

function drawFilters() {
  const side = document.getElementById("filters");
  const focused = side.contains(document.activeElement) ? document.activeElement.id : null;
  const top = side.scrollTop;
  const reset = element("button", { class: "reset", type: "button", id: "reset", disabled: !isFiltered(), onclick: () => {
    Object.assign(filter, { chosen: {}, least: 0, most: 1, height: 0, text: "" });
    document.getElementById("search").value = "";
    changed();
  } }, "Reset filters");
  const parts = [reset];
  for (const facet of FACETS) if (tallies.get(facet)?.size > 1) parts.push(facetBox(facet, tallies.get(facet)));
  parts.push(rangeBox());
  side.replaceChildren(...parts);
  side.scrollTop = top;
  if (focused) document.getElementById(focused)?.focus();
}

function facetBox(facet, counts) {
  const chosen = filter.chosen[facet] ||= new Set();
  const order = facet === "air" ? [...AIR.map(([name]) => name), "clear"].filter((name) => counts.has(name))
    : [...counts.keys()].sort((a, b) => counts.get(b) - counts.get(a) || a.localeCompare(b));
  const options = order.slice(0, MANY).map((value, number) => element("label", { class: counts.get(value) ? "option" : "option none" },
    element("input", { type: "checkbox", id: `${facet}-${number}-${value}`, checked: chosen.has(value), onchange: () => {
      if (!chosen.delete(value)) chosen.add(value);
      changed();
    } }),
    element("span", { title: value }, value.replaceAll("_", " ")),
    element("small", {}, counts.get(value).toLocaleString("en"))));
  if (order.length > MANY) options.push(element("small", {}, `and ${order.length - MANY} more`));
  return element("fieldset", {}, element("legend", {}, TITLES[facet]), ...options);
}

function rangeBox() {
  const slider = (id, label, key, max, step, show) => {
    const caption = element("span", {}, `${label} ${show(filter[key])}`);
    return element("label", {}, caption, element("input", { type: "range", id, min: 0, max, step, value: filter[key],
      oninput: (event) => { filter[key] = Number(event.target.value); caption.textContent = `${label} ${show(filter[key])}`; },
      onchange: changed }));
  };
  const percent = (value) => `${Math.round(100 * value)} %`;
  return element("fieldset", {}, element("legend", {}, "Someone is"), element("div", { class: "range" },
    slider("least", "visible from", "least", 1, 0.05, percent), slider("most", "to", "most", 1, 0.05, percent),
    slider("height", "taller than", "height", 600, 10, (value) => `${value} px`)));
}

function changed() {
  applyFilters();
  drawFilters();
}
