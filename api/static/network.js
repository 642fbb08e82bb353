// Draws a network view: fixed positions from the service, cards on a canvas, keyboard and live region.
const figure = document.querySelector("figure.network");
const holder = figure.querySelector(".canvas");
const chosen = document.querySelector(".chosen");
const language = figure.dataset.lang;
const CARD = { width: 236, height: 46, font: 15, line: 18 };
const DASHES = { quoted: false, cited: [9, 5], derived: [2, 5], assessed: [2, 5] };
const COLOURS = {
  Office: "--department", Department: "--department", Organization: "--department",
  Instrument: "--instrument", Investment: "--instrument", Document: "--instrument",
  Pillar: "--pillar", Goal: "--goal", Strategy: "--pillar",
  Threat: "--threat", Trend: "--threat", Region: "--region",
};

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function address(iri) {
  return `${new URL(iri).pathname.replace(/^\/samenhang\/id\//, "/doc/")}?lang=${language}`;
}

function wrap(context, text, width) {
  const lines = [""];
  for (const word of text.split(" ")) {
    const longer = `${lines.at(-1)} ${word}`.trim();
    if (context.measureText(longer).width <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  if (lines.length > 2) {
    lines.length = 2;
    while (context.measureText(`${lines[1]}…`).width > width) lines[1] = lines[1].slice(0, -1);
    lines[1] += "…";
  }
  return lines;
}

function card(node) {
  const filled = node.group === "Pillar";
  return ({ ctx, x, y, state }) => ({
    drawNode() {
      const left = x - CARD.width / 2;
      const top = y - CARD.height / 2;
      const tint = colour(COLOURS[node.group] ?? "--soft");
      ctx.save();
      ctx.globalAlpha = node.faded ? 0.25 : 1;
      ctx.fillStyle = filled ? tint : colour("--paper");
      ctx.strokeStyle = state.selected ? colour("--accent") : colour("--line");
      ctx.lineWidth = state.selected ? 3 : 1;
      ctx.beginPath();
      ctx.roundRect(left, top, CARD.width, CARD.height, 6);
      ctx.fill();
      ctx.stroke();
      if (!filled) {
        ctx.fillStyle = tint;
        ctx.fillRect(left, top + 6, 5, CARD.height - 12);
      }
      ctx.fillStyle = filled ? colour("--paper") : colour("--ink");
      ctx.font = `${filled ? "600 " : ""}${CARD.font}px system-ui, sans-serif`;
      ctx.textBaseline = "middle";
      const lines = wrap(ctx, node.text, CARD.width - 24);
      lines.forEach((line, i) => ctx.fillText(line, left + 14, y + (i - (lines.length - 1) / 2) * CARD.line));
      ctx.restore();
    },
    nodeDimensions: { width: CARD.width, height: CARD.height },
  });
}

function nodeFor(node) {
  const shown = { ...node, text: node.label, label: undefined, faded: false, shape: "custom" };
  shown.ctxRenderer = card(shown);
  return shown;
}

function edgeFor(edge, byId) {
  const tint = colour(COLOURS[byId.get(edge.from).group] ?? "--soft");
  const contained = edge.kind === "sam:hasGoal" && byId.get(edge.from).x === byId.get(edge.to).x;
  return {
    ...edge, dashes: DASHES[edge.level] ?? [2, 5], width: 1.5, color: { color: tint, opacity: 0.55 },
    hidden: contained, arrows: { to: { enabled: true, scaleFactor: 0.5 } },
    smooth: { type: "cubicBezier", forceDirection: "horizontal", roundness: 0.45 },
  };
}

function neighbours(model, id) {
  const near = new Set([id]);
  for (const edge of model.edges) {
    if (edge.from === id) near.add(edge.to);
    if (edge.to === id) near.add(edge.from);
  }
  return near;
}

function fitHeight(nodes) {
  const span = (axis, margin) => {
    const at = nodes.map((node) => node[axis]);
    return Math.max(...at) - Math.min(...at) + margin;
  };
  const scale = Math.min(1, holder.clientWidth / span("x", CARD.width + 40));
  holder.style.setProperty("height", `${Math.max(360, span("y", CARD.height + 40) * scale)}px`);
}

function draw(model) {
  if (holder.clientWidth > 640) fitHeight(model.nodes);
  const byId = new Map(model.nodes.map((node) => [node.id, nodeFor(node)]));
  const edges = model.edges.map((edge) => edgeFor(edge, byId));
  const options = {
    physics: false, layout: { improvedLayout: false },
    interaction: { hover: true, dragNodes: false, selectConnectedEdges: false, keyboard: false, zoomView: true },
  };
  const lines = new window.vis.DataSet(edges);
  const network = new window.vis.Network(holder, { nodes: [...byId.values()], edges: lines }, options);
  const order = [...byId.values()].sort((a, b) => a.x - b.x || a.y - b.y).map((node) => node.id);
  let at = -1;

  function say(text, iri) {
    const link = document.createElement("a");
    link.href = address(iri);
    link.textContent = text;
    chosen.replaceChildren(link);
  }

  function focus(id) {
    const near = id === null ? null : neighbours(model, id);
    for (const node of byId.values()) node.faded = near !== null && !near.has(node.id);
    lines.update(edges.map((edge) => {
      const on = near === null || edge.from === id || edge.to === id;
      return { id: edge.id, color: { ...edge.color, opacity: near === null ? 0.55 : on ? 0.9 : 0.06 } };
    }));
    if (id === null) chosen.replaceChildren();
    else say(byId.get(id).text, byId.get(id).iri);
    network.redraw();
  }

  network.on("selectNode", ({ nodes }) => { at = order.indexOf(nodes[0]); focus(nodes[0]); });
  network.on("deselectNode", () => focus(null));
  network.on("doubleClick", ({ nodes }) => { if (nodes.length) location.assign(address(byId.get(nodes[0]).iri)); });
  network.on("selectEdge", ({ nodes, edges: picked }) => {
    const edge = edges.find((one) => one.id === picked[0]);
    if (!nodes.length && edge) say(`${byId.get(edge.from).text} → ${byId.get(edge.to).text}`, edge.iri);
  });
  holder.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
    if (step) {
      at = (at + step + order.length) % order.length;
      network.selectNodes([order[at]], false);
      focus(order[at]);
    } else if (event.key === "Enter" && at >= 0) location.assign(address(byId.get(order[at]).iri));
    else if (event.key === "Escape") { at = -1; network.unselectAll(); focus(null); }
    else return;
    event.preventDefault();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => location.reload());
  network.once("afterDrawing", () => { figure.dataset.drawn = "yes"; });
}

const answer = await fetch(figure.dataset.source);
if (answer.ok) {
  const model = await answer.json();
  model.edges.forEach((edge, i) => { edge.id = i; });
  draw(model);
  const hidden = figure.querySelector(".hidden-nodes");
  if (model.hidden) hidden.textContent = hidden.dataset.text.replace("{n}", model.hidden);
}
