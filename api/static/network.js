// Draws a network view: fixed positions from the service, cards on a canvas, keyboard, and the list that follows.
const figure = document.querySelector("figure.network");
const holder = figure.querySelector(".canvas");
const panel = document.querySelector(".chosen");
const rows = new Map([...document.querySelectorAll("li[data-links]")].flatMap((row) => row.dataset.links.split(" ").map((iri) => [iri, row])));
const { lang: language, thing, columns } = figure.dataset;
const ID = "https://w3id.org/samenhang/id/";
const COLUMN = 312;
const CARD = { width: 248, font: 15, line: 18, padding: 16 };
const MARGIN = 12;
const TIGHT = 1.08; // a line may be set this much narrower, and a long word
const SQUEEZE = 1.15;
const DASHES = { quoted: false, cited: [9, 5], derived: [9, 4, 2, 4], assessed: [2, 5] };
const COLOURS = {
  Office: "--department", Department: "--department", Organization: "--department", Person: "--department",
  Instrument: "--instrument", Investment: "--instrument",
  Pillar: "--pillar", Goal: "--goal", Strategy: "--pillar",
  Objective: "--pillar", Focus: "--goal", Issue: "--goal", Line: "--goal", Theme: "--threat",
  Threat: "--threat", Trend: "--threat", Region: "--region",
};
const SHAPES = {
  "--department": [[-1, 1], [-1, -0.2], [0, -1], [1, -0.2], [1, 1]],
  "--instrument": [[-0.9, -0.9], [0.9, -0.9], [0.9, 0.9], [-0.9, 0.9]],
  "--pillar": [[-1, 0], [-0.5, -0.9], [0.5, -0.9], [1, 0], [0.5, 0.9], [-0.5, 0.9]],
  "--threat": [[0, -1], [1, 0.85], [-1, 0.85]],
  "--region": [[0, -1.1], [1.1, 0], [0, 1.1], [-1.1, 0]],
};

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function address(iri) {
  return iri.startsWith(ID) ? `/doc/${iri.slice(ID.length)}?lang=${language}` : iri;
}

function capital(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function wrap(context, text, width, most) {
  const lines = [""];
  for (const word of text.split(" ")) {
    const longer = `${lines.at(-1)} ${word}`.trim();
    if (!lines.at(-1) || context.measureText(longer).width <= width * TIGHT) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  if (lines.length > most) lines.splice(most - 1, lines.length, `${lines[most - 1]}…`);
  return lines.map((line) => {
    if (context.measureText(line).width <= width * SQUEEZE) return line;
    let short = line.replace(/…$/, "");
    while (context.measureText(`${short}…`).width > width * SQUEEZE) short = short.slice(0, -1);
    return `${short}…`;
  });
}

function drawShape(context, name, x, y) {
  context.beginPath();
  const points = SHAPES[name];
  if (points) for (const [dx, dy] of points) context.lineTo(x + dx * 6, y + dy * 6);
  else context.arc(x, y, 5.5, 0, 7);
  context.closePath();
}

function drawCard(context, card) {
  const left = card.x - CARD.width / 2;
  const name = COLOURS[card.group] ?? "--soft";
  const filled = card.group === "Pillar" || card.iri === thing;
  const heading = card.group === "heading";
  context.save();
  context.globalAlpha = card.lit ? 1 : 0.22;
  context.fillStyle = filled ? colour(name) : colour(heading ? "--wash" : "--paper");
  context.strokeStyle = card.selected ? colour("--accent") : colour("--line");
  context.lineWidth = card.selected ? 4 : 1;
  context.beginPath();
  context.roundRect(left, card.y - card.height / 2, CARD.width, card.height, 6);
  context.fill();
  if (!heading) context.stroke();
  context.fillStyle = filled ? colour("--paper") : colour(name);
  if (!heading) {
    drawShape(context, name, left + 16, card.y);
    if (COLOURS[card.group]) context.fill();
    else { context.strokeStyle = context.fillStyle; context.lineWidth = 2; context.stroke(); }
  }
  context.fillStyle = colour(filled ? "--paper" : heading ? "--soft" : "--ink");
  context.font = `${filled ? "600 " : ""}${CARD.font}px system-ui, "Segoe UI", Roboto, "Noto Sans", sans-serif`;
  context.textBaseline = "middle";
  const indent = heading ? 12 : 32;
  const most = Math.max(1, Math.floor((card.height - CARD.padding / 2) / CARD.line));
  const width = CARD.width - indent - 6;
  const lines = wrap(context, card.text, width, most);
  lines.forEach((line, i) => context.fillText(line, left + indent, card.y + (i - (lines.length - 1) / 2) * CARD.line, width));
  context.restore();
}

// A card is a node of vis-network with a port on each side, so that lines leave at the side.
function nodesOf(card) {
  const port = (side) => ({
    id: `${card.id}${side < 0 ? "<" : ">"}`, x: card.x + side * (CARD.width / 2), y: card.y,
    shape: "dot", size: 0, opacity: 0, chosen: false,
  });
  const box = {
    id: card.id, x: card.x, y: card.y, shape: "custom",
    ctxRenderer: ({ ctx }) => ({
      drawNode() { if (card.text) drawCard(ctx, card); },
      nodeDimensions: { width: CARD.width, height: card.height },
    }),
  };
  return card.text ? [port(-1), port(1), box] : [port(-1), port(1)];
}

function headingText(kinds) {
  const texts = kinds.map((name) => {
    const said = figure.querySelector(`[data-kind="${name.slice(0, -1)}"]`)?.dataset;
    return (name.endsWith(">") ? said?.out : said?.in) ?? name;
  });
  return texts.join("; ").replaceAll(" …", "\u00a0…");
}

// The cards by id, the headings among them, and the lines: one a pair of cards, that of its strongest link.
function read(model) {
  const cards = new Map(model.nodes.map((node, id) => [id, { ...node, id, iri: node.id, group: node.type, text: capital(node.label[language] ?? node.id), lit: true }]));
  const ids = new Map(model.nodes.map((node, id) => [node.id, id]));
  const centre = ids.get(thing);
  const lines = [];
  const byPair = new Map();
  for (const edge of model.edges) {
    const ends = [ids.get(edge.from), ids.get(edge.to)];
    const pair = [...ends].sort().join(" ");
    const line = byPair.get(pair) ?? { ends, level: edge.links[0].level, links: [], via: edge.via, kinds: new Set() };
    for (const { id, kind } of edge.links) {
      line.links.push(id);
      line.kinds.add(`${kind}${ends[0] === centre ? ">" : "<"}`);
    }
    if (!byPair.has(pair)) lines.push(line);
    byPair.set(pair, line);
  }
  model.headings.forEach(({ x, y, kinds }, i) => {
    const id = `heading ${i}`;
    cards.set(id, { id, x, y, height: 62, group: "heading", text: headingText(kinds), lit: true });
    const own = lines.filter((line) => line.kinds && [...line.kinds].sort().join(" ") === kinds.join(" "));
    for (const line of own) line.heading = id;
    lines.push({ ends: [centre, id], links: own.flatMap((line) => line.links), level: "trunk", via: [] });
  });
  return { cards, lines };
}

function strokes({ cards, lines }) {
  const between = [];
  const parts = [];
  lines.forEach((line, at) => {
    let [a, b] = line.ends.map((id) => cards.get(id));
    if (line.heading) [a, b] = [cards.get(line.heading), a.iri === thing ? b : a];
    if (a.x === b.x) return;
    if (a.x > b.x) [a, b] = [b, a];
    const passes = line.via.map(([x, y], i) => ({ id: `pass ${at} ${i}`, x, y, height: 0 }));
    between.push(...passes);
    const path = [`${a.id}>`, ...passes.flatMap(({ id }) => [`${id}<`, `${id}>`]), `${b.id}<`];
    path.slice(1).forEach((to, i) => parts.push({ id: `${at} ${i}`, line, from: path[i], to, straight: i % 2 === 1 }));
  });
  return { between, parts };
}

function strokeStyle({ line }, cards, chosen) {
  const lit = line.ends.every((id) => cards.get(id).lit);
  const strong = line.level === "quoted" || chosen;
  return {
    color: { color: colour(lit && chosen ? "--accent" : strong ? "--ink" : "--edge"), opacity: lit ? 1 : 0.15, inherit: false },
    width: line.level === "trunk" ? 1 : lit && strong ? 2 : 1.6,
  };
}

// All cards that are met from some cards by going on to one side only.
function reach(start, side, cards, lines) {
  const met = new Set(start);
  const queue = [...start];
  while (queue.length) {
    const here = cards.get(queue.pop());
    for (const { ends } of lines) {
      if (!ends.includes(here.id)) continue;
      const other = cards.get(ends[0] === here.id ? ends[1] : ends[0]);
      if (Math.sign(other.x - here.x) === side && !met.has(other.id)) {
        met.add(other.id);
        queue.push(other.id);
      }
    }
  }
  return met;
}

function chainOf(id, cards, lines) {
  if (thing) return new Set(lines.filter(({ ends }) => ends.includes(id)).flatMap(({ ends }) => ends));
  const contained = lines.filter(({ ends: [a, b] }) => cards.get(a).x === cards.get(b).x);
  const goals = contained.filter(({ ends }) => ends[0] === id && cards.get(id).group === "Pillar");
  const start = new Set([id, ...goals.map(({ ends }) => ends[1])]);
  const met = new Set([...reach(start, -1, cards, lines), ...reach(start, 1, cards, lines)]);
  if (cards.get(id).group !== "Pillar") {
    for (const { ends: [pillar, goal] } of contained) if (met.has(goal)) met.add(pillar);
  }
  return met;
}

function showRows(wanted) {
  for (const group of document.querySelectorAll(".as-list section")) {
    const here = [...rows].filter(([iri, row]) => group.contains(row) && (wanted === null || wanted.has(iri)));
    const shown = new Set(here.map(([, row]) => row));
    for (const row of group.querySelectorAll("li[data-links]")) row.hidden = !shown.has(row);
    group.hidden = !here.length;
    group.querySelector(".count").textContent = here.length;
  }
}

function draw(model) {
  const network = read(model);
  const { cards, lines } = network;
  const { between, parts } = strokes(network);
  const edges = new window.vis.DataSet(parts.map((part) => ({
    id: part.id, from: part.from, to: part.to, dashes: DASHES[part.line.level] ?? false,
    smooth: part.straight ? false : { type: "cubicBezier", forceDirection: "horizontal", roundness: 0.5 },
    chosen: false, ...strokeStyle(part, cards, false),
  })));
  const picture = new window.vis.Network(holder, { nodes: [...cards.values(), ...between].flatMap(nodesOf), edges }, {
    physics: false, layout: { improvedLayout: false },
    interaction: { hover: true, dragNodes: false, dragView: false, zoomView: false, selectConnectedEdges: false, keyboard: false },
  });
  holder.firstElementChild.tabIndex = -1;

  const all = [...cards.values()];
  const [lowest, highest] = [all.map((card) => card.y - card.height / 2), all.map((card) => card.y + card.height / 2)];
  const [top, bottom] = [Math.min(...lowest) - MARGIN, Math.max(...highest) + MARGIN];
  const [left, right] = columns
    ? [0, (columns - 1) * COLUMN]
    : [Math.min(...all.map((card) => card.x)), Math.max(...all.map((card) => card.x))];

  function place() {
    const scale = Math.min(1, holder.clientWidth / (right - left + COLUMN));
    holder.style.height = `${Math.ceil((bottom - top) * scale)}px`;
    picture.setSize("100%", "100%");
    picture.moveTo({ position: { x: (left + right) / 2, y: (top + bottom) / 2 }, scale });
  }

  function paint(chosen) {
    edges.update(parts.map((part) => ({ id: part.id, ...strokeStyle(part, cards, chosen) })));
    picture.redraw();
  }

  function light(ids, selected) {
    for (const card of cards.values()) {
      card.lit = ids === null || ids.has(card.id);
      card.selected = card.id === selected;
    }
    for (const { heading, ends } of lines) {
      if (heading && ends.every((id) => cards.get(id).lit)) cards.get(heading).lit = true;
    }
    paint(ids !== null);
  }

  function say(...content) {
    const close = document.createElement("button");
    close.textContent = panel.dataset.all;
    close.addEventListener("click", () => { release(); holder.focus({ preventScroll: true }); });
    panel.replaceChildren(...content, close);
  }

  let at = null;

  function release() {
    at = null;
    light(null);
    showRows(null);
    panel.replaceChildren();
    history.replaceState(null, "", location.pathname + location.search);
  }

  function choose(id) {
    at = id;
    const card = cards.get(id);
    const met = chainOf(id, cards, lines);
    light(met, id);
    const links = new Set(lines.filter((line) => line.level !== "trunk" && line.ends.every((end) => met.has(end))).flatMap((line) => line.links));
    showRows(links);
    const link = document.createElement("a");
    link.href = address(card.iri);
    link.textContent = card.text;
    const text = document.createElement("span");
    text.textContent = panel.dataset.links.replace("{n}", links.size);
    say(link, text);
    history.replaceState(null, "", `#${card.iri.replace(ID, "")}`);
  }

  function chooseLine(line) {
    at = null;
    light(new Set(line.ends));
    showRows(new Set(line.links));
    const shown = new Set(line.links.map((iri) => rows.get(iri)).filter((row) => row));
    say(...[...shown].map((row) => {
      const copy = document.createElement("div");
      copy.append(...[...row.children].map((child) => child.cloneNode(true)));
      const details = copy.querySelector("details");
      if (details) details.open = true;
      return copy;
    }));
  }

  const choosable = all.filter((card) => card.group !== "heading").sort((a, b) => a.x - b.x || a.y - b.y);

  function step(key) {
    const here = cards.get(at);
    if (!here) return choosable[0];
    const column = choosable.filter((card) => card.x === here.x);
    if (key === "ArrowDown" || key === "ArrowUp") {
      return column[column.indexOf(here) + (key === "ArrowDown" ? 1 : -1)] ?? here;
    }
    const side = key === "ArrowRight" ? 1 : -1;
    const beside = choosable.filter((card) => Math.sign(card.x - here.x) === side);
    const far = (card) => Math.abs(card.x - here.x) * 1000 + Math.abs(card.y - here.y) - (card.lit ? 500000 : 0);
    return beside.sort((a, b) => far(a) - far(b))[0] ?? here;
  }

  picture.on("click", ({ nodes, edges: picked }) => {
    const id = nodes.length ? cards.get(nodes[0]) ?? cards.get(parseInt(nodes[0], 10)) : null;
    const part = parts.find((one) => one.id === picked[0]);
    if (id && id.group !== "heading") choose(id.id);
    else if (part && part.line.level !== "trunk") chooseLine(part.line);
    else release();
  });
  picture.on("doubleClick", ({ nodes }) => { if (cards.get(nodes[0])?.iri) location.assign(address(cards.get(nodes[0]).iri)); });
  for (const [event, cursor] of [["hoverNode", "pointer"], ["hoverEdge", "pointer"], ["blurNode", ""], ["blurEdge", ""]]) {
    picture.on(event, () => { holder.style.cursor = cursor; });
  }
  holder.addEventListener("keydown", (event) => {
    if (event.key.startsWith("Arrow")) choose(step(event.key).id);
    else if (event.key === "Enter" && at !== null) location.assign(address(cards.get(at).iri));
    else if (event.key === "Escape") release();
    else return;
    event.preventDefault();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => paint(at !== null));
  addEventListener("resize", place);
  place();
  const marked = all.find((card) => card.iri && card.iri.replace(ID, "") === decodeURIComponent(location.hash.slice(1)));
  if (marked) choose(marked.id);
  picture.once("afterDrawing", () => { figure.dataset.drawn = "yes"; });
}

async function start() {
  const answer = await fetch(figure.dataset.source, { headers: { "Accept-Language": language } });
  if (!answer.ok) return;
  const model = await answer.json();
  if (!model.nodes.length) return;
  draw(model);
  const hidden = figure.querySelector(".hidden-nodes");
  if (model.hidden) hidden.textContent = hidden.dataset.text.replace("{n}", model.hidden);
}

// A narrow screen gets the list only; the picture is drawn when there is room for it.
const room = matchMedia("(min-width: 44.01rem)");
if (room.matches) await start();
else room.addEventListener("change", start, { once: true });
