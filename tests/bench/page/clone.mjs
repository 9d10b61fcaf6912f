/**
 * Many pairs made of one: a pair that the engine has synchronized, its rows on both servers and its
 * link, copied under other names. So a state of 100,000 links is there in a minute, where making it
 * by runs would take the hours that Microsoft Graph's limits ask for.
 */

/**
 * What names a pair.
 * @typedef {{ activity: string, event: string, uid: string, title: string, start: string, end:
 * string, stamp: string }} Names
 */

const day = 86_400_000;

/** A number that looks like chance: real ids come in no order. @param {number} n */
const scattered = (n) => (BigInt(n) * 0x9e37_79b9_7f4bn) % (1n << 48n);

/**
 * The names of the n-th copy.
 * @param {Names} first
 * @param {number} n from 1 on
 * @returns {Names}
 */
export function named(first, n) {
  const hex = scattered(n).toString(16).padStart(12, '0');
  const start = new Date(Date.parse(`${first.start}Z`) + (n % 28) * day + (Math.floor(n / 28) % 10) * 3_600_000);
  const wall = (/** @type {number} */ at) => new Date(at).toISOString().slice(0, 19);
  return {
    activity: `${hex.slice(0, 8)}-${hex.slice(8)}-4000-8000-${n.toString(16).padStart(12, '0')}`,
    event: `${first.event.slice(0, -26)}${hex}${String(n).padStart(10, '0')}AAA=`,
    uid: `${first.uid.slice(0, -32)}${hex.padEnd(20, '0')}${n.toString(16).padStart(12, '0')}`.toUpperCase(),
    title: `${first.title.replace(/\d+$/, '')}${n}`,
    start: wall(start.getTime()),
    end: wall(start.getTime() + Date.parse(first.end) - Date.parse(first.start)),
    // a millisecond before the one before: no two rows of a database are written at once
    stamp: new Date(Date.parse(first.stamp) - n).toISOString().replace('Z', first.stamp.slice(-4)),
  };
}

/**
 * A text in which a pair goes by other names.
 * @param {string} text
 * @param {Names} first
 * @param {Names} names
 */
export function renamed(text, first, names) {
  let now = text;
  for (const key of /** @type {const} */ (['activity', 'event', 'uid', 'start', 'end', 'stamp'])) {
    now = now.replaceAll(first[key], names[key]);
  }
  return now.replaceAll(first.title, names.title).replaceAll(first.title.toLowerCase(), names.title.toLowerCase());
}
