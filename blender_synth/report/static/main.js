"use strict";
// Starts the page: loads rows chunk by chunk, wires tabs, keys and the theme.
const KEYS = [
  ["1 … 8", "overlays on and off"], ["← ↑ → ↓", "move among pictures"], ["Enter", "open a picture"], ["Esc", "close"],
  ["+ − 0", "zoom, fit"], ["/", "search"], ["g s q", "gallery, statistics, quality"], ["r", "reset filters"], ["t", "light or dark"], ["?", "this list"],
];

function showTab(name) {
  for (const tab of document.querySelectorAll("[role=tab]")) {
    const chosen = tab.id === `tab-${name}`;
    tab.setAttribute("aria-selected", String(chosen));
    tab.tabIndex = chosen ? 0 : -1;
    document.getElementById(tab.getAttribute("aria-controls")).hidden = !chosen;
  }
  drawCharts();
  drawQuality();
}

function toggleTheme() {
  const theme = report.dark() ? "light" : "dark";
  document.documentElement.dataset.theme = theme;
  try { localStorage.setItem("blender-synth-theme", theme); } catch (error) { /* private mode */ }
  report.emit("theme");
}

function pressed(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const typing = event.target.matches("input[type=search], select");
  if (typing && event.key !== "Escape") return;
  const layer = LAYERS[Number(event.key) - 1];
  const action = layer ? () => toggleLayer(layer[0]) : viewer.isOpen() ? inViewer(event) : inPage(event);
  if (!action) return;
  event.preventDefault();
  action();
}

function inViewer(event) {
  const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -gallery.columns, ArrowDown: gallery.columns }[event.key];
  if (step) return () => viewer.open(viewer.position + step);
  return { "+": () => viewer.zoom(1.5), "-": () => viewer.zoom(1 / 1.5), 0: () => viewer.fit(), t: toggleTheme }[event.key];
}

function inPage(event) {
  if (event.key === "Escape" && event.target.matches("input, select")) return () => event.target.blur();
  const inGallery = !document.getElementById("gallery").hidden && !event.target.closest(".side, [role=tablist], input");
  const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -gallery.columns, ArrowDown: gallery.columns }[event.key];
  if (step && inGallery) return () => gallery.move(event.target.matches(".tile") ? step : 0);
  if (step && event.target.matches("[role=tab]")) {
    return () => {
      const tabs = [...document.querySelectorAll("[role=tab]")];
      const next = tabs[(tabs.indexOf(event.target) + Math.sign(step) + tabs.length) % tabs.length];
      next.click();
      next.focus();
    };
  }
  return {
    "/": () => document.getElementById("search").focus(), "?": () => document.getElementById("keys").showModal(), t: toggleTheme,
    g: () => showTab("gallery"), s: () => showTab("statistics"), q: () => showTab("quality"), r: () => document.getElementById("reset")?.click(),
  }[event.key];
}

async function start() {
  gallery.start();
  viewer.start();
  showLayers();
  for (const tab of document.querySelectorAll("[role=tab]")) tab.addEventListener("click", () => showTab(tab.id.replace("tab-", "")));
  document.getElementById("theme").addEventListener("click", toggleTheme);
  document.getElementById("help").addEventListener("click", () => document.getElementById("keys").showModal());
  document.getElementById("keylist").append(...KEYS.flatMap(([key, what]) => [element("dt", {}, key), element("dd", {}, what)]));
  const search = document.getElementById("search");
  let timer = 0;
  search.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(() => { filter.text = search.value.trim().toLowerCase(); changed(); }, 120); });
  addEventListener("keydown", pressed);
  for (const event of ["shown", "theme"]) report.on(event, drawCharts);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => report.emit("theme"));
  const hash = new URLSearchParams(location.hash.slice(1)); // #tab=statistics&layers=person,boxes&open=3&theme=dark
  if (hash.has("layers")) { report.layers = new Set(hash.get("layers").split(",").filter(Boolean)); showLayers(); }
  if (["light", "dark"].includes(hash.get("theme"))) document.documentElement.dataset.theme = hash.get("theme");
  for (let chunk = 0; chunk < report.data.chunks; chunk++) {
    try {
      await report.load(`data/${String(chunk).padStart(4, "0")}.js`);
    } catch (error) {
      document.getElementById("count").textContent = error.message;
    }
    if (chunk === 0) { applyFilters(); await report.pause(); }
    await report.pause();
  }
  changed();
  if (["gallery", "statistics", "quality"].includes(hash.get("tab"))) showTab(hash.get("tab"));
  if (hash.has("open") && report.frames[Number(hash.get("open"))]) viewer.openIndex(Number(hash.get("open")));
  document.body.dataset.ready = "yes";
}

start();
