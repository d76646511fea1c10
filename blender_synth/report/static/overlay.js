"use strict";
// Masks, boxes, joints and links of a picture as SVG in pixels of the picture. Style sheets decide what is shown.
const LAYERS = [
  ["person", "People"], ["reflection", "Reflections"], ["mirror", "Mirrors"], ["other", "Others"],
  ["keypoints", "Keypoints"], ["boxes", "Boxes"], ["depth", "Depth"], ["links", "Links"],
];
const DRAWN_FIRST = { other: 0, mirror: 1, person: 3, reflection: 4 };
const drawnAfter = (mark) => (mark.faint ? 2 : DRAWN_FIRST[mark.kind]);

function overlay(details, size) {
  const [width, height] = size;
  const svg = element("svg", { viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: "xMidYMid meet", "aria-hidden": "true" });
  const marks = details.marks.map((mark, number) => [mark, number]).sort((a, b) => drawnAfter(a[0]) - drawnAfter(b[0]));
  for (const [mark, number] of marks) {
    const data = { "data-layer": mark.kind, "data-mark": number };
    if (mark.outline) {
      const shape = element("path", { d: mark.outline, class: mark.faint ? "shape faint" : "shape", "fill-rule": "evenodd", ...data },
        element("title", {}, `${mark.name} (${mark.id})`));
      if (mark.kind === "other") shape.style.setProperty("--tint", `hsl(${hue(mark.category)} 45% 62%)`);
      svg.append(shape);
    }
    const [x, y, w, h] = mark.box;
    svg.append(element("rect", { x, y, width: w, height: h, class: "box", ...data }));
  }
  const radius = Math.max(width, height) / 260;
  for (const [mark, number] of marks) {
    if (mark.points.length) svg.append(pose(mark, number, radius));
  }
  svg.append(links(details.marks, radius));
  return svg;
}

function pose(mark, number, radius) {
  const group = element("g", { class: "pose", "data-layer": mark.kind, "data-mark": number });
  for (const [from, to] of report.data.skeleton) {
    const [a, b] = [mark.points[from - 1], mark.points[to - 1]];
    if (a && b && a[2] && b[2]) group.append(element("line", { x1: a[0], y1: a[1], x2: b[0], y2: b[1], class: "bone" }));
  }
  mark.points.forEach(([x, y, flag], joint) => {
    if (flag) group.append(element("circle", { cx: x, cy: y, r: radius, class: flag === 2 ? "joint" : "joint hidden" },
      element("title", {}, `${report.data.joints[joint]} (${flag === 2 ? "visible" : "hidden"})`)));
  });
  return group;
}

// A line from each reflection to the person, where both are in the picture.
function links(marks, radius) {
  const group = element("g", { class: "links" });
  const direct = new Map(marks.filter((mark) => mark.of === null).map((mark) => [mark.id, mark]));
  const middle = (mark) => [mark.box[0] + mark.box[2] / 2, mark.box[1] + mark.box[3] / 2];
  for (const mark of marks) {
    const source = mark.of === null ? undefined : direct.get(mark.of);
    if (!source) continue;
    const [[x1, y1], [x2, y2]] = [middle(mark), middle(source)];
    group.append(
      element("path", { d: `M${x1} ${y1}Q${(x1 + x2) / 2} ${(y1 + y2) / 2 - Math.abs(x1 - x2) / 6} ${x2} ${y2}`, class: "link" }),
      element("circle", { cx: x2, cy: y2, r: radius * 1.3, class: "link-end" }));
  }
  return group;
}

function hue(name) {
  let sum = 0;
  for (const letter of name) sum = (sum * 31 + letter.codePointAt(0)) % 360;
  return sum;
}

function switches() {
  return LAYERS.map(([layer, label], number) => element("button", {
    type: "button", "data-layer": layer, "aria-pressed": String(report.layers.has(layer)), title: `${label} (${number + 1})`,
    onclick: () => toggleLayer(layer),
  }, label, element("kbd", {}, String(number + 1))));
}

function toggleLayer(layer) {
  if (!report.layers.delete(layer)) report.layers.add(layer);
  showLayers();
  report.emit("layers");
}

function showLayers() {
  for (const [layer] of LAYERS) {
    const on = report.layers.has(layer);
    document.body.classList.toggle(`show-${layer}`, on);
    for (const button of document.querySelectorAll(`.switches [data-layer="${layer}"]`)) button.setAttribute("aria-pressed", String(on));
  }
}
