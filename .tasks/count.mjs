/**
 * Reads from a test runner's output how many tests passed and failed. Pure.
 */

/** @typedef {{ passed: number, failed: number }} Count */

/** Terminal colours. */
const colours = /\x1b\[[0-9;]*m/g;

/**
 * All numbers that a pattern captures, summed.
 * @param {string} text
 * @param {RegExp} pattern
 */
function sum(text, pattern) {
  return [...text.matchAll(pattern)].reduce((total, match) => total + Number(match[1]), 0);
}

/**
 * Of libtest, and of wasm-bindgen's runner, which speaks alike.
 * @param {string} output
 * @returns {Count}
 */
export function countRust(output) {
  const text = output.replace(colours, '');
  return {
    passed: sum(text, /^test result: \w+\. (\d+) passed; \d+ failed/gm),
    failed: sum(text, /^test result: \w+\. \d+ passed; (\d+) failed/gm),
  };
}

/**
 * Of `node --test` with the reporter `spec`.
 * @param {string} output
 * @returns {Count}
 */
export function countNode(output) {
  const text = output.replace(colours, '');
  return { passed: sum(text, /^ℹ pass (\d+)$/gm), failed: sum(text, /^ℹ (?:fail|cancelled) (\d+)$/gm) };
}

/**
 * What a check without a count of its own counts for: a program that succeeds or fails.
 * @param {number} code its exit code
 * @returns {Count}
 */
export function judgeWhole(code) {
  return code === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}

/**
 * What a step of tests counts for, given how its program ended: one that fails without a result is
 * one failure, and so is one that ran no test.
 * @param {number} code its exit code
 * @param {Count} count
 * @returns {Count}
 */
export function judge(code, { passed, failed }) {
  const silent = failed === 0 && (code !== 0 || passed === 0);
  return { passed, failed: silent ? 1 : failed };
}
