"use strict";
// One picture at full size, with zoom, and everything that is known about it.
const viewer = {
  position: 0, scale: 1, x: 0, y: 0, request: 0,

  start() {
    this.dialog = document.getElementById("viewer");
    this.stage = document.getElementById("stage");
    this.panel = document.getElementById("panel");
    this.stage.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    this.stage.addEventListener("pointerdown", (event) => this.drag(event));
    this.stage.addEventListener("dblclick", () => this.fit());
    new ResizeObserver(() => this.fit()).observe(this.stage);
    this.dialog.addEventListener("close", () => { this.stage.replaceChildren(); gallery.focus = this.position; gallery.move(0); });
  },

  isOpen() { return this.dialog.open; },
  openIndex(index) {
    const position = report.shown.indexOf(index);
    if (position >= 0) { this.open(position); return; }
    report.shown = [index, ...report.shown];
    report.emit("shown");
    this.open(0);
  },

  async open(position) {
    if (position < 0 || position >= report.shown.length) return;
    this.position = position;
    const request = ++this.request;
    const index = report.shown[position];
    if (!this.dialog.open) this.dialog.showModal();
    const details = await report.detailsOf(index);
    if (request !== this.request) return;
    const row = report.frames[index];
    this.size = row.size;
    this.drawStage(row, index, details);
    this.drawPanel(row, index, details);
    this.fit();
    for (const next of [position + 1, position - 1]) if (next in report.shown) report.detailsOf(report.shown[next]);
  },

  drawStage(row, index, details) {
    this.frame = element("div", { class: "frame" },
      element("img", { src: details ? details.picture : report.thumbnail(index), alt: row.name, draggable: "false" }),
      details?.depth ? element("img", { class: "depth", src: details.depth, alt: "", draggable: "false" }) : null);
    if (details) {
      const svg = overlay(details, row.size);
      svg.addEventListener("pointermove", (event) => this.choose(event.target.closest("[data-mark]")?.dataset.mark, false));
      svg.addEventListener("pointerleave", () => this.choose(undefined, false));
      svg.addEventListener("click", (event) => { if (!this.moved) this.choose(event.target.closest("[data-mark]")?.dataset.mark, true); });
      this.frame.append(svg);
    }
    const step = (by, name, sign) => element("button", { class: `step ${name}`, type: "button", "aria-label": by < 0 ? "Previous" : "Next", onclick: () => this.open(this.position + by) }, sign);
    this.tag = element("span", { class: "tag" });
    this.stage.replaceChildren(this.frame, this.tag, step(-1, "back", "‹"), step(1, "on", "›"), element("div", { class: "switches" }, ...switches()));
  },

  drawPanel(row, index, details) {
    const close = element("button", { class: "icon close", type: "button", "aria-label": "Close", onclick: () => this.dialog.close() }, "×");
    const parts = [close, element("h2", {}, row.name)];
    if (!details) {
      this.panel.replaceChildren(...parts, element("p", { class: "empty" }, "The file with the details of this picture is missing."));
      return;
    }
    const groups = { person: [], reflection: [], mirror: [], other: [] };
    details.marks.forEach((mark, number) => groups[mark.kind].push(this.mark(mark, number, details.marks)));
    for (const [kind, title] of LAYERS.slice(0, 4)) {
      if (!groups[kind].length) continue;
      const list = element("div", {}, ...groups[kind].slice(0, kind === "other" ? 6 : 1000));
      parts.push(element("h3", {}, `${title} · ${groups[kind].length}`), list);
      if (kind === "other" && groups[kind].length > 6) {
        parts.push(element("button", { class: "more", type: "button", onclick: (event) => { list.append(...groups[kind].slice(6)); event.target.remove(); } }, `Show all ${groups[kind].length}`));
      }
    }
    parts.push(element("h3", {}, "Picture"), table(details.facts));
    if (Object.keys(details.seconds).length) parts.push(element("h3", {}, "Seconds by stage"), table(details.seconds));
    if (details.credits.length) {
      parts.push(element("h3", {}, "Licences"), table(Object.fromEntries(details.credits.map(([name, licence, author]) => [name, author ? `${licence}, ${author}` : licence]))));
    }
    parts.push(element("p", {}, element("a", { href: details.picture, target: "_blank" }, "Open the picture file")));
    this.panel.replaceChildren(...parts);
    this.panel.scrollTop = 0;
  },

  mark(mark, number, marks) {
    const values = mark.values;
    const short = [
      values.visibility !== undefined ? `${Math.round(100 * values.visibility)} % visible` : null,
      values.distance_m !== undefined ? `${text(Number(values.distance_m.toFixed(1)))} m` : null,
    ].filter(Boolean).join(" · ");
    const name = (id) => { const other = marks.find((m) => m.id === id && m.of === null); return other ? `${id} (${other.name})` : `${id} (not in view)`; };
    const facts = { id: mark.id, category: mark.category, "box x, y, w, h": mark.box };
    if (mark.of !== null) Object.assign(facts, { "reflection of": name(mark.of), via: mark.via.map(name) });
    return element("details", { class: "mark", "data-mark": number,
      onpointerenter: () => this.choose(number, false), onpointerleave: () => this.choose(undefined, false) },
    element("summary", {}, element("i", { class: `dot ${mark.kind}` }), element("span", {}, mark.name), element("small", {}, short)),
    table({ ...facts, ...values }));
  },

  // Highlights a mark in the picture and in the list; `reveal` also opens it in the list.
  choose(number, reveal) {
    for (const chosen of this.dialog.querySelectorAll(".chosen")) chosen.classList.remove("chosen");
    if (number === undefined) return;
    for (const part of this.dialog.querySelectorAll(`[data-mark="${number}"]`)) {
      part.classList.add("chosen");
      if (reveal && part.matches("details")) { part.open = true; part.scrollIntoView({ block: "center" }); }
    }
  },

  fit() {
    if (!this.frame || !this.dialog.open) return;
    const [w, h] = this.size;
    this.scale = this.least = Math.min(this.stage.clientWidth / w, this.stage.clientHeight / h);
    this.x = (this.stage.clientWidth - w * this.scale) / 2;
    this.y = (this.stage.clientHeight - h * this.scale) / 2;
    this.show();
  },

  show() {
    const [w, h] = this.size; // a transform would also scale the lines of the overlay
    this.frame.style.cssText = `left:${this.x}px;top:${this.y}px;width:${w * this.scale}px;height:${h * this.scale}px`;
    this.stage.classList.toggle("pixels", this.scale >= 3);
    this.tag.textContent = `${this.position + 1} of ${report.shown.length} · ${Math.round(100 * this.scale)} %`;
  },

  zoom(factor, x = this.stage.clientWidth / 2, y = this.stage.clientHeight / 2) {
    const scale = Math.min(32, Math.max(this.least, this.scale * factor));
    this.x = x - (x - this.x) * scale / this.scale;
    this.y = y - (y - this.y) * scale / this.scale;
    this.scale = scale;
    if (scale === this.least) this.fit(); else this.show();
  },

  wheel(event) {
    event.preventDefault();
    const corner = this.stage.getBoundingClientRect();
    this.zoom(Math.exp(-event.deltaY / 400), event.clientX - corner.left, event.clientY - corner.top);
  },

  drag(event) {
    if (event.target.closest("button")) return;
    const [x, y] = [event.clientX - this.x, event.clientY - this.y];
    const start = [event.clientX, event.clientY];
    this.moved = false;
    const move = (moved) => {
      if (Math.hypot(moved.clientX - start[0], moved.clientY - start[1]) > 4) this.moved = true;
      if (!this.moved) return;
      [this.x, this.y] = [moved.clientX - x, moved.clientY - y];
      this.show();
    };
    const end = () => { removeEventListener("pointermove", move); removeEventListener("pointerup", end); };
    addEventListener("pointermove", move);
    addEventListener("pointerup", end);
  },
};

function table(facts) {
  const rows = Object.entries(facts).filter(([, value]) => value !== null && value !== undefined && !(Array.isArray(value) && !value.length));
  return element("dl", {}, ...rows.flatMap(([name, value]) => [element("dt", {}, name.replaceAll("_", " ")), element("dd", {}, text(value))]));
}
