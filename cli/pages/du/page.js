// Draws what du says: a bar, a map, and lists.
(() => {
  const repositories = data.repositories.map(
      ([name, total, shared, own, tags]) => ({name, total, shared, own, tags}));
  const kMaxTiles = 400;
  const kMaxInside = 30;
  const kRanges = 40;

  // ---- the head and the bar

  function drawHead() {
    const tags = repositories.reduce((sum, each) => sum + each.tags.length, 0);
    byId('root').textContent = data.root;
    byId('summary').textContent =
        plural(repositories.length, 'repository', 'repositories') + ', ' +
        plural(tags, 'tag', 'tags') + ', ' + bytes(data.totals.bytes) + ' in blobs (' +
        bytes(data.totals.disk.bytes) + ' on disk). Looked at ' + data.made +
        ' by dregs ' + data.version + '.';
    document.title = 'dregs du ' + data.root;
  }

  function drawBar() {
    const {bytes: all, live, gc_frees: gc, gc_m_frees: gcM} = data.totals;
    const more = Math.max(0, gcM - gc);
    const parts = [
      ['live', 'live, and kept by every gc', Math.max(0, live - more)],
      ['untagged', 'more that gc --delete-untagged frees', more],
      ['garbage', 'garbage, which gc frees', gc],
      ['kept', 'not live, yet kept (young, pinned, foreign)',
       Math.max(0, all - live - gc)],
    ].filter(([name, , size]) => size > 0 || name !== 'kept');
    const sum = parts.reduce((total, [, , size]) => total + size, 0) || 1;
    const share = (size) => (100 * size / sum).toFixed(1) + '\u00a0%';
    byId('bar').setAttribute('aria-label', parts.map(
        ([, words, size]) => `${bytes(size)} (${share(size)}) ${words}`).join('; '));
    for (const [name, words, size] of parts) {
      if (size > 0) {
        const part = element('div', '', {class: name});
        part.style.flex = size / sum + ' 1 0';
        part.title = words;
        byId('bar').append(part);
      }
      const line = element('li');
      line.append(element('span', '', {class: 'swatch ' + name}),
                  `${bytes(size)} (${share(size)}) ${words}`);
      byId('legend').append(line);
    }
  }

  // ---- the map: groups, repositories, tags

  // A group with one group in it is shown as that one.
  const sumUp = (node) => {
    for (const kid of node.kids) {
      if (kid.kind === 'group') sumUp(kid);
      if (kid.kind === 'group' && kid.kids.length === 1 && kid.kids[0].kind === 'group') {
        kid.name += kid.kids[0].name;
        kid.path = kid.kids[0].path;
        kid.kids = kid.kids[0].kids;
      }
      node.total += kid.total;
      node.own += kid.own;
      node.count += kid.count;
    }
  };

  const group = (name, path) =>
      ({kind: 'group', name, path, kids: [], total: 0, own: 0, count: 0});

  function repositoryNode(each, name) {
    return {
      kind: 'repository', name, path: each.name, total: each.total,
      own: each.own, count: 1, tags: each.tags,
    };
  }

  // Tags are many: only those of the repository that is open become nodes.
  function kidsOf(node) {
    return node.kids || node.tags.map(([tag, , total, , own]) => ({
      kind: 'tag', name: tag, path: node.path + ':' + tag, total, own, count: 0,
    }));
  }

  // Names by their parts; a part with one thing in it is no group.
  function buildTree() {
    const top = group('all', '');
    const groups = new Map([['', top]]);
    const wanted = new Map();
    for (const {name} of repositories)
      for (let at = name.indexOf('/'); at > 0; at = name.indexOf('/', at + 1)) {
        const path = name.slice(0, at);
        wanted.set(path, (wanted.get(path) || 0) + 1);
      }
    const groupAt = (path) => {
      for (; path; path = path.slice(0, Math.max(0, path.lastIndexOf('/'))))
        if (wanted.get(path) > 1) break;
      if (!groups.has(path)) {
        const above = groupAt(path.slice(0, Math.max(0, path.lastIndexOf('/'))));
        const start = above.path ? above.path.length + 1 : 0;
        const made = group(path.slice(start) + '/', path);
        groups.set(path, made);
        above.kids.push(made);
      }
      return groups.get(path);
    };
    for (const each of repositories) {
      const inside = wanted.get(each.name) > 1 ?
          each.name : each.name.slice(0, Math.max(0, each.name.lastIndexOf('/')));
      const above = groupAt(inside);
      const name = above.path === each.name ? '(' + each.name + ' itself)' :
          each.name.slice(above.path ? above.path.length + 1 : 0);
      above.kids.push(repositoryNode(each, name));
    }
    sumUp(top);
    return top;
  }

  let way = [];  // from the whole to what is open
  let measure = 'total';

  function groupOf(name, kids) {
    const made = group(name, '');
    made.kids = kids;
    for (const kid of kids) {
      made.total += kid.total;
      made.own += kid.own;
      made.count += kid.count;
    }
    return made;
  }

  // The largest, and one area for all others; where those are most of it, as of
  // many alike, equal parts of the alphabet.
  function tilesOf(node, most) {
    const kids = kidsOf(node).filter((kid) => kid[measure] > 0).sort(
        (a, b) => b[measure] - a[measure] || (a.path < b.path ? -1 : 1));
    if (kids.length <= most) return kids;
    const others = groupOf(grouped(kids.length - most + 1) + ' more', kids.slice(most - 1));
    const largest = kids.slice(0, most - 1);
    if (others[measure] < largest.reduce((sum, kid) => sum + kid[measure], 0))
      return [...largest, others];
    kids.sort((a, b) => a.name < b.name ? -1 : 1);
    const length = Math.ceil(kids.length / Math.min(most, kRanges));
    const ranges = [];
    for (let at = 0; at < kids.length; at += length) {
      const part = kids.slice(at, at + length);
      ranges.push(groupOf(part[0].name + ' \u2026 ' + part[part.length - 1].name, part));
    }
    return ranges.sort((a, b) => b[measure] - a[measure]);
  }

  function inWords(node) {
    const what = node.kind === 'group' ?
        (node.count ? 'group of ' + plural(node.count, 'repository', 'repositories') :
                      'group of ' + plural(node.kids.length, 'tag', 'tags')) :
        node.kind === 'repository' ?
        'repository with ' + plural(node.tags.length, 'tag', 'tags') : 'tag';
    return `${node.path || node.name}: ${bytes(node.total)} total, ${bytes(node.own)} own; ${what}`;
  }

  const isLeaf = (node) => node.kind === 'tag' || kidsOf(node).length === 0;

  function tile(box) {
    const node = box.data.node;
    const button = element('button', '', {type: 'button', tabindex: '-1', 'aria-label': inWords(node)});
    const [width, height] = [box.x1 - box.x0, box.y1 - box.y0];
    Object.assign(button.style, {
      left: box.x0 + 'px', top: box.y0 + 'px', width: width + 'px', height: height + 'px',
    });
    button.title = inWords(node);
    button.addEventListener('click', () => open(node));
    if (box.children) {
      button.className = 'around';
      button.append(element('span', node.name + ' ' + bytes(node[measure]), {class: 'name'}));
      return button;
    }
    const fill = element('span', '', {class: 'fill'});
    fill.style.height = (node.total ? 100 * Math.min(1, node.own / node.total) : 0) + '%';
    button.append(fill);
    if (width < 14 || height < 14) button.style.padding = '0';
    if (width > 34 && height > 20) button.append(element('span', node.name, {class: 'name'}));
    if (width > 50 && height > 38) button.append(element('span', bytes(node[measure])));
    return button;
  }

  function open(node) {
    if (isLeaf(node)) return lookFor(node.kind === 'tag' ? 'tags' : 'repositories', node.path);
    way.push(node);
    drawMap(true);
  }

  function goUp(to) {
    if (to < 1) return;
    way.length = to;
    drawMap(true);
  }

  function drawCrumbs() {
    byId('crumbs').replaceChildren(...way.map((node, i) => {
      const item = element('li');
      if (i === way.length - 1) {
        item.append(element('span', node.name, {'aria-current': 'true'}));
      } else {
        const back = element('button', node.name, {type: 'button'});
        back.addEventListener('click', () => goUp(i + 1));
        item.append(back);
      }
      return item;
    }));
  }

  // Boxes in the order of the keyboard: each group before what is in it. Large
  // groups show what they hold.
  function layOut(here, width, height) {
    const tiles = tilesOf(here, kMaxTiles);
    const all = tiles.reduce((sum, node) => sum + node[measure], 0);
    const inside = (node) =>
        node.kind === 'group' && node[measure] > all / 40 ? tilesOf(node, kMaxInside) : null;
    const root = d3.hierarchy({kids: tiles.map((node) => ({
      node, kids: (inside(node) || []).map((kid) => ({node: kid})),
    }))}, (each) => each.kids).sum((each) => each.node && !(each.kids || []).length ? each.node[measure] : 0);
    d3.treemap().size([width, height]).paddingInner(2).round(true)
        .paddingTop((box) => box.depth && box.children ? 20 : 0)(root);
    const boxes = [];
    root.eachBefore((box) => box.depth && boxes.push(box));
    return boxes;
  }

  function drawMap(focus) {
    const map = byId('map');
    const here = way[way.length - 1];
    drawCrumbs();
    map.replaceChildren();
    const shown = layOut(here, map.clientWidth, map.clientHeight);
    if (!shown.length)
      return map.append(element('p', measure === 'own' ?
          'Nothing here would be freed by removing it alone.' : 'Nothing is here.'));
    map.append(...shown.map(tile));
    map.firstChild.tabIndex = 0;
    if (focus) map.firstChild.focus();
  }

  // The nearest area in that direction; straight ahead counts before aside.
  function neighbour(from, key) {
    // Of a group only its head is seen.
    const middle = (node) => [node.offsetLeft + node.offsetWidth / 2,
                              node.offsetTop + (node.className ? 10 : node.offsetHeight / 2)];
    const [x, y] = middle(from);
    let best = null;
    let least = Infinity;
    for (const other of byId('map').children) {
      const [dx, dy] = [middle(other)[0] - x, middle(other)[1] - y];
      const [ahead, aside] = {
        ArrowRight: [dx, dy], ArrowLeft: [-dx, dy], ArrowDown: [dy, dx], ArrowUp: [-dy, dx],
      }[key];
      const away = ahead + 2 * Math.abs(aside);
      if (ahead > 0 && away < least) [best, least] = [other, away];
    }
    return best;
  }

  byId('map').addEventListener('keydown', (event) => {
    if (event.key === 'Escape' || event.key === 'Backspace') {
      event.preventDefault();
      return goUp(way.length - 1);
    }
    if (!event.key.startsWith('Arrow') || event.target.tagName !== 'BUTTON') return;
    event.preventDefault();
    const next = neighbour(event.target, event.key);
    if (!next) return;
    event.target.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  });

  // ---- tags and the table

  const allTags = [];
  for (const {name, tags} of repositories)
    for (const [tag, hex, total, shared, own, pushed] of tags)
      allTags.push({name: name + ':' + tag, hex, total, shared, own, pushed});

  function drawTop(id, list, cell) {
    byId(id).append(...list.slice(0, 10).map((tag) => {
      const row = element('tr');
      row.append(element('td', tag.name), element('td', cell(tag), {class: 'number'}),
                 element('td', bytes(tag.own), {class: 'number'}));
      return row;
    }));
  }

  // Of many only ten: sorting all of them would take longer than the rest.
  function first(list, before) {
    const best = [];
    for (const each of list) {
      if (best.length === 10 && !before(each, best[9])) continue;
      const at = best.findIndex((other) => before(each, other));
      best.splice(at < 0 ? best.length : at, 0, each);
      best.length = Math.min(best.length, 10);
    }
    return best;
  }

  const lists = {
    repositories: {
      rows: repositories,
      columns: [
        textColumn('Repository', 'name'),
        {...numberColumn('Tags', 'tags', grouped), value: (row) => row.tags.length},
        numberColumn('Total', 'total'), numberColumn('Shared', 'shared'), numberColumn('Own', 'own'),
      ],
      sort: [2, -1],
      haystack: (row) => row.name,
    },
    tags: {
      rows: allTags,
      columns: [
        textColumn('Tag', 'name'), digestColumn, numberColumn('Total', 'total'), numberColumn('Shared', 'shared'),
        numberColumn('Own', 'own'), numberColumn('Pushed', 'pushed', day),
      ],
      sort: [2, -1],
      haystack: (row) => row.name + ' ' + (row.hex ? 'sha256:' + row.hex : ''),
    },
    findings: {
      rows: data.findings,
      columns: [
        {...textColumn('Severity', 'severity'), classOf: (row) => row.severity},
        textColumn('Kind', 'kind'), textColumn('Path', 'path'), textColumn('Detail', 'detail'),
        {head: 'Needed by', value: (row) => row.needed_by.join(', ')},
      ],
      sort: [0, 1],
      haystack: (row) => [row.severity, row.kind, row.path, row.repository, row.digest, row.detail,
                          ...row.needed_by].join(' '),
    },
  };

  const {choose, lookFor} = searchLists(lists);
  for (const input of document.querySelectorAll('input[name="size"]'))
    input.addEventListener('change', () => {
      measure = input.value;
      drawMap(false);
    });

  drawHead();
  drawBar();
  way = [buildTree()];
  drawMap(false);
  let width = byId('map').clientWidth;
  new ResizeObserver(() => {
    if (width === byId('map').clientWidth) return;
    width = byId('map').clientWidth;
    drawMap(false);
  }).observe(byId('map'));
  drawTop('largest', first(allTags, (a, b) => a.total > b.total), (tag) => bytes(tag.total));
  drawTop('oldest', first(allTags.filter((tag) => tag.pushed !== null),
                          (a, b) => a.pushed < b.pushed), (tag) => day(tag.pushed));
  choose('repositories');
  pageIsReady();
})();
