/**
 * What JavaScript libraries make of the replies that the engine reads: both sides' rows before and
 * now, parsed and compared, each side by itself. That is less than the engine does: nobody says
 * which two rows are a pair, what their values mean, and what has to be written where.
 */

/** How each library compares two values. */
const compares = {
  microdiff: (/** @type {any} */ { default: diff }) => diff,
  'just-diff': (/** @type {any} */ { diff }) => diff,
  'fast-json-patch': (/** @type {any} */ { compare }) => compare,
  jsondiffpatch: (/** @type {any} */ { create }) => {
    const differ = create({ omitRemovedValues: true });
    return (/** @type {any} */ before, /** @type {any} */ now) => differ.diff(before, now) ?? {};
  },
};

/** @type {Map<string, (before: any, now: any) => any>} */
const loaded = new Map();

/** Loads the libraries from the page's folder. @param {Record<string, { file: string }>} files */
export async function loadPeers(files) {
  for (const [name, { file }] of Object.entries(files)) {
    loaded.set(name, /** @type {any} */ (compares)[name](await import(`/peers/${name}/${file}`)));
  }
}

/** The rows of a reply, of a batch's parts too, into both sides. */
function collect(/** @type {any} */ reply, /** @type {Sides} */ sides) {
  for (const part of reply?.responses ?? []) collect(part.body, sides);
  if (!Array.isArray(reply?.value)) return;
  for (const row of reply.value) {
    if (row.Id) sides.creatio[row.Id] = row;
    else if (row.id) sides.mailbox[row.id] = row;
  }
}

/** @typedef {{ creatio: Record<string, any>, mailbox: Record<string, any> }} Sides */

/** Both sides' rows, by id. @param {ArrayBuffer[]} bodies of replies @returns {Sides} */
export function parsed(bodies) {
  /** @type {Sides} */
  const sides = { creatio: {}, mailbox: {} };
  const decoder = new TextDecoder();
  for (const body of bodies) {
    const text = decoder.decode(body);
    if (text.startsWith('{')) collect(JSON.parse(text), sides);
  }
  return sides;
}

/**
 * Has a library tell what is otherwise; in milliseconds, and how many differences there are.
 * @param {string} name
 * @param {Sides} before
 * @param {ArrayBuffer[]} bodies of replies
 */
export function compare(name, before, bodies) {
  const diff = loaded.get(name);
  if (!diff) throw new Error(`${name} is not loaded`);
  const from = performance.now();
  const now = parsed(bodies);
  const told = [diff(before.creatio, now.creatio), diff(before.mailbox, now.mailbox)];
  const ms = performance.now() - from;
  return { ms, differences: told.reduce((sum, one) => sum + Object.keys(one).length, 0) };
}
