/** The page's own trusted-types policy: it lets the engine's worker in, and nothing else. */
import workerUrl from './engine.worker?worker&url';

interface Policy {
  createScriptURL(url: string): { toString(): string };
}

const refuse = (): never => {
  throw new TypeError('not a script of this page');
};

/** Browsers without trusted types take the address as it is. */
const rules: Policy = { createScriptURL: (url) => (url === workerUrl ? url : refuse()) };

const types = (globalThis as { trustedTypes?: { createPolicy(name: string, rules: Policy): Policy } }).trustedTypes;

/** The policy, by which a script's address becomes one that the browser takes. */
export const policy: Policy = types?.createPolicy('schedule-sync', rules) ?? rules;
