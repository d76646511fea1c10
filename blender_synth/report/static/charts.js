"use strict";
// Charts of the pictures that pass the filters, drawn by Vega-Lite from counts made here. One chart at a time, while the
// browser is idle, so that the page stays responsive.
const GROUPS = ["people", "reflections"];
const charts = { views: [], drawn: null, running: 0 };

function histogram(people, column, edges) {
  const counts = GROUPS.map(() => new Array(edges.length - 1).fill(0));
  for (const person of people) {
    const value = column(person);
    if (value === null || value === undefined) continue;
    let bin = edges.length - 2;
    while (bin > 0 && value < edges[bin]) bin--;
    counts[person[0]][bin]++;
  }
  return GROUPS.flatMap((group, number) => counts[number].map((count, bin) => ({ from: edges[bin], to: edges[bin + 1], group, count })));
}

function edgesUpTo(values, bins, least) {
  let high = least;
  for (const value of values) if (value > high) high = value;
  const raw = high / bins;
  const unit = 10 ** Math.floor(Math.log10(raw));
  const step = unit * [1, 2, 5, 10].find((factor) => factor * unit >= raw);
  return Array.from({ length: Math.ceil(high / step) + 1 }, (_, number) => Number((number * step).toPrecision(10)));
}

const colours = () => ({ domain: GROUPS, range: [report.colour("person"), report.colour("reflection")] });
// Bars from bin to bin, stacked here.
function binned(title, values) {
  const people = new Map(values.filter((value) => value.group === GROUPS[0]).map((value) => [value.from, value.count]));
  const stacked = values.map((value) => ({ ...value, low: value.group === GROUPS[0] ? 0 : people.get(value.from) }))
    .filter((value) => value.count).map((value) => ({ ...value, high: value.low + value.count }));
  const domain = [Math.min(...values.map((value) => value.from)), Math.max(...values.map((value) => value.to))];
  return {
    data: { values: stacked }, mark: { type: "rect", stroke: report.colour("card"), strokeWidth: 0.7 },
    encoding: {
      x: { field: "from", type: "quantitative", title, scale: { domain, nice: false } }, x2: { field: "to" },
      y: { field: "low", type: "quantitative", title: null, axis: { tickMinStep: 1 } }, y2: { field: "high" },
      color: { field: "group", type: "nominal", scale: colours(), legend: { title: null, orient: "top", direction: "horizontal", offset: 4 } },
      tooltip: [{ field: "group", title: "of" }, { field: "from" }, { field: "to" }, { field: "count" }],
    },
  };
}
const bars = (values, field, title, sort = "-x") => ({
  data: { values }, mark: { type: "bar", cornerRadiusEnd: 2 }, height: { step: 20 },
  encoding: {
    y: { field, type: "nominal", sort, title: null, axis: { labelLimit: 150 } }, x: { field: "count", type: "quantitative", title },
    color: { value: report.colour("reflection") }, tooltip: [{ field }, { field: "count" }],
  },
});

function heatMap(people, group) {
  const [columns, rows] = [32, 18];
  const counts = new Array(columns * rows).fill(0);
  for (const [kind, , , , , x, y] of people) {
    if (kind !== group) continue;
    counts[Math.min(rows - 1, Math.max(0, Math.floor(y * rows))) * columns + Math.min(columns - 1, Math.max(0, Math.floor(x * columns)))]++;
  }
  const values = counts.map((count, cell) => ({ x: cell % columns, y: Math.floor(cell / columns), count }));
  return {
    data: { values }, mark: { type: "rect" }, height: 190,
    encoding: {
      x: { field: "x", type: "ordinal", axis: null }, y: { field: "y", type: "ordinal", axis: null },
      color: { field: "count", type: "quantitative", scale: { interpolate: "rgb", range: [report.colour("back"), report.colour(group ? "reflection" : "person")] }, legend: { title: null } },
      tooltip: [{ field: "count" }],
    },
  };
}

function joints(people) {
  const names = report.data.joints, counts = names.map(() => [0, 0, 0]);
  for (const person of people) for (let joint = 0; joint < person[8].length; joint++) counts[joint][Number(person[8][joint])]++;
  const states = ["outside or unknown", "hidden", "visible"];
  const values = names.flatMap((name, joint) => states.map((state, flag) => ({ joint: name.replaceAll("_", " "), state, flag, count: counts[joint][flag] })));
  return {
    data: { values }, mark: { type: "bar" }, height: { step: 15 },
    encoding: {
      y: { field: "joint", type: "nominal", sort: null, title: null },
      x: { field: "count", type: "quantitative", stack: "normalize", title: null, axis: { format: "%" } },
      color: { field: "state", type: "nominal", scale: { domain: [...states].reverse(), range: [report.colour("person"), report.colour("mirror"), report.colour("line")] }, legend: { title: null, orient: "top" } },
      order: { field: "flag", sort: "descending" }, tooltip: [{ field: "joint" }, { field: "state" }, { field: "count" }],
    },
  };
}

function balance(rows) {
  const counts = new Map();
  for (const row of rows) {
    const key = JSON.stringify([row.weather ?? "not known", row.hour === null || row.hour === undefined ? row.time_of_day ?? "any" : `${Math.floor(row.hour)} h`, row.scene ?? "not known"]);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const values = [...counts].map(([key, count]) => { const [weather, hour, scene] = JSON.parse(key); return { weather, hour, scene, count }; });
  const most = values.reduce((high, value) => Math.max(high, value.count), 0);
  const hours = [...new Set(values.map((value) => value.hour))];
  const known = ["day", "golden", "dusk", "night", "any"];
  hours.sort((a, b) => known.indexOf(a) - known.indexOf(b) || parseInt(a) - parseInt(b) || 0);
  const cell = { x: { field: "hour", type: "nominal", sort: hours, title: null, axis: { labelAngle: 0 } }, y: { field: "scene", type: "nominal", title: null } };
  return {
    data: { values }, facet: { column: { field: "weather", type: "nominal", title: null, header: { labelFontWeight: "bold" } } }, free: true,
    spec: {
      width: { step: 52 }, height: { step: 30 },
      layer: [
        { mark: { type: "rect", cornerRadius: 3 }, encoding: { ...cell, color: { field: "count", type: "quantitative", scale: { domainMin: 0, range: [report.colour("hover"), report.colour("accent")] }, legend: null }, tooltip: [{ field: "scene" }, { field: "weather" }, { field: "hour" }, { field: "count" }] } },
        { mark: { type: "text", fontSize: 11 }, encoding: { ...cell, text: { field: "count", type: "quantitative" }, color: { condition: { test: `datum.count > ${most / 2}`, value: report.dark() ? "#101318" : "#fff" }, value: report.colour("text") } } },
      ],
    },
  };
}

function seconds(rows) {
  const stages = new Map();
  for (const row of rows) for (const [stage, value] of Object.entries(row.seconds)) {
    if (!stages.has(stage)) stages.set(stage, []);
    stages.get(stage).push(value);
  }
  const values = [...stages].map(([stage, all]) => {
    all.sort((a, b) => a - b);
    const at = (share) => all[Math.min(all.length - 1, Math.floor(share * all.length))];
    return { stage, low: at(0.05), middle: at(0.5), high: at(0.95) };
  });
  if (!values.length) return null;
  const tooltip = [{ field: "stage" }, { field: "low", title: "5 % below" }, { field: "middle", title: "median" }, { field: "high", title: "95 % below" }];
  const y = { field: "stage", type: "nominal", sort: null, title: null };
  return {
    data: { values }, height: { step: 26 }, layer: [
      { mark: { type: "bar", cornerRadiusEnd: 2 }, encoding: { y, x: { field: "middle", type: "quantitative", title: "seconds, median and 5 to 95 %" }, color: { value: report.colour("mirror") }, tooltip } },
      { mark: { type: "rule", strokeWidth: 1.5 }, encoding: { y, x: { field: "low", type: "quantitative" }, x2: { field: "high" }, color: { value: report.colour("text") }, tooltip } },
    ],
  };
}

function chartList() {
  const rows = report.shown.map((index) => report.frames[index]);
  const people = rows.flatMap((row) => row.people);
  const tenths = Array.from({ length: 21 }, (_, number) => number / 20);
  const numbers = (column) => { const values = []; for (const person of people) if (typeof person[column] === "number") values.push(person[column]); return values; };
  const perFrame = rows.map((row) => [row.people.filter((person) => !person[0]).length, row.people.filter((person) => person[0]).length]);
  const most = perFrame.reduce((high, pair) => Math.max(high, ...pair), 1);
  const whole = Array.from({ length: most + 2 }, (_, number) => number);
  const perKind = new Map();
  for (const person of people) if (person[7]) perKind.set(person[7], (perKind.get(person[7]) ?? 0) + 1);
  const kinds = [...perKind].map(([kind, count]) => ({ kind: kind.replaceAll("_", " "), count }));
  return [
    ["Balance", "Pictures by weather, time of day and scene.", () => balance(rows), "wide"],
    ["Height", "Of visible boxes, in pixels.", () => binned("px", histogram(people, (p) => p[1], edgesUpTo(numbers(1), 24, 10)))],
    ["Visibility", "Visible share of the outline.", () => binned(null, histogram(people, (p) => p[2], tenths))],
    ["Distance", "Length of the light's path.", () => binned("m", histogram(people, (p) => p[3], edgesUpTo(numbers(3), 24, 5)))],
    ["Transmittance", "Share of the light that the air lets through.", () => binned(null, histogram(people, (p) => p[4], tenths))],
    ["People per picture", "People, and reflections of people.", () => binned("number", histogram(perFrame.flatMap(([a, b]) => [[0, a], [1, b]]), (p) => p[1], whole))],
    ["Reflections by kind of mirror", "The first mirror on the light's path.", () => kinds.length ? bars(kinds, "kind", null) : null],
    ["Where people are", "Centres of boxes in the picture.", () => heatMap(people, 0)],
    ["Where reflections are", "Centres of boxes in the picture.", () => heatMap(people, 1)],
    ["Joints", "Labelled joints of people and reflections.", () => people.some((p) => p[8]) ? joints(people) : null],
    ["Seconds by stage", "Of the render of a picture.", () => seconds(rows)],
  ];
}

function vegaTheme() {
  const [soft, line] = [report.colour("soft"), report.colour("line")];
  return {
    background: "transparent", font: "system-ui, sans-serif", view: { stroke: null }, arc: {},
    axis: { labelColor: soft, titleColor: soft, gridColor: line, domainColor: line, tickColor: line, labelFontSize: 11, titleFontSize: 11, titleFontWeight: "normal" },
    legend: { labelColor: soft, labelFontSize: 11, symbolType: "square" }, header: { labelColor: report.colour("text"), labelFontSize: 12 },
  };
}

async function drawCharts() {
  const place = document.getElementById("statistics");
  if (place.hidden) return;
  const state = [report.shown.length, report.shown[0], report.frames.length, report.dark(), filter].map((part) => JSON.stringify(part, (_, value) => value instanceof Set ? [...value] : value)).join();
  if (charts.drawn === state) return;
  charts.drawn = state;
  const run = ++charts.running;
  if (!window.vegaEmbed) {
    await report.pause();
    await report.load("app/vega.js");
  }
  for (const view of charts.views.splice(0)) view.finalize();
  const list = chartList();
  const cards = list.map(([title, about, , wide]) => element("div", { class: `card ${wide ?? ""}` }, element("h2", {}, title), element("p", {}, about), element("div", { class: "chart" })));
  place.replaceChildren(element("div", { class: "grid" }, ...cards));
  for (const [number, [, , spec]] of list.entries()) {
    await report.pause();
    await report.idle();
    if (run !== charts.running) return;
    const chart = cards[number].querySelector(".chart");
    const { free, ...rest } = spec() ?? { none: true };
    if (rest.none) { chart.replaceChildren(element("p", { class: "empty" }, "Nothing to show.")); continue; }
    const full = { $schema: "https://vega.github.io/schema/vega-lite/v6.json", ...(free ? {} : { width: "container", height: 180 }), ...rest, config: vegaTheme() };
    const made = await vegaEmbed(chart, full, { actions: false, renderer: "svg", ast: false, tooltip: { theme: report.dark() ? "dark" : "light" } });
    charts.views.push(made);
  }
}
