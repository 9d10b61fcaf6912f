/**
 * How the bench judges: each limit fails where it is passed, and today's figure where it gets
 * worse.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { limits, usualSlack } from './limits.mjs';
import { judge, median, slope, table } from './report.mjs';

test('each limit fails once what it is about is worse than it may be', () => {
  for (const limit of limits) {
    const { name, most, today, slack = usualSlack, judged } = limit;
    const worst = today === undefined ? most : Math.max(most, today * (1 + slack));
    assert.equal(judge(limit, most).verdict, 'reached', name);
    assert.notEqual(judge(limit, worst).verdict, 'FAILED', name);
    assert.equal(judge(limit, worst * 1.001 + 0.001).verdict, judged ? 'NOT REACHED' : 'FAILED', name);
    assert.equal(judge(limit, NaN).verdict, judged ? 'NOT REACHED' : 'FAILED', `${name}: nothing was measured`);
  }
  assert.equal(new Set(limits.map(({ name }) => name)).size, limits.length, 'no name stands twice');
});

test('a limit that was not reached says so once it is', () => {
  const limit = { name: 'x', what: 'x', most: 4, today: 7 };
  assert.deepEqual(judge(limit, 7.1), { verdict: 'NOT REACHED', line: 'NOT REACHED  x: 7.10 (at most 4)' });
  assert.match(judge(limit, 7.2).line, /^FAILED {7}x: 7\.20, worse than today's 7/);
  assert.match(judge(limit, 4).line, /take "today" out/);
});

test('medians and slopes', () => {
  assert.equal(median([3, 1, 2]), 2);
  assert.equal(median([4, 1, 3, 2]), 2.5);
  const sizes = [10, 100, 1_000];
  for (const power of [0, 1, 2]) {
    const points = sizes.map((size) => /** @type {[number, number]} */ ([size, 7 * size ** power]));
    assert.ok(Math.abs(slope(points) - power) < 1e-9, `power ${power}`);
  }
});

test('a table has columns of one width', () => {
  const lines = table(
    't',
    ['a', 'b'],
    [
      [1, 'x'],
      [1234.5, undefined],
    ],
  )
    .trim()
    .split('\n')
    .slice(2);
  assert.equal(new Set(lines.map((line) => line.length)).size, 1);
  assert.match(lines.join('\n'), /\| 1,235 \| – \|/);
});
