/** How an account stands, in the one state that matters most to the user. Nothing here shows it. */
import type { Failure, HeldItem, RunInfo, AccountStanding, SyncEvent } from '../engine/types';

/** How an account stands. */
export type AccountState =
  /** A run of it goes on. */
  | { kind: 'syncing'; progress: SyncEvent }
  /** Its last run did everything that it could. */
  | { kind: 'in-sync'; at: string }
  /** A person is asked something: a preview, or questions. */
  | { kind: 'needs-you'; count: number; at?: string }
  /** Its last run was stopped, or left something for the next one. */
  | { kind: 'partly'; at?: string }
  /** It can't be synchronized. */
  | { kind: 'fails'; failure: Failure; at?: string }
  /** It runs once a person has signed in. */
  | { kind: 'signed-out'; at?: string }
  /** Nothing of it is switched on. */
  | { kind: 'off' }
  /** It has never been synchronized. */
  | { kind: 'new' };

/** What is known of an account. */
export interface KnownOfAccount {
  /** What its store tells. */
  standing?: AccountStanding | undefined;
  /** What is held of it. */
  held: readonly HeldItem[];
  /** A preview waits for a person. */
  awaitsLook: boolean;
  /** How far its run is, while one goes on. */
  progress?: SyncEvent | undefined;
  /** It would run by itself if a person signed in. */
  waitsForSignIn: boolean;
  /** Nothing is switched on. */
  isOff: boolean;
}

/** How the account stands. */
export function stateOf(known: KnownOfAccount): AccountState {
  const { standing, progress } = known;
  if (progress) return { kind: 'syncing', progress };
  const last = standing?.runs[0];
  const good = lastGood(standing);
  const at = good && { at: good };
  if (known.isOff) return { kind: 'off' };
  if (known.waitsForSignIn) return { kind: 'signed-out', ...at };
  if (last?.outcome === 'failed') return { kind: 'fails', failure: failureOf(last), ...at };
  const looks = known.awaitsLook || last?.outcome === 'unseen';
  const count = known.held.filter(({ choices }) => choices.length > 0).length + (looks ? 1 : 0);
  if (last?.outcome === 'stopped' || (last && last.unfinished > 0)) return { kind: 'partly', ...at };
  if (count > 0) return { kind: 'needs-you', count, ...at };
  return good ? { kind: 'in-sync', at: good } : { kind: 'new' };
}

/** When the last run ended that did everything that it could. */
export function lastGood(standing: AccountStanding | undefined): string | undefined {
  return standing?.runs.find(({ outcome, unfinished }) => outcome === 'done' && unfinished === 0)?.ended;
}

/** What a person wants to know first of several accounts: what goes on, what fails, what waits. */
const urgency: readonly AccountState['kind'][] = [
  'syncing',
  'fails',
  'signed-out',
  'needs-you',
  'partly',
  'new',
  'in-sync',
  'off',
];

/** The state of all accounts together: the most urgent one, with all that waits for a person. */
export function overallOf(states: readonly AccountState[]): AccountState {
  const [first = { kind: 'off' }] = [...states].sort((a, b) => urgency.indexOf(a.kind) - urgency.indexOf(b.kind));
  if (first.kind !== 'needs-you') return first;
  return { ...first, count: states.reduce((sum, one) => sum + (one.kind === 'needs-you' ? one.count : 0), 0) };
}

function failureOf({ code, side }: RunInfo): Failure {
  return { code: code ?? 'unknown', ...(side && { side }) };
}
