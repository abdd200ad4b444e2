// Draws every figure the server put into the page, in the colours of the page's theme, and clears it on removal.
// A figure is <div class="chart" data-figure="ID"></div> beside <script id="ID" type="application/json">.
(() => {
  "use strict";
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  const dark = matchMedia("(prefers-color-scheme: dark)");

  // Custom properties hold light-dark(...): only a used colour is resolved.
  const colour = (token) => {
    const probe = document.createElement("span");
    probe.style.color = `var(--${token})`;
    document.body.append(probe);
    const resolved = getComputedStyle(probe).color;
    probe.remove();
    return resolved;
  };

  const themed = (figure) => {
    const text = colour("text");
    const secondary = colour("secondary");
    const paper = colour("paper");
    const hairline = colour("hairline");
    const data = figure.data.map((trace) => {
      // The figure itself stays as it came: it is drawn again when the theme changes.
      const shown = structuredClone(trace);
      const token = trace.meta && trace.meta.token;
      if (token && shown.marker) shown.marker = { ...shown.marker, color: colour(token) };
      if (token && shown.line) shown.line = { ...shown.line, color: colour(trace.meta.line || token) };
      // A hatched area: the hatching takes the theme's ink, the paper shows between.
      if (trace.meta && trace.meta.area) shown.fillpattern = { ...shown.fillpattern, fgcolor: colour(trace.meta.area) };
      return { ...shown, textfont: { color: text, size: 12 }, outsidetextfont: { color: text, size: 12 } };
    });
    const axis = { color: secondary, gridcolor: hairline, zerolinecolor: secondary, linecolor: hairline };
    const layout = structuredClone(figure.layout);
    Object.assign(layout, {
      paper_bgcolor: paper,
      plot_bgcolor: paper,
      font: { family: getComputedStyle(document.body).fontFamily, size: 12, color: text },
      hoverlabel: { bgcolor: paper, bordercolor: secondary, font: { color: text } },
      modebar: { bgcolor: "rgba(0,0,0,0)", color: secondary, activecolor: text },
      xaxis: { ...axis, ...layout.xaxis },
      yaxis: { ...axis, ...layout.yaxis },
      transition: { duration: still.matches ? 0 : 120 },
    });
    return { data, layout };
  };

  const config = {
    responsive: true,
    displaylogo: false,
    displayModeBar: false,
    scrollZoom: false,
    doubleClick: false,
  };

  // Names of months and days in the page's language; the library brings English ones only.
  const named = () => {
    const language = document.documentElement.lang;
    if (language === "en" || !window.Plotly) return {};
    const months = (style) => [...Array(12).keys()].map((month) => new Date(2024, month, 1).toLocaleDateString(language, { month: style }));
    // 1 September 2024 was a Sunday, with which the library's week begins.
    const days = (style) => [...Array(7).keys()].map((day) => new Date(2024, 8, 1 + day).toLocaleDateString(language, { weekday: style }));
    const sign = (type) => new Intl.NumberFormat(language).formatToParts(12345.6).find((part) => part.type === type).value;
    const format = { decimal: sign("decimal"), thousands: sign("group"), months: months("long"), shortMonths: months("short"), days: days("long"), shortDays: days("short") };
    window.Plotly.register({ moduleType: "locale", name: language, dictionary: {}, format });
    return { locale: language };
  };

  const draw = (element) => {
    const source = document.getElementById(element.dataset.figure);
    if (!source || !window.Plotly) return;
    const { data, layout } = themed(JSON.parse(source.textContent));
    window.Plotly.react(element, data, layout, { ...config, ...named() });
    element.dataset.drawn = "yes";
  };
  const drawAll = () => document.querySelectorAll(".chart[data-figure]").forEach(draw);
  const drawNew = () => document.querySelectorAll(".chart[data-figure]:not([data-drawn])").forEach(draw);

  document.addEventListener("htmx:before:swap", (event) => {
    const target = event.detail.ctx && event.detail.ctx.target;
    if (!target || !window.Plotly || !target.querySelectorAll) return;
    // Plotly listens to the window for each figure; who only takes the element away leaves that behind.
    for (const element of target.querySelectorAll(".chart[data-drawn]")) window.Plotly.purge(element);
  });
  document.addEventListener("htmx:after:swap", drawNew);
  document.addEventListener("themechange", drawAll);
  dark.addEventListener("change", drawAll);
  drawNew();
})();
