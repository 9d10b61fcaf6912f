/** The page's way to the engine, which works in a worker: the same methods, with the same types. */
import { proxy, wrap } from 'comlink';
import type { EngineWorker } from './engine.worker';
import workerUrl from './engine.worker?worker&url';
import { policy } from './trusted-types';
import type {
  MailboxAccount,
  Args,
  Call,
  ContainerInfo,
  PageContext,
  EngineCallbacks,
  Failure,
  InstallationInfo,
  GroupInfo,
  HeldItem,
  Kept,
  MethodName,
  Preview,
  Reply,
  RestingPair,
  RunEnd,
  RunReport,
  Results,
  Run,
  AccountSettings,
  Cause,
  AccountStanding,
  Undone,
  UndoPlan,
} from './types';

/** A call of the engine that failed. */
export class EngineFailure extends Error {
  constructor(
    /** What went wrong. */
    readonly failure: Failure,
  ) {
    super(failure.code);
  }
}

/** The engine. Each call rejects with an {@link EngineFailure}. */
export class Engine {
  private constructor(
    private readonly callWorker: Call,
    /** Rejects when the worker breaks: then its calls never end. */
    private readonly broken: Promise<never>,
    /** The engine's version. */
    readonly version: string,
    /** The IANA name of the zone of the user's profile. */
    readonly zone: string,
  ) {}

  /** Starts the worker and the engine in it. */
  static async start(context: PageContext, callbacks: EngineCallbacks): Promise<Engine> {
    const thread = new Worker(policy.createScriptURL(workerUrl) as unknown as URL, { type: 'module' });
    const broken = new Promise<never>((_, reject) => {
      thread.addEventListener('error', () => {
        reject(new EngineFailure({ code: 'unknown' }));
      });
    });
    broken.catch(() => undefined);
    const worker = wrap<EngineWorker>(thread);
    const started = await Promise.race([worker.start(context, proxy(callbacks)), broken]);
    if ('failure' in started) throw new EngineFailure(started.failure);
    // Comlink's types drop type parameters: without this, a result would lose its method's type
    const callWorker = worker.call as Call;
    return new Engine(callWorker, broken, started.version, started.zone);
  }

  /** The user's mailboxes that Creatio knows. */
  accounts(): Promise<MailboxAccount[]> {
    return this.call('accounts');
  }

  /** The settings of an account; the first ones if none were saved. */
  settings(account: string): Promise<AccountSettings> {
    return this.call('settings', account);
  }

  /** The settings of an account, where they are kept, and what the administrator has fixed. */
  keptSettings(account: string): Promise<Kept> {
    return this.call('keptSettings', account);
  }

  /** Saves settings; tells where they are kept now. */
  saveSettings(account: string, settings: AccountSettings): Promise<string> {
    return this.call('saveSettings', account, settings);
  }

  /** The calendars and task lists of an account's mailbox. */
  containers(account: string): Promise<ContainerInfo[]> {
    return this.call('containers', account);
  }

  /** How this Creatio is reached and what its times mean. */
  found(): Promise<InstallationInfo> {
    return this.call('found');
  }

  /** The groups of activities. */
  groups(): Promise<GroupInfo[]> {
    return this.call('groups');
  }

  /**
   * Synchronizes an account once, or gives a preview of that, if nobody has seen one of this
   * account yet.
   */
  run(account: string, cause: Cause): Promise<RunEnd> {
    return this.call('run', account, cause);
  }

  /** What synchronizing an account would write. */
  preview(account: string): Promise<Preview> {
    return this.call('preview', account);
  }

  /**
   * Carries out the last preview of an account, without the rows `resting`, which rest from then
   * on, and without what would be imported from `containers`, which the settings no longer cover.
   * Rejects with `outdated` if something else was done since.
   */
  applyPreviewed(account: string, resting: string[], containers: string[]): Promise<RunReport> {
    return this.call('applyPreviewed', account, resting, containers);
  }

  /** Asks the run that is going on to stop. */
  stop(): Promise<void> {
    return this.call('stop');
  }

  /** How an account stands: its runs, and whether it may run by itself. */
  standing(account: string): Promise<AccountStanding> {
    return this.call('standing', account);
  }

  /** The pairs of an account that rest. */
  resting(account: string): Promise<RestingPair[]> {
    return this.call('resting', account);
  }

  /** Wakes pairs that rest: the next run decides anew on them. How many there were. */
  wake(account: string, activities: string[]): Promise<number> {
    return this.call('wake', account, activities);
  }

  /** What is held of an account, as its last run left it. */
  held(account: string): Promise<HeldItem[]> {
    return this.call('held', account);
  }

  /** Notes answers to what is held; the next run carries them out. */
  answer(account: string, replies: Reply[]): Promise<void> {
    return this.call('answer', account, replies);
  }

  /** The last runs that wrote something, newest first, until there are `least` writes in them. */
  history(account: string, least: number): Promise<Run[]> {
    return this.call('history', account, least);
  }

  /** What undoing a run would do; `run` is when it began. */
  undoPlan(account: string, run: string): Promise<UndoPlan> {
    return this.call('undoPlan', account, run);
  }

  /** Undoes a run, as far as its plan says. */
  undo(account: string, run: string): Promise<Undone> {
    return this.call('undo', account, run);
  }

  private async call<Name extends MethodName>(name: Name, ...args: Args[Name]): Promise<Results[Name]> {
    const result = await Promise.race([this.callWorker(name, args), this.broken]);
    if ('failure' in result) throw new EngineFailure(result.failure);
    return result.value;
  }
}
