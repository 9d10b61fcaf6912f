/**
 * What a parser that nobody here wrote (parse5) reads in markup, for the tests of our own reader.
 *
 * `node markup.mjs`: takes a JSON array of texts of markup and prints a JSON array, for each of
 * them an object: `text`, the text that its tree shows, each block on lines of its own; `parts`,
 * the names of all its elements and their attributes (`a`, `a href=x`), however hidden.
 */
import { readFileSync } from 'node:fs';
import { parse } from 'parse5';

const BLOCKS = new Set(
  (
    'address article aside blockquote body caption center dd details dialog dir div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 ' +
    'header hgroup hr html li listing main menu nav ol p plaintext pre search section summary table tbody tfoot thead tr ul xmp br'
  ).split(' '),
);
const HIDDEN = new Set(
  'head script style title template noscript iframe noembed noframes object embed svg math textarea select'.split(' '),
);
const PREFORMATTED = new Set('pre listing xmp plaintext'.split(' '));
const HTML = 'http://www.w3.org/1999/xhtml';

function text(node, verbatim = false) {
  if (node.nodeName === '#text') return verbatim ? node.value : node.value.replace(/[\t\n\f\r ]+/g, ' ');
  if (node.tagName !== undefined && (node.namespaceURI !== HTML || HIDDEN.has(node.tagName))) return '';
  const inner = (node.childNodes ?? [])
    .map((child) => text(child, verbatim || PREFORMATTED.has(node.tagName)))
    .join('');
  if (BLOCKS.has(node.tagName)) return `\n${inner}\n`;
  return node.tagName === 'td' || node.tagName === 'th' ? ` ${inner} ` : inner;
}

function parts(node) {
  const own =
    node.tagName === undefined
      ? []
      : [node.tagName, ...node.attrs.map(({ name, value }) => `${node.tagName} ${name}=${value}`)];
  return [...own, ...[...(node.childNodes ?? []), ...(node.content ? [node.content] : [])].flatMap(parts)];
}

const read = (markup) => {
  const tree = parse(markup);
  return { text: text(tree), parts: parts(tree) };
};
console.log(JSON.stringify(JSON.parse(readFileSync(0, 'utf8')).map(read)));
