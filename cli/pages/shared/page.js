'use strict';
// What all pages do with the JSON in them. Names come from a disk that anybody may
// have written to: they go into the page as text only, never as markup.
const data = JSON.parse(document.getElementById('data').textContent);
const byId = (id) => document.getElementById(id);

function element(tag, text, attributes = {}) {
  const node = document.createElement(tag);
  if (text !== undefined && text !== null) node.textContent = text;
  for (const [name, value] of Object.entries(attributes))
    node.setAttribute(name, value);
  return node;
}

function bytes(number) {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
  let unit = 0;
  while (number >= 1024 && unit < units.length - 1) {
    number /= 1024;
    ++unit;
  }
  return (unit ? number.toFixed(1) : number) + '\u00a0' + units[unit];
}

const grouped = (number) => number.toLocaleString('en');
const plural = (number, one, many) =>
    grouped(number) + ' ' + (number === 1 ? one : many);
// Times are seconds since 1970, or null.
const day = (seconds) =>
    seconds === null ? '' : new Date(seconds * 1000).toISOString().slice(0, 10);
const short = (hex) => hex ? 'sha256:' + hex.slice(0, 12) : '';

// ---- a table of which some rows are shown, and more on request

const kRows = 100;
const numberColumn = (head, key, show = bytes) =>
    ({head, value: (row) => row[key], show, className: 'number', downFirst: true});
const textColumn = (head, key, className) => ({head, value: (row) => row[key] || '', className});
const digestColumn = {head: 'Digest', value: (row) => row.hex || '', show: short, className: 'digest'};

function tableRow(columns, match) {
  const row = element('tr');
  for (const column of columns) {
    const value = column.value(match);
    const cell = element('td', column.show ? column.show(value) : value);
    const classes = [column.className, column.classOf && column.classOf(match)].filter(Boolean);
    if (classes.length) cell.className = classes.join(' ');
    if (column === digestColumn && value) cell.title = 'sha256:' + value;
    row.append(cell);
  }
  return row;
}

function compareBy(column, direction) {
  return (a, b) => {
    const [x, y] = [column.value(a), column.value(b)];
    return x < y ? -direction : x > y ? direction : 0;
  };
}

// Fills `table`; `more` is the button below it, `count` says how many are shown.
// `sort` is [column, direction] and is changed by whoever presses a head.
function growingTable(table, more, count) {
  let columns = [];
  let sort = [0, 1];
  let all = 0;
  let matches = [];
  let shown = 0;

  function showMore() {
    table.tBodies[0].append(
        ...matches.slice(shown, shown + kRows).map((match) => tableRow(columns, match)));
    shown = Math.min(matches.length, shown + kRows);
    more.hidden = shown === matches.length;
    count.textContent = matches.length === all && shown === all ?
        plural(all, 'row', 'rows') :
        `${grouped(shown)} shown of ${grouped(matches.length)} found in ${grouped(all)}`;
  }

  function show(rows, outOf) {
    matches = rows.slice().sort(compareBy(columns[sort[0]], sort[1]));
    all = outOf;
    shown = 0;
    table.tBodies[0].replaceChildren();
    showMore();
  }

  function drawHeads() {
    const row = element('tr');
    columns.forEach((column, i) => {
      const cell = element('th', null, {scope: 'col'});
      if (column.className === 'number') cell.className = 'number';
      if (sort[0] === i) cell.setAttribute('aria-sort', sort[1] > 0 ? 'ascending' : 'descending');
      const button = element('button', column.head, {type: 'button'});
      button.addEventListener('click', () => {
        [sort[0], sort[1]] = sort[0] === i ? [i, -sort[1]] : [i, column.downFirst ? -1 : 1];
        drawHeads();
        show(matches, all);
        table.tHead.rows[0].cells[i].firstChild.focus();
      });
      cell.append(button);
      row.append(cell);
    });
    table.tHead.replaceChildren(row);
  }

  more.addEventListener('click', showMore);
  return {
    show,
    use: (newColumns, newSort) => {
      [columns, sort] = [newColumns, newSort];
      drawHeads();
    },
  };
}

// ---- everything by name: one search over several lists

const wordsOf = (text) => text.toLowerCase().split(/\s+/).filter(Boolean);
const hasWords = (words, hay) => {
  const text = hay.toLowerCase();
  return words.every((word) => text.includes(word));
};

function searchLists(lists) {
  const table = growingTable(byId('all'), byId('more'), byId('count'));
  let listed = '';
  let typing = 0;

  function find() {
    const {rows, haystack} = lists[listed];
    const words = wordsOf(byId('search').value);
    table.show(words.length ? rows.filter((row) => hasWords(words, haystack(row))) : rows, rows.length);
  }

  function choose(list) {
    listed = list;
    document.querySelector(`input[name="list"][value="${list}"]`).checked = true;
    table.use(lists[list].columns, lists[list].sort);
    find();
  }

  byId('search').addEventListener('input', () => {
    clearTimeout(typing);
    typing = setTimeout(find, 80);
  });
  byId('search').addEventListener('change', find);
  for (const input of document.querySelectorAll('input[name="list"]'))
    input.addEventListener('change', () => choose(input.value));
  return {
    choose,
    lookFor: (list, words) => {
      byId('search').value = words;
      choose(list);
      byId('search').focus();
    },
  };
}

// ---- light and dark

(() => {
  const page = document.documentElement;
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const follow = () => { page.dataset.theme = dark.matches ? 'dark' : 'light'; };
  follow();
  dark.addEventListener('change', follow);
  byId('theme').addEventListener('click', () => {
    page.dataset.theme = page.dataset.theme === 'dark' ? 'light' : 'dark';
  });
})();

// Milliseconds since the page began to load, for whoever measures.
const pageIsReady = () => {
  document.documentElement.dataset.ready = Math.round(performance.now());
};
