"use strict";
// State, and loading of data: a page at file:// may load scripts but not JSON, so data files call `report.rows(...)` etc.
const report = {
  data: null, // summary.js
  frames: [], // rows of data/*.js, by index
  shown: [], // indices that pass the filters, in the chosen order
  layers: new Set(["person", "reflection"]),
  listeners: { frames: [], shown: [], layers: [], theme: [] },
  cache: new Map(), // details by index, the least recently used first
  waiting: new Map(),

  summary(data) { this.data = data; },
  rows(rows) { this.frames.push(...rows); },
  details(index, details) {
    this.cache.set(index, details);
    if (this.cache.size > 400) this.cache.delete(this.cache.keys().next().value);
    for (const resolve of this.waiting.get(index) || []) resolve(details);
    this.waiting.delete(index);
  },
  on(event, listener) { this.listeners[event].push(listener); },
  emit(event) { for (const listener of this.listeners[event]) listener(); },

  // Loads a script of the report; resolves once it has run.
  load(path) {
    return new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = path;
      script.onload = () => { script.remove(); resolve(); };
      script.onerror = () => { script.remove(); reject(new Error(`${path} cannot be loaded`)); };
      document.head.append(script);
    });
  },

  // Outlines and attributes of a picture; null if its file is lost.
  detailsOf(index) {
    const known = this.cache.get(index);
    if (known) {
      this.cache.delete(index);
      this.cache.set(index, known);
      return Promise.resolve(known);
    }
    return new Promise((resolve) => {
      const waiting = this.waiting.get(index);
      if (waiting) { waiting.push(resolve); return; }
      this.waiting.set(index, [resolve]);
      this.load(`frames/${this.padded(index)}.js`).catch(() => {
        for (const other of this.waiting.get(index) || []) other(null);
        this.waiting.delete(index);
      });
    });
  },

  padded(index) { return String(index).padStart(6, "0"); },
  thumbnail(index) { return `thumbnails/${this.padded(index)}.jpg`; },

  // Lets the browser draw and handle keys.
  pause() { return new Promise((resolve) => setTimeout(resolve, 0)); },
  idle() { return new Promise((resolve) => (window.requestIdleCallback || setTimeout)(resolve)); },

  dark() {
    const chosen = document.documentElement.dataset.theme;
    return chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  },
  colour(name) { return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim(); },
};

// An element. Texts are set as text, never as HTML: names come from untrusted files.
function element(tag, attributes = {}, ...children) {
  const svg = ["svg", "g", "path", "rect", "circle", "line", "title"].includes(tag);
  const made = svg ? document.createElementNS("http://www.w3.org/2000/svg", tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(name, value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

function text(value) {
  if (value === null || value === undefined) return "–";
  if (typeof value === "number") return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(5)));
  if (Array.isArray(value)) return value.length ? value.map(text).join(", ") : "–";
  if (typeof value === "object") return JSON.stringify(value);
  return value === true ? "yes" : value === false ? "no" : String(value);
}
