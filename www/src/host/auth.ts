/** Keys to mailboxes. Whoever needs one asks every time; whether it is cached is decided here. */

import { exchange } from './http';

/** Lets the user into mailboxes. */
export interface Auth {
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

/** Microsoft 365 of the sandbox gives a token to whoever asks on the page’s own origin. */
export class SandboxAuth implements Auth {
  private readonly given = new Map<string, Promise<string>>();
  private readonly holders = new Map<string, string>();

  async headers(account: string, renew: boolean, claims?: string): Promise<Record<string, string>> {
    return { Authorization: `Bearer ${await this.token(account, renew, claims)}` };
  }

  holder(account: string): string | undefined {
    return this.holders.get(account);
  }

  ready(): boolean {
    return true;
  }

  private token(account: string, renew: boolean, claims?: string): Promise<string> {
    const known = renew ? undefined : this.given.get(account);
    if (known) return known;
    const asked = this.ask(account, claims);
    this.given.set(account, asked);
    if (!this.holders.has(account)) this.holders.set(account, crypto.randomUUID());
    asked.catch(() => this.given.delete(account));
    return asked;
  }

  private async ask(account: string, claims?: string): Promise<string> {
    const json = { account, claims };
    return (await exchange<{ access_token: string }>('/sandbox/token', { method: 'POST', json })).access_token;
  }
}

/** The sandbox’s hands let everybody in. */
export class OpenAuth implements Auth {
  headers(): Promise<Record<string, string>> {
    return Promise.resolve({});
  }

  holder(): undefined {
    return undefined;
  }

  ready(): boolean {
    return true;
  }
}

/** By what a person signs in to an Exchange Server. */
export interface Credentials {
  user: string;
  password: string;
}

/** Asks a person; `refused`: what they gave last was. Rejects if they don’t want to sign in. */
export type AskPerson = (account: string, refused: boolean) => Promise<Credentials>;

/**
 * Basic sign-in to an Exchange Server, by name and password that a person types. They are kept in
 * the memory of this page only, and one that was refused is never sent again: servers lock accounts
 * out.
 */
export class PasswordAuth implements Auth {
  private readonly known = new Map<string, { header: string; holder: string }>();
  private readonly asked = new Map<string, Promise<string>>();

  constructor(private readonly ask: AskPerson) {}

  async headers(account: string, renew: boolean): Promise<Record<string, string>> {
    if (renew) this.known.delete(account);
    const Authorization = this.known.get(account)?.header ?? (await this.signIn(account, renew));
    return { Authorization };
  }

  holder(account: string): string | undefined {
    return this.known.get(account)?.holder;
  }

  ready(account: string): boolean {
    return this.known.has(account);
  }

  /** Asks once, however many wait for the answer. */
  private signIn(account: string, refused: boolean): Promise<string> {
    const asked =
      this.asked.get(account) ??
      this.ask(account, refused)
        .then(({ user, password }) => {
          const header = `Basic ${base64(`${user}:${password}`)}`;
          this.known.set(account, { header, holder: crypto.randomUUID() });
          return header;
        })
        .finally(() => this.asked.delete(account));
    this.asked.set(account, asked);
    return asked;
  }
}

/** Each account by the way that its kind of mailbox has. */
export class AccountAuth implements Auth {
  constructor(private readonly of: (account: string) => Auth) {}

  headers(account: string, renew: boolean, claims?: string): Promise<Record<string, string>> {
    return this.of(account).headers(account, renew, claims);
  }

  holder(account: string): string | undefined {
    return this.of(account).holder(account);
  }

  ready(account: string): boolean {
    return this.of(account).ready(account);
  }
}

/** The UTF-8 bytes of a text in Base64, as Exchange reads names and passwords. */
function base64(text: string): string {
  return btoa(Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join(''));
}
