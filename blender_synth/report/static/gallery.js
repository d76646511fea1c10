"use strict";
// The gallery draws only the rows of tiles that are in view, so that its cost does not grow with the number of pictures.
const gallery = {
  tiles: new Map(), columns: 1, width: 240, height: 181, gap: 12, focus: 0, scheduled: false,

  start() {
    this.scroll = document.getElementById("scroll");
    this.canvas = document.getElementById("canvas");
    this.scroll.addEventListener("scroll", () => this.schedule(), { passive: true });
    new ResizeObserver(() => this.layout()).observe(this.scroll);
    const size = document.getElementById("size");
    size.addEventListener("input", () => { this.target = Number(size.value); this.layout(); });
    this.target = Number(size.value);
    const sort = document.getElementById("sort");
    sort.append(...Object.keys(ORDERS).map((name) => element("option", {}, name)));
    sort.addEventListener("change", () => { filter.order = sort.value; applyFilters(); });
    document.getElementById("switches").append(...switches());
    report.on("shown", () => { this.scroll.scrollTop = 0; this.focus = 0; this.clear(); this.layout(); });
    report.on("layers", () => { for (const [position, tile] of this.tiles) this.decorate(tile, report.shown[position]); });
  },

  clear() {
    for (const tile of this.tiles.values()) tile.remove();
    this.tiles.clear();
  },

  layout() {
    const room = this.scroll.clientWidth - 2 * 18;
    if (room <= 0) return;
    this.columns = Math.max(1, Math.floor((room + this.gap) / (this.target + this.gap)));
    this.width = (room - (this.columns - 1) * this.gap) / this.columns;
    const [w, h] = report.frames[0]?.size ?? [16, 9];
    this.height = Math.round(this.width * Math.min(1.2, h / w)) + 46;
    const rows = Math.ceil(report.shown.length / this.columns);
    this.canvas.style.height = `${rows * (this.height + this.gap) + 2 * 16}px`;
    this.canvas.replaceChildren(...this.tiles.values());
    if (!report.shown.length && report.frames.length) {
      this.canvas.replaceChildren(element("p", { class: "empty" }, "No picture passes the filters."));
    }
    for (const [position, tile] of this.tiles) this.place(tile, position);
    this.draw();
  },

  place(tile, position) {
    const x = 18 + (position % this.columns) * (this.width + this.gap);
    const y = 16 + Math.floor(position / this.columns) * (this.height + this.gap);
    tile.style.cssText = `left:${x}px;top:${y}px;width:${this.width}px;height:${this.height}px`;
  },

  schedule() {
    if (this.scheduled) return;
    this.scheduled = true;
    requestAnimationFrame(() => { this.scheduled = false; this.draw(); });
  },

  draw() {
    const step = this.height + this.gap;
    const first = Math.max(0, Math.floor(this.scroll.scrollTop / step) - 1) * this.columns;
    const last = Math.min(report.shown.length, Math.ceil((this.scroll.scrollTop + this.scroll.clientHeight) / step + 1) * this.columns);
    for (const [position, tile] of this.tiles) {
      if ((position < first || position >= last) && tile !== document.activeElement) {
        tile.remove();
        this.tiles.delete(position);
      }
    }
    for (let position = first; position < last; position++) {
      if (this.tiles.has(position)) continue;
      const tile = this.tile(report.shown[position], position);
      this.tiles.set(position, tile);
      this.place(tile, position);
      this.canvas.append(tile);
    }
  },

  tile(index, position) {
    const row = report.frames[index];
    const people = row.people.filter((person) => !person[0]).length;
    const frame = element("div", { class: "frame" },
      element("img", { src: report.thumbnail(index), loading: "lazy", decoding: "async", alt: "" }));
    const about = [row.scene, row.weather, row.time_of_day, row.split].filter(Boolean).join(" · ").replaceAll("_", " ");
    const tile = element("button", { class: "tile", type: "button", role: "listitem", title: row.name,
      "aria-label": `${row.name}, ${about}, ${people} people, ${row.people.length - people} reflections`,
      onclick: () => viewer.open(position), onfocus: () => { this.focus = position; } },
    frame,
    element("div", { class: "caption" }, element("b", {}, row.name), element("span", {}, about || `${row.size[0]} × ${row.size[1]}`),
      element("span", { class: "numbers" }, element("i", { class: "dot person" }), String(people),
        element("i", { class: "dot reflection" }), String(row.people.length - people))));
    this.decorate(tile, index);
    return tile;
  },

  // Adds overlays once they are wanted; their files are loaded for tiles in view only.
  async decorate(tile, index) {
    if (!report.layers.size || tile.dataset.decorated) return;
    tile.dataset.decorated = "yes";
    await report.pause();
    if (!tile.isConnected) { delete tile.dataset.decorated; return; }
    const details = await report.detailsOf(index);
    if (!details || !tile.isConnected) return;
    const frame = tile.querySelector(".frame");
    if (details.depth) frame.append(element("img", { class: "depth", src: details.depth, loading: "lazy", decoding: "async", alt: "" }));
    frame.append(overlay(details, report.frames[index].size));
  },

  // Moves the focus among tiles, scrolling as needed.
  move(step) {
    const position = Math.min(report.shown.length - 1, Math.max(0, this.focus + step));
    const y = 16 + Math.floor(position / this.columns) * (this.height + this.gap);
    if (y < this.scroll.scrollTop) this.scroll.scrollTop = y - 16;
    const below = y + this.height + 16 - this.scroll.clientHeight;
    if (below > this.scroll.scrollTop) this.scroll.scrollTop = below;
    this.draw();
    this.tiles.get(position)?.focus({ preventScroll: true });
  },
};
