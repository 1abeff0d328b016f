// Draws what retain decided: a bar, the rules, and each repository on a time line.
(() => {
  const kDay = 86400;
  const kStates = ['stays', 'protected', 'goes', 'stays', 'goes'];
  const went = !data.dry_run && data.exit_code !== 3;
  const kWords = {goes: went ? 'went' : 'goes', stays: 'stays', protected: 'protected'};
  const kSigns = {goes: '\u2715', stays: '\u25cf', protected: '\u25c6'};
  const kOrder = ['goes', 'stays', 'protected'];

  const repositories = data.repositories.map(([name, frees, tags, manifests]) => {
    const each = {name, frees, goes: 0, stays: 0, protected: 0};
    each.manifests = manifests.map(([hex, goes, reason]) => (
        {repository: name, hex, state: goes ? 'goes' : 'stays', reason: data.reasons[reason]}));
    const image = new Map(each.manifests.map((manifest) => [manifest.hex, manifest]));
    each.tags = tags.map(([tag, hex, code, rule, reason, pushed, created, byCreated, pulled]) => {
      const state = kStates[code];
      ++each[state];
      const manifest = image.get(hex);
      return {
        repository: name, tag, name: name + ':' + tag, hex, state, rule, pushed, created, pulled,
        follows: code > 2, time: byCreated ? created : pushed,
        reason: data.reasons[reason] + (state === 'goes' && manifest && manifest.state === 'stays' ?
            '; its manifest stays: ' + manifest.reason : ''),
      };
    });
    return each;
  });
  repositories.sort((a, b) => b.frees - a.frees || b.goes - a.goes || (a.name < b.name ? -1 : 1));
  const sum = (key) => repositories.reduce((all, each) => all + each[key], 0);
  const decision = (row) => kSigns[row.state] + '\u00a0' + kWords[row.state] + (row.follows ? ' (follows)' : '');

  // ---- shapes, which tell the states apart without their colours

  const svg = (tag, attributes = {}, text) => {
    const node = document.createElementNS('http://www.w3.org/2000/svg', tag);
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
    if (text !== undefined) node.textContent = text;
    return node;
  };

  function shape(state, x, y, r) {
    const path = {
      goes: `M${x - r},${y - r}L${x + r},${y + r}M${x - r},${y + r}L${x + r},${y - r}`,
      protected: `M${x},${y - r - 1}L${x + r + 1},${y}L${x},${y + r + 1}L${x - r - 1},${y}Z`,
      stays: `M${x - r},${y}a${r},${r} 0 1,0 ${2 * r},0a${r},${r} 0 1,0 ${-2 * r},0Z`,
    };
    return svg('path', {d: path[state], class: 'shape'});
  }

  // ---- the head, the bar, and why it was refused

  function drawHead() {
    const {tags_removed: gone, tags_kept: kept, manifests_removed: manifests} = data.totals;
    const would = went ? 'went' : 'would go';
    const frees = data.frees === null ? '' :
        went && data.trash ? ` What went waits in the trash as ${data.trash}.` :
        data.gc ? (went ? ` ${bytes(data.frees)} were freed.` : ` That would free ${bytes(data.frees)}.`) :
        ` dregs gc ${went ? 'now frees' : 'would then free'} ${bytes(data.frees)} more.`;
    byId('root').textContent = data.root;
    byId('summary').textContent =
        `By ${data.policy}: ${plural(gone, 'tag', 'tags')} of ${grouped(gone + kept)} ${would}, with ` +
        `${plural(manifests, 'manifest', 'manifests')}; ${grouped(kept)} stay.${frees} ` +
        (data.dry_run ? 'Nothing was removed. ' : '') +
        (data.exit_code === 4 ? 'The run stopped part way; run it again to finish. ' : '') +
        `Looked at ${data.made} by dregs ${data.version}.`;
    document.title = 'dregs retain ' + data.root;
    byId('refused').hidden = data.refused.length === 0;
    byId('refusals').append(...data.refused.map(([reason, wayOut]) => element('li', `${reason}; ${wayOut}`)));
  }

  function drawBar() {
    const all = sum('goes') + sum('stays') + sum('protected') || 1;
    const words = {
      goes: went ? 'went' : 'would go', stays: 'stay by a rule, or because no rule names them',
      protected: 'are protected, in use or unreadable, whatever the rules say',
    };
    const line = (state) => `${plural(sum(state), 'tag', 'tags')} (${(100 * sum(state) / all).toFixed(1)}\u00a0%) ${words[state]}`;
    byId('bar').setAttribute('aria-label', kOrder.map(line).join('; '));
    for (const state of kOrder) {
      if (sum(state)) {
        const part = element('div', '', {class: state});
        part.style.flex = sum(state) / all + ' 1 0';
        part.title = line(state);
        byId('bar').append(part);
      }
      const item = element('li');
      const sign = svg('svg', {viewBox: '0 0 16 16', class: state, 'aria-hidden': 'true'});
      sign.append(shape(state, 8, 8, 5));
      item.append(sign, line(state));
      byId('legend').append(item);
    }
  }

  // ---- the rules

  function ruleRow([label, names, keeps, stay, go, freed], all, className) {
    const row = element('tr', null, className ? {class: className} : {});
    const share = element('td', null, {class: 'share'});
    if (freed && all && !className) {
      const bar = element('div', '', {'aria-hidden': 'true'});
      bar.style.width = 100 * freed / all + '%';
      share.append(bar);
    }
    const named = element('td');
    named.append(element('code', names));
    const size = freed === null ? '' : bytes(freed) + (freed && all && !className ? ` (${Math.round(100 * freed / all)}\u00a0%)` : '');
    row.append(element('th', label, {scope: 'row'}), named, element('td', keeps),
               element('td', stay === null ? '' : grouped(stay), {class: 'number'}),
               element('td', go === null ? '' : go, {class: 'number'}),
               element('td', size, {class: 'number'}), share);
    return row;
  }

  function drawRules() {
    const body = byId('rules').tBodies[0];
    const {several, rest, garbage} = data.freed;
    const all = data.rules.reduce((total, rule) => total + rule[5], 0) + several + rest + garbage;
    const shown = data.rules.slice(0, 200);
    body.append(...shown.map((rule) => ruleRow(rule, all)));
    const others = data.rules.slice(200);
    if (others.length)
      body.append(ruleRow([plural(others.length, 'more rule', 'more rules'), '', '', null, null,
                           others.reduce((total, rule) => total + rule[5], 0)], all));
    if (several) body.append(ruleRow(['several', '', 'needed by tags of several rules that all let go', null, null, several], all));
    if (rest) body.append(ruleRow(['no rule', '', 'orphans and what they need', null, null, rest], all));
    if (garbage) body.append(ruleRow(['garbage', '', 'what no image needed before, which gc frees', null, null, garbage], all));
    body.append(ruleRow(['together', '', '', sum('stays') + sum('protected'), plural(sum('goes'), 'tag', 'tags'), all], all, 'sum'));
  }

  // ---- the time line of a repository: at most kMarks marks in each lane

  const kLeft = 92;
  const kRight = 26;
  const kMarkWidth = 24;
  const kLane = 42;
  const kTop = 46;

  function scaleOf(tags, width) {
    const times = tags.map((tag) => tag.time).filter((time) => time !== null && time <= data.now);
    let first = data.now;
    for (const time of times) first = Math.min(first, time);
    first = Math.min(first, data.now - kDay);
    const start = kLeft + 2 * kMarkWidth;
    const end = width - kRight;
    return {
      first, end, start,
      at: (time) => time === null ? kLeft + kMarkWidth / 2 :
          start + (end - start) * Math.min(1, Math.max(0, (time - first) / (data.now - first))),
    };
  }

  // Neighbours that would cover each other share a mark.
  function marksOf(tags, scale) {
    const bins = new Map();
    for (const tag of tags) {
      const x = scale.at(tag.time);
      const key = tag.state + Math.floor(x / kMarkWidth);
      if (!bins.has(key)) bins.set(key, {state: tag.state, bin: Math.floor(x / kMarkWidth), sum: 0, tags: []});
      const bin = bins.get(key);
      bin.sum += x;
      bin.tags.push(tag);
    }
    return [...bins.values()].map((bin) => ({
      ...bin,
      x: Math.min((bin.bin + 1) * kMarkWidth - 8, Math.max(bin.bin * kMarkWidth + 8, bin.sum / bin.tags.length)),
    })).sort((a, b) => a.x - b.x);
  }

  const span = (tags) => {
    const days = tags.map((tag) => day(tag.time)).sort();
    const [from, to] = [days[0], days[days.length - 1]];
    return !to ? 'time not known' : from === to ? from : `${from} to ${to}`;
  };

  function inWords({tags, state}) {
    const shown = tags.slice(0, 6).map((tag) => `${tag.tag} (${tag.reason})`).join('; ');
    const verb = tags.length === 1 ? kWords[state] : {goes: went ? 'went' : 'go', stays: 'stay', protected: 'are protected'}[state];
    return `${plural(tags.length, 'tag', 'tags')} ${tags.length === 1 && state === 'protected' ? 'is protected' : verb}, ${span(tags)}: ` +
        shown + (tags.length > 6 ? `; and ${grouped(tags.length - 6)} more` : '');
  }

  function drawTicks(line, scale, height) {
    const days = (data.now - scale.first) / kDay;
    const most = Math.max(2, Math.floor((scale.end - scale.start) / 110));
    const step = [1, 2, 7, 14, 30, 60, 90, 180, 365, 730, 1825, 3650].find((each) => days / each <= most) || 7300;
    for (let ago = 0; ago <= days; ago += step) {
      const time = data.now - ago * kDay;
      const x = scale.at(time);
      line.append(svg('line', {x1: x, x2: x, y1: kTop - 6, y2: height - 34, class: 'tick'}),
                  svg('text', {x, y: height - 20, 'text-anchor': ago ? 'middle' : 'end'}, day(time)),
                  svg('text', {x, y: height - 5, 'text-anchor': ago ? 'middle' : 'end'},
                      ago ? plural(ago, 'day', 'days') + ' ago' : 'now'));
    }
  }

  // Where the rules that decided here draw their lines.
  function drawLimits(line, tags, scale, height) {
    const limits = [];
    for (const rule of new Set(tags.map((tag) => tag.rule))) {
      if (!rule || rule > data.limits.length) continue;
      for (const [age, text] of data.limits[rule - 1])
        if (data.now - age >= scale.first) limits.push({x: scale.at(data.now - age), text: `rule ${rule}: ${text}`});
    }
    const ends = [-Infinity, -Infinity, -Infinity];
    for (const {x, text} of limits.sort((a, b) => a.x - b.x).slice(0, 12)) {
      line.append(svg('line', {x1: x, x2: x, y1: kTop - 8, y2: height - 34, class: 'limit'}));
      const width = 7 * text.length;
      const left = Math.min(x - 4, scale.end - width);
      const row = ends.findIndex((end) => end < left);
      if (row < 0) continue;
      ends[row] = left + width + 8;
      line.append(svg('text', {x: left, y: kTop - 12 - 13 * row}, text));
    }
  }

  function drawMark(mark, y, choose, tell) {
    const group = svg('g', {class: 'mark ' + mark.state, role: 'button', tabindex: '-1', 'aria-label': inWords(mark)});
    group.append(svg('circle', {cx: mark.x, cy: y, r: 11, class: 'ring'}),
                 shape(mark.state, mark.x, y, mark.tags.length > 1 ? 6.5 : 5));
    if (mark.tags.length > 1) group.append(svg('text', {x: mark.x, y: y + 21, class: 'count'}, grouped(mark.tags.length)));
    group.addEventListener('mouseenter', () => tell(mark));
    group.addEventListener('focus', () => tell(mark));
    group.addEventListener('click', () => choose(mark, group));
    return group;
  }

  // The next in the lane, or the nearest in the next lane that has any.
  function neighbourOf(lanes, lane, at, key) {
    if (key === 'ArrowLeft' || key === 'ArrowRight') return lanes[lane][at + (key === 'ArrowRight' ? 1 : -1)];
    const step = key === 'ArrowDown' ? 1 : -1;
    for (let to = lane + step; lanes[to]; to += step)
      if (lanes[to].length)
        return lanes[to].reduce((best, each) =>
            Math.abs(each.mark.x - lanes[lane][at].mark.x) < Math.abs(best.mark.x - lanes[lane][at].mark.x) ? each : best);
    return undefined;
  }

  function moveByKeys(line, lanes, choose) {
    const all = lanes.flat();
    if (all.length) all[0].node.setAttribute('tabindex', '0');
    line.addEventListener('keydown', (event) => {
      const lane = lanes.findIndex((each) => each.some(({node}) => node === event.target));
      if (lane < 0) return;
      const at = lanes[lane].findIndex(({node}) => node === event.target);
      if (event.key === 'Enter' || event.key === ' ') {
        event.preventDefault();
        return choose(lanes[lane][at].mark, event.target);
      }
      if (event.key === 'Escape') return choose(null, null);
      if (!event.key.startsWith('Arrow')) return;
      event.preventDefault();
      const next = neighbourOf(lanes, lane, at, event.key);
      if (!next) return;
      event.target.setAttribute('tabindex', '-1');
      next.node.setAttribute('tabindex', '0');
      next.node.focus();
    });
  }

  function drawTimeLine(each, width, choose, tell) {
    const height = kTop + 3 * kLane + 40;
    const line = svg('svg', {
      class: 'line', viewBox: `0 0 ${width} ${height}`, role: 'group',
      'aria-label': `Time line of ${each.name}: ${kOrder.map((state) => `${grouped(each[state])} ${kWords[state]}`).join(', ')}`,
    });
    line.style.height = height + 'px';
    const scale = scaleOf(each.tags, width);
    drawTicks(line, scale, height);
    drawLimits(line, each.tags, scale, height);
    if (each.tags.some((tag) => tag.time === null))
      line.append(svg('text', {x: kLeft - 4, y: height - 20}, 'no time'));
    const marks = marksOf(each.tags, scale);
    const lanes = kOrder.map((state, lane) => {
      const y = kTop + lane * kLane + 14;
      const label = svg('g', {class: state, 'aria-hidden': 'true'});
      label.append(shape(state, 7, y, 4.5), svg('text', {x: 18, y: y + 4, class: 'lane'}, kWords[state]));
      line.append(svg('line', {x1: kLeft, x2: width - 8, y1: y, y2: y, class: 'base'}), label);
      return marks.filter((mark) => mark.state === state).map((mark) => {
        const node = drawMark(mark, y, choose, tell);
        line.append(node);
        return {mark, node};
      });
    });
    moveByKeys(line, lanes, choose);
    return line;
  }

  // ---- a repository, drawn when it is opened

  const dayColumn = (head, key) => ({...numberColumn(head, key, day), className: 'day'});
  const decisionColumn = {head: 'Decision', value: decision, classOf: (row) => row.state};

  function columnsFor(tags) {
    return [
      textColumn('Tag', 'tag'), decisionColumn, textColumn('Reason', 'reason'), dayColumn('Pushed', 'pushed'),
      ...(tags.some((tag) => tag.created !== null) ? [dayColumn('Created', 'created')] : []),
      ...(tags.some((tag) => tag.pulled !== null) ? [dayColumn('Pulled', 'pulled')] : []),
      digestColumn,
    ];
  }

  function fill(each, inside) {
    const detail = element('p', 'Point at a mark, or move to it, to see its tags.', {class: 'detail', role: 'status'});
    const scroll = element('div', null, {class: 'scroll', tabindex: '0', role: 'region', 'aria-label': 'Tags of ' + each.name});
    const table = element('table');
    table.append(element('thead'), element('tbody'));
    scroll.append(table);
    const count = element('p', '', {class: 'hint', role: 'status'});
    const more = element('button', 'Show more', {type: 'button'});
    const named = new Set(each.tags.map((tag) => tag.hex));
    const untagged = each.manifests.filter((manifest) => manifest.state === 'goes' && !named.has(manifest.hex)).map(
        (manifest) => ({...manifest, tag: '(untagged)', pushed: null, created: null, pulled: null}));
    const rows = [...each.tags, ...untagged];
    const grown = growingTable(table, more, count);
    const columns = columnsFor(each.tags);
    grown.use(columns, [3, -1]);
    const choose = (mark, node) => {
      for (const other of inside.querySelectorAll('.chosen')) other.classList.remove('chosen');
      if (node) node.classList.add('chosen');
      grown.show(mark ? mark.tags : rows, rows.length);
    };
    const line = drawTimeLine(each, Math.max(480, inside.clientWidth), choose, (mark) => {
      detail.textContent = inWords(mark);
    });
    inside.replaceChildren(line, detail, count, scroll, more);
    choose(null, null);
  }

  function section(each) {
    const node = element('details');
    const head = element('summary');
    const parts = element('span', '', {class: 'parts', 'aria-hidden': 'true'});
    for (const state of kOrder) {
      if (!each[state]) continue;
      const part = element('span', '', {class: state});
      part.style.flex = each[state] + ' 1 0';
      parts.append(part);
    }
    head.append(element('h3', each.name), parts,
                element('span', `${grouped(each.goes)} of ${plural(each.tags.length, 'tag', 'tags')} ${went ? 'went' : 'go'}`),
                element('span', each.frees ? 'frees ' + bytes(each.frees) : '', {class: 'number'}));
    const inside = element('div', null, {class: 'inside'});
    node.append(head, inside);
    node.addEventListener('toggle', () => {
      if (node.open && !inside.firstChild) fill(each, inside);
    });
    return node;
  }

  // ---- the list of them

  let found = repositories;
  let shown = 0;

  function showRepositories() {
    byId('repositories').append(...found.slice(shown, shown + kRows).map(section));
    shown = Math.min(found.length, shown + kRows);
    byId('more-repositories').hidden = shown === found.length;
    byId('count-repositories').textContent = shown === repositories.length ?
        plural(shown, 'repository', 'repositories') :
        `${grouped(shown)} shown of ${grouped(found.length)} found in ${grouped(repositories.length)}`;
  }

  function findRepositories() {
    const words = wordsOf(byId('search-repositories').value);
    found = repositories.filter((each) => hasWords(words, each.name));
    shown = 0;
    byId('repositories').replaceChildren();
    showRepositories();
  }

  byId('more-repositories').addEventListener('click', showRepositories);
  byId('search-repositories').addEventListener('input', findRepositories);

  const allTags = repositories.flatMap((each) => each.tags);
  const lists = {
    tags: {
      rows: allTags,
      columns: [textColumn('Repository', 'repository'), ...columnsFor(allTags)],
      sort: [0, 1],
      haystack: (row) => `${row.name} ${decision(row)} ${row.reason} ${row.hex ? 'sha256:' + row.hex : ''}`,
    },
    manifests: {
      rows: repositories.flatMap((each) => each.manifests),
      columns: [textColumn('Repository', 'repository'), digestColumn, decisionColumn, textColumn('Reason', 'reason')],
      sort: [0, 1],
      haystack: (row) => `${row.repository} ${decision(row)} ${row.reason} sha256:${row.hex}`,
    },
    findings: {
      rows: data.findings,
      columns: [
        {...textColumn('Severity', 'severity'), classOf: (row) => row.severity},
        textColumn('Kind', 'kind'), textColumn('Path', 'path'), textColumn('Detail', 'detail'),
      ],
      sort: [0, 1],
      haystack: (row) => [row.severity, row.kind, row.path, row.repository, row.detail].join(' '),
    },
  };

  drawHead();
  drawBar();
  drawRules();
  showRepositories();
  if (repositories.length === 1) byId('repositories').firstChild.open = true;
  searchLists(lists).choose('tags');
  pageIsReady();
})();
