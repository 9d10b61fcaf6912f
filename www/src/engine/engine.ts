/** The page's only door to the engine, which works in a worker. */
import { proxy, wrap, type Remote } from 'comlink';
import type {
  Account,
  Container,
  Context,
  EngineError,
  Found,
  Group,
  HeldItem,
  Host,
  Kept,
  Reply,
  Report,
  Run,
  ScheduleSync,
  Settings,
  Undone,
  UndoPlan,
} from '../../pkg/schedule_sync.js';
import type { EngineWorker } from './engine.worker';
import workerUrl from './engine.worker?worker&url';
import { policy } from './trusted-types';

export type {
  Account,
  Advanced,
  Choice,
  Container,
  Context,
  FieldName,
  Found,
  Group,
  HeldItem,
  Host,
  Kept,
  Reply,
  Report,
  Run,
  Saying,
  Settings,
  SyncEvent,
  Undone,
  UndoPlan,
  WhyHeld,
  Write,
} from '../../pkg/schedule_sync.js';

/** The engine's methods that the page calls. */
export type Methods = Pick<
  ScheduleSync,
  | 'accounts'
  | 'settings'
  | 'keptSettings'
  | 'saveSettings'
  | 'containers'
  | 'groups'
  | 'found'
  | 'run'
  | 'stop'
  | 'held'
  | 'answer'
  | 'history'
  | 'undoPlan'
  | 'undo'
>;

/** What went wrong: the text is chosen by the code. */
export interface Trouble {
  code: EngineError['code'] | 'unknown';
  side?: 'creatio' | 'exchange';
  /** Of settings that can’t be used: where and what, in English. */
  detail?: string;
  names?: EngineError['names'];
}

/** What the worker’s start gives. */
export type Started = { version: string; zone: string } | { trouble: Trouble };

/** What a call of the worker gives. */
export type Answer = { value: unknown } | { trouble: Trouble };

/** A call that failed. */
export class EngineTrouble extends Error {
  constructor(readonly trouble: Trouble) {
    super(trouble.code);
  }
}

/** The engine. */
export class Engine {
  private constructor(
    private readonly worker: Remote<EngineWorker>,
    /** Rejects when the worker breaks: then its calls never end. */
    private readonly broken: Promise<never>,
    /** The engine's version. */
    readonly version: string,
    /** The IANA name of the profile's zone. */
    readonly zone: string,
  ) {}

  /** Starts the worker and the engine in it. */
  static async start(context: Context, host: Host): Promise<Engine> {
    const thread = new Worker(policy.createScriptURL(workerUrl) as unknown as URL, { type: 'module' });
    const broken = new Promise<never>((_, reject) => {
      thread.addEventListener('error', () => {
        reject(new EngineTrouble({ code: 'unknown' }));
      });
    });
    broken.catch(() => undefined);
    const worker = wrap<EngineWorker>(thread);
    const started = await Promise.race([worker.start(context, proxy(host)), broken]);
    if ('trouble' in started) throw new EngineTrouble(started.trouble);
    return new Engine(worker, broken, started.version, started.zone);
  }

  /** The user's mailboxes that Creatio knows. */
  accounts(): Promise<Account[]> {
    return this.call<Account[]>('accounts');
  }

  /** The settings of an account; the first ones if none were saved. */
  settings(account: string): Promise<Settings> {
    return this.call<Settings>('settings', account);
  }

  /** The same, with where they are kept and what of them the administrator has fixed. */
  keptSettings(account: string): Promise<Kept> {
    return this.call<Kept>('keptSettings', account);
  }

  /** Saves settings; tells where they are kept now. */
  saveSettings(account: string, settings: Settings): Promise<Kept['place']> {
    return this.call<Kept['place']>('saveSettings', account, settings);
  }

  /** The calendars and task lists of an account's mailbox. */
  containers(account: string): Promise<Container[]> {
    return this.call<Container[]>('containers', account);
  }

  /** How this Creatio is reached and what its times mean. */
  found(): Promise<Found> {
    return this.call<Found>('found');
  }

  /** The groups of activities. */
  groups(): Promise<Group[]> {
    return this.call<Group[]>('groups');
  }

  /** One run; rejects with {@link EngineTrouble}. */
  run(account: string): Promise<Report> {
    return this.call<Report>('run', account);
  }

  /** Asks the run that is going on to stop. */
  stop(): Promise<void> {
    return this.call('stop');
  }

  /** What is held of an account, as its last run left it. */
  held(account: string): Promise<HeldItem[]> {
    return this.call<HeldItem[]>('held', account);
  }

  /** Notes answers to what is held; the next run carries them out. */
  answer(account: string, replies: Reply[]): Promise<void> {
    return this.call('answer', account, replies);
  }

  /** The last runs that wrote something, newest first, until there are `least` writes in them. */
  history(account: string, least: number): Promise<Run[]> {
    return this.call<Run[]>('history', account, least);
  }

  /** What undoing a run would do; `run` is when it began. */
  undoPlan(account: string, run: string): Promise<UndoPlan> {
    return this.call<UndoPlan>('undoPlan', account, run);
  }

  /** Undoes a run, as far as its plan says. */
  undo(account: string, run: string): Promise<Undone> {
    return this.call<Undone>('undo', account, run);
  }

  private async call<T>(method: keyof Methods, ...given: unknown[]): Promise<T> {
    const answer = await Promise.race([this.worker.call(method, given), this.broken]);
    if ('trouble' in answer) throw new EngineTrouble(answer.trouble);
    return answer.value as T;
  }
}
