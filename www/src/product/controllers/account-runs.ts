/** Runs accounts one after the other, and says in one text what became of them. */
import { EngineFailure, type Engine } from '../../engine/engine';
import type { AccountSettings, Cause, MailboxAccount, Preview, Reply, RunReport } from '../../engine/types';
import type { MailboxAuth } from '../../host/host';
import type { Strings } from '../../strings';
import { explain, summarize } from '../texts';

/** A person's answers to held items, by account. */
export type Answers = ReadonlyMap<string, Reply[]>;

/** What became of the runs of some accounts. */
export interface RunResult {
  /** What the status says of them. */
  text: string;
  /** The accounts that ran had nothing to do and nothing to ask. */
  foundNothing: boolean;
  /** The previews that a person has to see first, by account. */
  previews: ReadonlyMap<string, Preview>;
  /** The accounts that ran. */
  ran: readonly string[];
}

/** What became of one account's run. */
interface AccountResult {
  text: string;
  report?: RunReport;
  /** What it would write; nobody has seen that of this account yet. */
  preview?: Preview;
  /** The accounts after it are not run any more. */
  isLast: boolean;
}

/** The runs of accounts, one at a time. */
export class AccountRuns {
  /** The account that runs, or ran last. */
  current = '';

  constructor(
    private readonly engine: Engine,
    private readonly auth: MailboxAuth,
    private readonly strings: Strings,
    /** Hears when an account's run has ended, and whether it went without an error. */
    private readonly ended: (account: string, withoutError: boolean) => void,
  ) {}

  /** Runs the accounts: what goes wrong with one does not keep the others from their run. */
  async run(
    accounts: MailboxAccount[],
    answers: Answers,
    { cause, prefixOf }: { cause: Cause; prefixOf: (address: string) => string },
  ): Promise<RunResult> {
    const texts: string[] = [];
    const reports: RunReport[] = [];
    const previews = new Map<string, Preview>();
    const ran: string[] = [];
    for (const { address } of accounts) {
      // nobody signs in to a mailbox for nothing
      if (!this.auth.ready(address) && (await this.isOff(address))) continue;
      const { text, report, preview, isLast } = await this.runOne(address, answers.get(address), cause);
      texts.push(prefixOf(address) + text);
      if (report) reports.push(report);
      if (preview) previews.set(address, preview);
      ran.push(address);
      if (isLast) break;
    }
    const off = await Promise.all(accounts.map(({ address }) => this.isOff(address)));
    if (off.every(Boolean)) texts.push(this.strings.nothingOn);
    return { text: texts.join(' '), foundNothing: reports.every(hasNothing), previews, ran };
  }

  private async runOne(address: string, replies: Reply[] | undefined, cause: Cause): Promise<AccountResult> {
    this.current = address;
    try {
      if (replies) await this.engine.answer(address, replies);
      const end = await this.engine.run(address, replies ? 'answers' : cause);
      this.ended(address, true);
      if ('preview' in end) return { text: this.strings.preview.first, preview: end.preview, isLast: false };
      const { report } = end;
      return { text: summarize(this.strings, report), report, isLast: report.stopped };
    } catch (error) {
      const code = error instanceof EngineFailure ? error.failure.code : 'unknown';
      // neither a person’s wish nor another tab’s run is an error
      const isLast = code === 'stopped' || code === 'running';
      this.ended(address, isLast);
      return { text: explain(this.strings, error), isLast };
    }
  }

  /**
   * Whether nothing is switched on for an account; one whose settings can’t be read is run, which
   * tells why.
   */
  private async isOff(account: string): Promise<boolean> {
    try {
      return isOff(await this.engine.settings(account));
    } catch {
      return false;
    }
  }
}

/** Whether nothing is switched on. */
export function isOff({ importMeetings, importTasks, export: exported }: AccountSettings): boolean {
  return !importMeetings.on && !importTasks.on && !exported.on;
}

/** Whether a run had nothing to do and nothing to ask. */
function hasNothing({ creatio, exchange, held, malformed }: RunReport): boolean {
  const counts = [creatio, exchange].flatMap(({ created, updated, deleted }) => [created, updated, deleted]);
  return [...counts, held.length, malformed.length].every((count) => count === 0);
}
