/** What the product tells a person about runs and failures, in plain words of their language. */
import { EngineFailure } from '../engine/engine';
import type { RunReport } from '../engine/types';
import type { Strings } from '../strings';
import type { AccountState } from './account-state';
import type { LocalTime } from './local-time';

/** A run in one sentence. */
export function summarize(strings: Strings, report: RunReport): string {
  const written = [
    strings.counts(strings.sideTitle.creatio, report.creatio),
    strings.counts(strings.sideTitle.exchange, report.exchange),
  ].filter((part) => part !== '');
  const parts = [
    ...(written.length > 0 ? written : [strings.nothingWritten]),
    ...(report.held.length > 0 ? [strings.held(report.held.length)] : []),
    ...(report.malformed.length > 0 ? [strings.malformed(report.malformed.length)] : []),
    ...(report.unfinished > 0 ? [strings.unfinished(report.unfinished)] : []),
    ...report.notes.map(({ note, count }) => strings.notes[note](count)),
    ...(report.resting > 0 ? [strings.resting(report.resting)] : []),
  ];
  return `${report.stopped ? strings.stopped : strings.completed}. ${parts.join('; ')}.`;
}

/** What went wrong in the engine, and what to do. */
export function explain(strings: Strings, error: unknown): string {
  if (!(error instanceof EngineFailure)) return strings.failed.unknown();
  const { code, side, names, detail } = error.failure;
  const text = sentence(strings.failed[code](strings.side[side ?? 'creatio'], names));
  return detail ? `${text} (${detail.replace(/^settings: /, '')})` : text;
}

/** What a server's code of a refusal means, in any case of letters; the code, if nobody knows. */
export function explainRefusal({ refusals }: Strings, code: string): string {
  const texts: [string, string][] = Object.entries(refusals);
  return texts.find(([known]) => known.toLowerCase() === code.toLowerCase())?.[1] ?? code;
}

/** A text as a sentence begins. */
export function sentence(text: string): string {
  return text.charAt(0).toLocaleUpperCase() + text.slice(1);
}

/** How an account stands, in a few words. */
export function describe(strings: Strings, time: LocalTime, state: AccountState): string {
  const { states } = strings;
  const since = 'at' in state ? time.ago(state.at) : '';
  const beside = since ? ` (${states.lastGood(since)})` : '';
  switch (state.kind) {
    case 'syncing': {
      const { phase, done, total } = state.progress;
      return states.syncing(strings.phase[phase] + (total > 0 ? ` ${strings.of(done, total)}` : ''));
    }
    case 'in-sync':
      return states.inSync(since);
    case 'needs-you':
      return states.needsYou(state.count) + beside;
    case 'partly':
      return states.partly + beside;
    case 'fails':
      return states.fails(explain(strings, new EngineFailure(state.failure))) + beside;
    case 'signed-out':
      return states.signedOut + beside;
    case 'off':
      return states.off;
    case 'new':
      return states.new;
  }
}
