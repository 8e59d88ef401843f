// Draws a profile from the page's own data and tables: the tables hold all that the drawing says, and their boxes the
// selection, so that who can't see or point at it misses nothing.
(() => {
  const KINDS = {
    user_id: ["round-rectangle", "--kind-user"], email: ["ellipse", "--kind-email"],
    phone: ["diamond", "--kind-phone"], anonymous_id: ["hexagon", "--kind-anonymous"],
    profile: ["round-octagon", "--tblr-secondary"],
  };
  const OTHER = ["triangle", "--kind-other"];
  const frame = document.getElementById("graph");
  const detail = document.getElementById("graph-detail");
  const boxes = () => [...document.querySelectorAll('input[name="identifier"]')];
  const box = (id) => document.getElementById(`pick-${id}`);
  // A colour of the theme, in whatever notation it is written, as the drawing takes it.
  const brush = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const probe = frame.appendChild(document.createElement("span"));
  const css = (name) => {
    probe.style.color = `var(${name})`;
    brush.fillStyle = getComputedStyle(probe).color;
    brush.fillRect(0, 0, 1, 1);
    return `rgb(${[...brush.getImageData(0, 0, 1, 1).data].slice(0, 3).join(",")})`;
  };
  const short = (text) => (text.length > 22 ? `${text.slice(0, 12)}…${text.slice(-8)}` : text);

  const style = () => [
    { selector: "node", style: {
      label: (node) => short(node.data("label")), "font-size": 11, "min-zoomed-font-size": 6.5, "font-family": "sans-serif",
      color: css("--tblr-body-color"), "text-valign": "bottom", "text-margin-y": 4, width: 26, height: 26,
      "text-background-color": css("--tblr-bg-surface"), "text-background-opacity": .8, "text-background-padding": 1,
      shape: (node) => (KINDS[node.data("kind")] || OTHER)[0],
      "background-color": (node) => css((KINDS[node.data("kind")] || OTHER)[1]),
    } },
    { selector: "node[?out]", style: { "background-opacity": .35, "border-width": 2, "border-style": "dashed", "border-color": css("--warn") } },
    { selector: 'node[kind = "profile"]', style: { width: 34, height: 34, "background-opacity": .25, "border-width": 2, "border-color": css("--tblr-secondary"), "border-style": "dashed" } },
    { selector: "edge", style: { width: 2, "curve-style": "bezier", "line-color": css("--tblr-secondary"), opacity: .75 } },
    { selector: 'edge[sort = "vouched"]', style: { width: 3, "line-color": css("--ok") } },
    { selector: 'edge[sort = "said"]', style: { width: 5, "line-color": css("--kind-email") } },
    { selector: 'edge[sort = "held"]', style: { "line-style": "dashed", "line-color": css("--warn") } },
    { selector: "edge.shown", style: { width: 6, opacity: 1 } },
    { selector: "node.picked", style: { "border-width": 4, "border-style": "solid", "border-color": css("--tblr-primary") } },
    { selector: "node.shown, node.picked", style: { "min-zoomed-font-size": 0 } },
    { selector: "node.shown", style: { "underlay-color": css("--tblr-primary"), "underlay-opacity": .25, "underlay-padding": 6 } },
  ];

  // On a circle at first: what lies on one point can't be drawn, not even until the layout is there.
  const elements = JSON.parse(document.getElementById("drawing").textContent).map((element, place, all) => ({
    ...element, position: { x: 60 * all.length * Math.cos(2 * Math.PI * place / all.length), y: 60 * all.length * Math.sin(2 * Math.PI * place / all.length) },
  }));
  document.querySelector(".graph-card").hidden = false;
  const cy = cytoscape({
    container: frame, elements, style: style(), minZoom: .15, maxZoom: 3, boxSelectionEnabled: false, autounselectify: true,
    layout: { name: "fcose", quality: elements.length > 400 ? "default" : "proof", animate: false, padding: 40,
      nodeSeparation: 120, idealEdgeLength: () => 110, nodeRepulsion: () => 9000, tile: true },
  });
  frame.cy = cy;

  // What stands in the row of the table, beside the drawing.
  const tell = (id) => {
    const one = cy.getElementById(id);
    cy.elements().removeClass("shown");
    one.addClass("shown").connectedNodes().addClass("shown");
    const row = one.isNode() ? box(id)?.closest("tr") : document.getElementById(id);
    if (!row) return;
    detail.replaceChildren(...[...row.cells].filter((cell) => !cell.querySelector("input")).map((cell) => {
      const part = document.createElement("div");
      part.append(...[...cell.childNodes].map((child) => child.cloneNode(true)));
      part.querySelector("label")?.removeAttribute("for");
      return part;
    }));
  };
  let told;
  cy.on("mouseover tap", "edge", (event) => {
    told = event.type === "tap" ? event.target.id() : told;
    tell(event.target.id());
  });
  cy.on("mouseover", "node", (event) => tell(event.target.id()));
  cy.on("mouseout", "edge, node", () => { if (told) tell(told); });
  cy.on("mouseover", "edge, node", () => { frame.classList.add("pointing"); });
  cy.on("mouseout", "edge, node", () => { frame.classList.remove("pointing"); });
  document.addEventListener("focusin", (event) => {
    const row = event.target.closest?.("tr[id]");
    if (row && !cy.getElementById(row.id).empty()) tell(row.id);
  });

  // The boxes hold what is selected; the drawing follows them.
  const show = () => {
    const picked = boxes().filter((one) => one.checked);
    cy.nodes().removeClass("picked");
    picked.forEach((one) => cy.getElementById(one.value).addClass("picked"));
    const said = document.querySelector("[data-selected]");
    if (picked.length) said.textContent = `${picked.length} of ${boxes().length} selected`;
  };
  cy.on("tap", "node", (event) => {
    const { id, href } = event.target.data();
    if (href) { location.assign(href); return; }
    const one = box(id);
    if (!one) return;
    one.checked = !one.checked;
    show();
  });
  document.addEventListener("change", (event) => { if (event.target.name === "identifier") show(); });
  show();

  const zoom = (by) => cy.zoom({ level: cy.zoom() * by, renderedPosition: { x: cy.width() / 2, y: cy.height() / 2 } });
  const actions = { in: () => zoom(1.3), out: () => zoom(1 / 1.3), fit: () => cy.fit(undefined, 40) };
  document.addEventListener("click", (event) => actions[event.target.closest("[data-graph]")?.dataset.graph]?.());
  // The wheel scrolls the page, as everywhere; with Ctrl it zooms.
  frame.addEventListener("wheel", (event) => { if (!event.ctrlKey) event.stopImmediatePropagation(); }, { capture: true });
  new MutationObserver(() => cy.style(style())).observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });
})();
