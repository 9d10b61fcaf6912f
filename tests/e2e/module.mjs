/**
 * The page's own modules in Node: what has no element in it can be tested as it stands.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { root } from '../../.tasks/process.mjs';

/**
 * Loads a module of the page that imports no other.
 * @param {string} name below `www/src`
 * @returns {Promise<any>}
 */
export function load(name) {
  const source = readFileSync(join(root, 'www', 'src', name), 'utf8');
  const { outputText } = ts.transpileModule(source, {
    compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext },
  });
  return import(`data:text/javascript,${encodeURIComponent(outputText)}`);
}
