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
/**
 * The same for ratios of times: on a busy machine they came out up to half as large again, at the
 * smallest size.
 */
const ofTimes = 0.75;

/**
 * The sizes at which the plan is held against what libraries do; at 100,000 there is no figure yet
 * that it could be held to.
 */
const pairs = [1_000, 5_000, 20_000];
/** Percent of the pairs that are changed. */
const shares = [0, 1, 20];

/**
 * How much longer than the fastest library the way from bytes to a plan took, when it was last
 * looked at, by pairs and percent changed.
 * @type {Record<string, number>}
 */
const timesFastest = {
  '1000.0': 20.3,
  1000.1: 23.7,
  '1000.20': 21.9,
  '5000.0': 19,
  5000.1: 26.2,
  '5000.20': 24.3,
  '20000.0': 18.9,
  20000.1: 17.3,
  '20000.20': 20.8,
};

/** @type {Limit[]} */
export const limits = [
  { name: 'graph.initial.1000.requests', what: 'first run, 1,000 items: requests', most: 70, today: 107 },
  { name: 'graph.initial.5000.requests', what: 'first run, 5,000 items: requests', most: 330, today: 495 },
  { name: 'graph.initial.1000.read', what: 'first run, 1,000 items', most: 3, unit: 'MB read', today: 8.66 },
  { name: 'graph.initial.5000.read', what: 'first run, 5,000 items', most: 15, unit: 'MB read', today: 43.31 },
  { name: 'graph.after.1000.requests', what: 'no change, right after it: requests', most: 4 },
  { name: 'graph.after.1000.read', what: 'no change, right after it', most: 8, unit: 'kB read', today: 344.2 },
  { name: 'graph.after.5000.requests', what: 'no change, right after 5,000: requests', most: 4, today: 32 },
  { name: 'graph.after.5000.read', what: 'no change, right after 5,000', most: 8, unit: 'kB read', today: 7_107 },
  ...[1_000, 5_000].flatMap((items) => [
    { name: `graph.later.${items}.requests`, what: `no change, ${items}, a day later: requests`, most: 4 },
    { name: `graph.later.${items}.read`, what: `no change, ${items}, a day later`, most: 8, unit: 'kB read' },
    { name: `graph.one.${items}.requests`, what: `1 change of ${items}: requests`, most: 5, today: 7 },
    { name: `graph.hundred.${items}.requests`, what: `100 changes of ${items}: requests`, most: 9, today: 13 },
  ]),
  {
    name: 'exchange.initial.1000.requests',
    what: 'Exchange Server, first run, 1,000: requests',
    most: 70,
    today: 185,
  },
  { name: 'exchange.later.1000.requests', what: 'Exchange Server, no change, a day later: requests', most: 6 },
  { name: 'exchange.one.1000.requests', what: 'Exchange Server, 1 change: requests', most: 11 },
  { name: 'exchange.hundred.1000.requests', what: 'Exchange Server, 100 changes: requests', most: 25 },
  ...pairs.flatMap((count) =>
    shares.map((share) => ({
      name: `plan.${count}.${share}.ratio`,
      what: `from bytes to a plan, ${count} pairs, ${share} % changed`,
      most: 1,
      unit: '× the fastest library',
      today: timesFastest[`${count}.${share}`],
      slack: ofTimes,
    })),
  ),
  { name: 'plan.5000.1.alone', what: 'plan alone, 5,000 pairs, 1 % changed', most: 15, unit: 'ms', judged: 'told' },
  {
    name: 'plan.100000.1.alone',
    what: 'plan alone, 100,000 pairs, 1 % changed',
    most: 300,
    unit: 'ms',
    judged: 'told',
  },
  { name: 'plan.5000.1.round', what: 'from bytes to a plan, 5,000 pairs', most: 120, unit: 'ms', judged: 'told' },
  { name: 'noise.false', what: 'false changes', most: 0 },
  { name: 'noise.missed', what: 'missed changes', most: 0 },
  {
    name: 'growth.later.grows',
    what: 'no change, a day later: bytes at the most links by those at the fewest',
    most: 1.2,
  },
  { name: 'growth.after.grows', what: 'no change, right after a bulk import: the same', most: 1.2, today: 377 },
  { name: 'growth.later.slope.requests', what: 'no change, a day later: power of requests', most: 0.01 },
  { name: 'growth.later.slope.read', what: 'no change, a day later: power of bytes', most: 0.02 },
  { name: 'growth.later.slope.records', what: 'no change, a day later: power of records', most: 0.01 },
  { name: 'growth.tenLater.slope.requests', what: '10 changes, a day later: power of requests', most: 0.01 },
  { name: 'growth.tenLater.slope.records', what: '10 changes, a day later: power of records', most: 0.01 },
  {
    name: 'growth.after.slope.engine',
    what: 'no change, right after a bulk import: power of the engine’s CPU',
    most: 1.1,
    today: 1.77,
    slack: 0.15,
  },
  { name: 'growth.daily.slope.engine', what: 'all compared: power of the engine’s CPU', most: 1.1, slack: ofTimes },
  { name: 'growth.told.slope.engine', what: 'all told anew: power of the engine’s CPU', most: 1.1, slack: ofTimes },
  { name: 'growth.daily.slope.requests', what: 'all compared: power of requests', most: 1.1 },
  { name: 'growth.daily.slope.read', what: 'all compared: power of bytes', most: 1.1 },
  { name: 'growth.daily.slope.memory', what: 'all compared: power of memory', most: 1.1 },
  { name: 'growth.later.100000.memory', what: 'no change, 100,000 links', most: 64, unit: 'MB of wasm' },
  {
    name: 'growth.daily.100000.memory',
    what: 'all compared, 100,000 links',
    most: 256,
    unit: 'MB of wasm',
    today: 1_533,
  },
  {
    name: 'latency.5000.ratio',
    what: 'first run with latency',
    most: 1.2,
    unit: '× its bound',
    today: 1.29,
    slack: 0.25,
  },
  { name: 'page.scripts', what: 'scripts of the main thread until ready', most: 30, unit: 'ms', judged: 'told' },
  { name: 'page.reading', what: 'longest task while all is read', most: 50, unit: 'ms', judged: 'told' },
  { name: 'page.asking', what: 'longest task as what is asked is shown', most: 50, unit: 'ms', judged: 'told' },
  { name: 'page.writing', what: 'longest task while all is written', most: 50, unit: 'ms', judged: 'told' },
];
