/**
 * The limits that the bench asserts, as data: those that we set ourselves, and today's figure of
 * each that is not reached, which must not get worse.
 */

/**
 * One limit.
 * @typedef {object} Limit
 * @property {string} name of the value that a part of the bench measures
 * @property {string} what it is, for people
 * @property {number} most what it may be
 * @property {string} [unit]
 * @property {number} [today] what it is, where it is more: it may not get worse than this by more
 * than `slack`
 * @property {number} [slack] as a share of today's figure; ratios of times need more than counts
 * @property {'told'} [judged] an absolute time is told and never asserted: it is the machine's
 */

/** What today's figures may get worse by, unless a limit says otherwise. */
export const usualSlack = 0.02;
/** The same for ratios and slopes of times, which are noisy on a machine that others use. */
const ofTimes = 0.5;

/** @type {Limit[]} */
export const limits = [
  { name: 'graph.initial.1000.requests', what: 'initial sync of 1,000: requests', most: 70, today: 107 },
  { name: 'graph.initial.5000.requests', what: 'initial sync of 5,000: requests', most: 330, today: 495 },
  { name: 'graph.initial.1000.read', what: 'initial sync of 1,000: MB read', most: 3, unit: 'MB', today: 8.66 },
  { name: 'graph.initial.5000.read', what: 'initial sync of 5,000: MB read', most: 15, unit: 'MB', today: 43.31 },
  { name: 'graph.one.requests', what: '1 change: requests', most: 5 },
  { name: 'graph.hundred.requests', what: '100 changes: requests', most: 9 },
  { name: 'graph.after.requests', what: 'no change, right after a bulk import: requests', most: 4 },
  { name: 'graph.after.read', what: 'no change, right after a bulk import: kB read', most: 8, unit: 'kB' },
  { name: 'graph.later.requests', what: 'no change, a day later: requests', most: 4 },
  { name: 'graph.later.read', what: 'no change, a day later: kB read', most: 8, unit: 'kB' },
];
void ofTimes;
