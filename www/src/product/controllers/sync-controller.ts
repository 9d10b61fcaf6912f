/** The state of the user's accounts and of the run that goes on. */
import { EngineFailure, type Engine } from '../../engine/engine';
import type {
  AccountSettings,
  HeldItem,
  MailboxAccount,
  Preview,
  AccountStanding,
  SyncEvent,
} from '../../engine/types';
import type { Host } from '../../host/host';
import { stringsFor, type Strings } from '../../strings';
import { overallOf, stateOf, type AccountState } from '../account-state';
import { PreviewReadyEvent, RunFinishedEvent } from '../events';
import { LocalTime } from '../local-time';
import type { LeftOut } from '../preview-rows';
import { explain, summarize } from '../texts';
import { AccountRuns, isOff, type Answers } from './account-runs';
import { AutomaticRuns, type Runner } from './automatic-runs';
import type { SignIn, SignInPage } from './sign-in';

/** What is held of an account, as its last run left it. */
export interface HeldOfAccount {
  account: string;
  items: HeldItem[];
}

/**
 * Runs accounts and undoes runs, one at a time.
 *
 * @fires change - Something of it is to be shown anew.
 * @fires schedule-sync-preview-ready - There is a preview that a person should see.
 * @fires schedule-sync-finished - A run or an undo has ended.
 */
export class SyncController extends EventTarget implements Runner, SignInPage {
  /** The texts in the user's language. */
  readonly strings: Strings;
  /** Writes times in the zone of the user's profile. */
  readonly time: LocalTime;
  /** The accounts that run by themselves. */
  readonly automaticRuns: AutomaticRuns;

  /** What the status says. */
  message: string;
  /** Whether the status tells of a failure. */
  failed = false;
  /** How far the run is; `undefined` while none goes on. */
  progress: SyncEvent | undefined;
  /** Whether a run or an undo goes on. */
  running = false;
  /** What is held of each account. */
  held: HeldOfAccount[] = [];
  /** The previews that nobody has carried out yet, by account. */
  readonly previews = new Map<string, Preview>();
  /** How each account stands, as its store tells. */
  private readonly standings = new Map<string, AccountStanding>();
  /** The accounts of which nothing is switched on. */
  private off: ReadonlySet<string> = new Set();

  /** Whether the run that goes on was begun by a person, who can be asked. */
  private isAttended = true;
  /** Whether the last run had nothing to do and nothing to ask. */
  private wasIdle = false;
  private readonly accountRuns: AccountRuns;

  constructor(
    /** Who hosts the product. */
    readonly host: Host,
    /** The engine. */
    readonly engine: Engine,
    /** The accounts that can be synchronized. */
    readonly accounts: MailboxAccount[],
    /** Mailboxes that are shared with others, which this version can't synchronize. */
    readonly sharedAccounts: MailboxAccount[],
    /** Lets the user into their mailboxes. */
    readonly signIn: SignIn,
  ) {
    super();
    const { culture } = host.context;
    this.strings = stringsFor(culture);
    this.time = new LocalTime(engine.zone, culture);
    this.message = accounts.length > 0 ? '' : this.strings.noAccount;
    this.automaticRuns = new AutomaticRuns(this, engine, signIn);
    this.accountRuns = new AccountRuns(engine, signIn, this.strings, (account, withoutError) => {
      this.failed ||= !withoutError;
      this.automaticRuns.ended(account, withoutError);
    });
    signIn.page = this;
  }

  /** Reads which accounts run by themselves, how they stand, and what is held. */
  async readState(): Promise<void> {
    await Promise.all([this.readSettings(), this.readStore()]);
  }

  /**
   * Reads the settings anew: which accounts run by themselves, and which have nothing switched on.
   * One whose settings or policy can’t be read does neither.
   */
  async readSettings(): Promise<void> {
    const read = ({ address }: MailboxAccount) =>
      this.engine.settings(address).catch((error: unknown) => {
        this.settingsFailed(error);
        return undefined;
      });
    const settings = await Promise.all(this.accounts.map(read));
    const those = (are: (one: AccountSettings) => boolean) =>
      this.accounts.filter((_, index) => {
        const one = settings[index];
        return one !== undefined && are(one);
      });
    this.off = new Set(those(isOff).map(({ address }) => address));
    this.automaticRuns.set(those(({ automatic }) => automatic));
    this.changed();
  }

  /** How an account stands. */
  stateOf({ address }: MailboxAccount): AccountState {
    const isCurrent = this.running && (this.accounts.length === 1 || this.accountRuns.current === address);
    return stateOf({
      standing: this.standings.get(address),
      held: this.held.find(({ account }) => account === address)?.items ?? [],
      awaitsLook: this.awaitsLook(address),
      progress: isCurrent ? this.progress : undefined,
      waitsForSignIn: this.waitsForSignIn(address),
      isOff: this.off.has(address),
    });
  }

  /** How all accounts stand together. */
  get overall(): AccountState {
    return overallOf(this.accounts.map((account) => this.stateOf(account)));
  }

  /** Whether a person has to see a preview of an account before anything of it is written. */
  isNew({ address }: MailboxAccount): boolean {
    return !this.isApproved(address) && !this.off.has(address);
  }

  /** Says something in the status, unless a run speaks there. */
  say(message: string): void {
    if (this.running) return;
    this.message = message;
    this.failed = false;
    this.changed();
  }

  /**
   * Runs the accounts one after the other, with these answers to what is held. The status is
   * replaced before this returns; another run is not begun meanwhile.
   */
  run(accounts: MailboxAccount[], answers: Answers = new Map()): void {
    if (this.running) return;
    this.keepStore();
    this.startRun(accounts, answers, true);
  }

  /** Runs the accounts when nobody is there to be asked. */
  runUnattended(accounts: MailboxAccount[]): void {
    if (!this.running) this.startRun(accounts, new Map(), false);
  }

  awaitsLook(account: string): boolean {
    return !this.isApproved(account) && (this.previews.get(account)?.rows.length ?? 0) > 0;
  }

  /** Drops a preview that a person has seen enough of, unless they have to see it. */
  leavePreview({ address }: MailboxAccount): void {
    if (!this.awaitsLook(address)) this.previews.delete(address);
    this.changed();
  }

  /** The settings of an account were saved: what was seen of it is no longer so. */
  settingsChanged(account: string): void {
    this.previews.delete(account);
  }

  /**
   * Reads what synchronizing an account would write, for {@link previews}; the status says what
   * went wrong.
   */
  async readPreview({ address }: MailboxAccount): Promise<void> {
    if (this.running) return;
    this.previews.delete(address);
    this.isAttended = true;
    const { settingsSaved, settingsLocked, starting, preview: words } = this.strings;
    // what was said of the settings is said on: their preview follows by itself
    const said = [settingsSaved, settingsLocked].includes(this.message) ? `${this.message} ` : '';
    this.begin(said + starting);
    this.progress = { phase: 'reading', done: 0, total: 0 };
    this.changed();
    await this.finish(async () => {
      const preview = await this.engine.preview(address);
      this.previews.set(address, preview);
      return said + this.prefixOf(address) + words.ready;
    });
  }

  /**
   * Carries out the preview of an account, without what a person left out of it. Whether that has
   * begun: another run may be going on.
   */
  applyPreview({ address }: MailboxAccount, { rows, containers }: LeftOut): boolean {
    if (this.running || !this.previews.has(address)) return false;
    this.keepStore();
    this.isAttended = true;
    this.accountRuns.current = address;
    this.begin(this.strings.starting);
    this.progress = { phase: 'writing', done: 0, total: 0 };
    this.changed();
    const applied = this.finish(async () => {
      try {
        const report = await this.engine.applyPreviewed(address, [...rows], [...containers]);
        this.previews.delete(address);
        this.automaticRuns.ended(address, true);
        return this.prefixOf(address) + summarize(this.strings, report);
      } catch (error) {
        const code = error instanceof EngineFailure ? error.failure.code : 'unknown';
        // another tab’s run leaves the preview as it is
        if (code !== 'running') this.previews.delete(address);
        this.automaticRuns.ended(address, code === 'running' || code === 'outdated');
        throw error;
      }
    });
    void applied.then(() => {
      const next = this.accounts.find((one) => this.awaitsLook(one.address));
      if (next) this.dispatchEvent(new PreviewReadyEvent(next));
    });
    return true;
  }

  /** How many pairs rest in all. */
  get resting(): number {
    return [...this.standings.values()].reduce((sum, { resting }) => sum + resting, 0);
  }

  /** Wakes pairs of an account, and runs it: they are decided anew. */
  async wake(account: MailboxAccount, activities: string[]): Promise<void> {
    if (this.running) return;
    await this.engine.wake(account.address, activities);
    this.run([account]);
  }

  /** Undoes a run of an account; ends when that is done, or has failed: the status says which. */
  async undo(account: MailboxAccount, run: string): Promise<void> {
    if (this.running) return;
    this.begin(this.strings.takingBack);
    this.changed();
    await this.finish(async () => {
      const { done, stays } = await this.engine.undo(account.address, run);
      return this.prefixOf(account.address) + this.strings.takenBack(done, stays);
    });
  }

  /** Asks the run to stop: at once while it reads, after what is under way while it writes. */
  stop(): void {
    if (!this.running) return;
    this.message = this.strings.stopping;
    this.changed();
    void this.engine.stop();
  }

  /**
   * Asks the browser not to throw the store away when it runs short of room. Called when a person
   * does something: some browsers ask them.
   */
  keepStore(): void {
    if ('storage' in navigator) void navigator.storage.persist().catch(() => false);
  }

  /** The engine tells how far the run is. */
  showProgress(progress: SyncEvent): void {
    this.progress = progress;
    this.changed();
  }

  private isApproved(account: string): boolean {
    return this.standings.get(account)?.approved ?? false;
  }

  private settingsFailed(error: unknown): void {
    this.message = explain(this.strings, error);
    this.failed = true;
  }

  signInAwaited(accounts: string[]): void {
    if (!this.failed) this.say(this.strings.signInFirst(accounts.join(', ')));
  }

  timesChanged(): void {
    this.changed();
  }

  canAsk(account: string): boolean {
    return !this.running || this.isAttended || this.accountRuns.current !== account;
  }

  requestChanged(): void {
    this.changed();
  }

  private startRun(accounts: MailboxAccount[], answers: Answers, isAttended: boolean): void {
    this.isAttended = isAttended;
    if (accounts.length === 0) {
      this.say(this.strings.noAccount);
      return;
    }
    // nobody waits for a run that begins by itself: it speaks only if it has something to tell
    this.begin(isAttended ? this.strings.starting : this.failed ? '' : this.message);
    this.progress = { phase: 'reading', done: 0, total: 0 };
    this.changed();
    void this.finish(async () => {
      const before = this.message;
      const { text, foundNothing, previews, ran } = await this.accountRuns.run(accounts, answers, {
        cause: isAttended ? 'person' : 'automatic',
        prefixOf: this.prefixOf,
      });
      this.wasIdle = !this.failed && foundNothing;
      for (const account of ran) this.previews.delete(account);
      for (const [account, preview] of previews) this.previews.set(account, preview);
      const isQuiet = !isAttended && !this.failed && foundNothing && previews.size === 0;
      return isQuiet ? before : text;
    }).then(() => {
      const first = accounts.find(({ address }) => this.previews.has(address));
      if (first && isAttended) this.dispatchEvent(new PreviewReadyEvent(first));
    });
  }

  private begin(message: string): void {
    this.running = true;
    this.failed = false;
    this.message = message;
  }

  /** Waits for `work`; the status then says what it gives, or what went wrong. */
  private async finish(work: () => Promise<string>): Promise<void> {
    this.wasIdle = false;
    try {
      this.message = await work();
    } catch (error) {
      this.failed = true;
      this.message = explain(this.strings, error);
    }
    await this.readStore();
    const waiting = this.isAttended ? [] : this.accounts.filter(({ address }) => this.waitsForSignIn(address));
    if (waiting.length > 0) {
      this.message += ` ${this.strings.signInFirst(waiting.map(({ address }) => address).join(', '))}`;
    }
    this.running = false;
    this.progress = undefined;
    this.automaticRuns.setTimer();
    this.dispatchEvent(new RunFinishedEvent(this.wasIdle));
  }

  /** Names the mailbox that a text is about, where there are several. */
  private readonly prefixOf = (address: string): string => (this.accounts.length > 1 ? `${address}: ` : '');

  private waitsForSignIn(address: string): boolean {
    return this.automaticRuns.timesOf(address).waitsForSignIn;
  }

  /** Reads the store; if that can’t be read, the next run tells why. */
  private async readStore(): Promise<void> {
    const { engine, accounts } = this;
    const readHeld = async ({ address }: MailboxAccount) => ({ account: address, items: await engine.held(address) });
    this.held = await Promise.all(accounts.map(readHeld)).catch(() => this.held);
    for (const { address } of accounts) {
      await engine.standing(address).then(
        (standing) => this.standings.set(address, standing),
        () => undefined,
      );
    }
  }

  private changed(): void {
    this.dispatchEvent(new Event('change'));
  }
}
