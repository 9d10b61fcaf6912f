/**
 * Medians, slopes, tables, and the judgement of what was measured by the limits. Pure.
 */
import { usualSlack } from './limits.mjs';

/** @typedef {import('./limits.mjs').Limit} Limit */

/** @param {number[]} numbers */
export function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const half = Math.floor(sorted.length / 2);
  const [low = NaN, high = NaN] = sorted.length % 2 === 1 ? [sorted[half], sorted[half]] : sorted.slice(half - 1);
  return (low + high) / 2;
}

/**
 * The median of each member that is a number; of the others what the first says.
 * @template {Record<string, any>} Row
 * @param {Row[]} rows of the same members
 * @returns {Row}
 */
export function medians(rows) {
  const [first] = rows;
  const of = ([key, value]) => [key, typeof value === 'number' ? median(rows.map((row) => row[key])) : value];
  return /** @type {Row} */ (Object.fromEntries(Object.entries(first ?? {}).map(of)));
}

/**
 * How a value grows: the power of the size that it follows, by least squares over logarithms; 1 is
 * proportional, 0 is not at all.
 * @param {[number, number][]} points size and value
 */
export function slope(points) {
  const logs = points.map(([size, value]) => [Math.log(size), Math.log(Math.max(value, 1e-9))]);
  const mean = (/** @type {number} */ at) => logs.reduce((sum, log) => sum + (log[at] ?? 0), 0) / logs.length;
  const [x, y] = [mean(0), mean(1)];
  const over = logs.reduce((sum, [a = 0, b = 0]) => sum + (a - x) * (b - y), 0);
  return over / logs.reduce((sum, [a = 0]) => sum + (a - x) ** 2, 0);
}

/** A number as it is read: few digits, thousands apart. @param {unknown} value */
export function shown(value) {
  if (typeof value !== 'number') return value === undefined ? '–' : String(value);
  if (Number.isNaN(value)) return '–';
  const digits = Number.isInteger(value) || Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return value.toLocaleString('en-US', { maximumFractionDigits: digits, minimumFractionDigits: digits });
}

/**
 * A table in Markdown, which a terminal shows as well.
 * @param {string} title
 * @param {string[]} head
 * @param {unknown[][]} rows
 */
export function table(title, head, rows) {
  const cells = [head, ...rows.map((row) => row.map(shown))];
  const widths = head.map((_, at) => Math.max(...cells.map((row) => (row[at] ?? '').length)));
  const line = (/** @type {string[]} */ row) =>
    `| ${row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(' | ')} |`;
  const rule = `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`;
  return [`\n${title}\n`, line(head), rule, ...cells.slice(1).map(line)].join('\n');
}

/**
 * What becomes of a value by its limit.
 * @param {Limit} limit
 * @param {number} value
 * @returns {{ verdict: 'reached' | 'NOT REACHED' | 'FAILED', line: string }}
 */
export function judge(limit, value) {
  const { what, most, unit = '', today, slack = usualSlack, judged } = limit;
  const figure = `${what}: ${shown(value)} ${unit}`.trimEnd();
  if (value <= most) {
    const mended = today === undefined ? '' : `; take "today" out of limits.mjs`;
    return { verdict: 'reached', line: `reached      ${figure} (at most ${shown(most)}${mended})` };
  }
  if (judged === 'told') return { verdict: 'NOT REACHED', line: `NOT REACHED  ${figure} (at most ${shown(most)})` };
  const worst = today === undefined ? most : today * (1 + slack);
  if (value <= worst) return { verdict: 'NOT REACHED', line: `NOT REACHED  ${figure} (at most ${shown(most)})` };
  const than = today === undefined ? 'the limit' : `today's ${shown(today)}`;
  return { verdict: 'FAILED', line: `FAILED       ${figure}, worse than ${than} (at most ${shown(most)})` };
}
