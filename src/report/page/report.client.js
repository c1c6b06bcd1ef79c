// SPDX-License-Identifier: GPL-2.0-only
// Runs in the reader's browser, within report.html: draws the figures in the page's colours, and again when a choice or the colour scheme changes.
(() => {
  const { Plotly } = globalThis;
  const figures = JSON.parse(document.getElementById('figures').textContent);
  const narrow = matchMedia('(max-width: 44rem)');
  const dark = matchMedia('(prefers-color-scheme: dark)');

  /** A copy in which each colour named `--x` has the value that the style sheet gives it now. */
  function coloured(value, style) {
    if (typeof value === 'string')
      return value.startsWith('--') ? style.getPropertyValue(value).trim() : value;
    if (Array.isArray(value)) return value.map((item) => coloured(item, style));
    if (value === null || typeof value !== 'object') return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, coloured(item, style)]));
  }

  function axis(given, style) {
    const grid = style.getPropertyValue('--grid').trim();
    const rule = style.getPropertyValue('--rule').trim();
    return {
      gridcolor: grid,
      linecolor: rule,
      zerolinecolor: rule,
      ticks: '',
      automargin: true,
      fixedrange: narrow.matches,
      ...given,
    };
  }

  function layoutOf(given, style) {
    const ink = style.getPropertyValue('--ink').trim();
    const muted = style.getPropertyValue('--muted').trim();
    const card = style.getPropertyValue('--card').trim();
    return {
      ...given,
      xaxis: { ...axis(given.xaxis, style), tickfont: { color: muted } },
      yaxis: { ...axis(given.yaxis, style), tickfont: { color: muted } },
      font: { family: style.getPropertyValue('--sans').trim(), size: 13, color: ink },
      paper_bgcolor: card,
      plot_bgcolor: card,
      margin: { l: 8, r: 14, t: 14, b: 8 },
      showlegend: true,
      legend: {
        orientation: 'h',
        x: 0,
        y: 1.02,
        yanchor: 'bottom',
        traceorder: 'normal',
        bgcolor: 'rgba(0,0,0,0)',
        font: { size: narrow.matches ? 11 : 12 },
        ...(narrow.matches && { entrywidth: 95 }),
      },
      hoverlabel: { bgcolor: ink, bordercolor: ink, font: { color: card } },
      hovermode: 'closest',
    };
  }

  function draw(block) {
    const figure = figures.find((candidate) => candidate.id === block.dataset.figure);
    const choice = block.querySelector('input:checked')?.value ?? figure.choices[0].id;
    const style = getComputedStyle(document.documentElement);
    for (const plot of block.querySelectorAll('.plot')) {
      const drawing = figure.panels[Number(plot.dataset.panel)].drawings[choice];
      const { data, layout } = coloured(drawing, style);
      plot.closest('.panel').querySelector('.samples').textContent = drawing.samples;
      // Markers on an axis show whole.
      const traces = data.map((trace) => ({ type: 'scatter', cliponaxis: trace.mode === 'lines', ...trace }));
      Plotly.react(plot, traces, layoutOf(layout, style), {
        responsive: true,
        displaylogo: false,
        displayModeBar: false,
        doubleClick: 'reset',
      });
    }
  }

  const blocks = [...document.querySelectorAll('[data-figure]')];
  const drawAll = () => blocks.forEach(draw);
  for (const block of blocks) block.addEventListener('change', () => draw(block));
  dark.addEventListener('change', drawAll);
  narrow.addEventListener('change', drawAll);
  drawAll();
})();
