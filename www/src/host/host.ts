/**
 * Who hosts the product: what only the page around it knows and can do. The product asks for this
 * and nothing else of its surroundings.
 */
import type { PageContext } from '../engine/types';

/** The page around the product. */
export interface Host {
  /** Which Creatio it is, who the user is, where the servers are. */
  readonly context: PageContext;
  /** Lets the user into mailboxes in Microsoft 365. */
  readonly microsoft365: MailboxAuth;
  /** What a person is told who is asked for a password; nothing in Creatio. */
  readonly passwordHint?: string;
  /** The headers that prove to Creatio that a request comes from its own page, as they are now. */
  creatioHeaders(): Record<string, string>;
  /** Opens the form that adds a mailbox; where there is none, gives what to say instead. */
  addAccount(): string | undefined;
}

/** Lets the user into mailboxes. Headers are asked for anew for each request. */
export interface MailboxAuth {
  /**
   * The headers that let the user into the mailbox of an account. `renew`: those given last were
   * refused. `claims`: what they have to be asked for with, as JSON, after a challenge of
   * continuous access evaluation. Rejects if the user has to sign in first.
   */
  headers(account: string, renew: boolean, claims?: string): Promise<Record<string, string>>;
  /**
   * By whose sign-in the headers for an account are: an opaque name, another after every sign-in;
   * nothing before the first.
   */
  holder(account: string): string | undefined;
  /** Whether there are headers for an account, or can be without asking a person. */
  ready(account: string): boolean;
}
