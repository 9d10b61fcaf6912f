/** What the product tells a person about runs and failures, in plain words of their language. */
import { EngineFailure } from '../engine/engine';
import type { RunReport } from '../engine/types';
import type { Strings } from '../strings';

/** A run in one sentence. */
export function summarize(strings: Strings, report: RunReport): string {
  const parts = [
    strings.counts(strings.sideTitle.creatio, report.creatio),
    strings.counts(strings.sideTitle.exchange, report.exchange),
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
