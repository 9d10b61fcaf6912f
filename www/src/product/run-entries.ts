/** The runs of an account, as the list of its history has them. Nothing here shows them. */
import type { Run, RunInfo } from '../engine/types';

/** One run: what it wrote, what is remembered of it beside that, or both. */
export interface RunEntry {
  /** Names it: when it began. */
  key: string;
  /** What it wrote. */
  run?: Run;
  /** What began it, and how it ended; not known of what earlier versions did. */
  info?: RunInfo;
}

/**
 * All runs, the newest first. Those that wrote nothing are left out where `earliest` is later than
 * them: what was written before that has not been read.
 */
export function entriesOf(runs: readonly Run[], infos: readonly RunInfo[], earliest = ''): RunEntry[] {
  const byName = new Map(infos.flatMap((info) => (info.name === undefined ? [] : [[info.name, info] as const])));
  const written = runs.map((run): RunEntry => {
    const info = byName.get(run.run);
    return { key: run.run, run, ...(info && { info }) };
  });
  const known = new Set(runs.map(({ run }) => run));
  const quiet = infos
    .filter(({ name, began }) => (name === undefined || !known.has(name)) && began >= earliest)
    .map((info): RunEntry => ({ key: info.began, info }));
  return [...written, ...quiet].sort((a, b) => Date.parse(b.key) - Date.parse(a.key));
}

/** How long a run took, in whole seconds, at least one; of several together nothing. */
export function secondsOf({ began, ended, times }: RunInfo): number | undefined {
  return times > 1 ? undefined : Math.max(1, Math.round((Date.parse(ended) - Date.parse(began)) / 1000));
}
