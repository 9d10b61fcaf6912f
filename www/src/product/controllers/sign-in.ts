/** Lets the user into their mailboxes: by the host, or by a password that a person is asked for. */
import type { MailboxAccount } from '../../engine/types';
import type { MailboxAuth } from '../../host/host';
import { PasswordAuth, type PasswordCredentials } from './password-auth';

/** A person is asked to sign in to a mailbox. */
export interface SignInRequest {
  account: string;
  /** What was given last was refused. */
  refused: boolean;
  /** Takes the answer; nothing: the person doesn’t want to sign in. */
  answer: (credentials?: PasswordCredentials) => void;
}

/** What sign-in needs of the page. */
export interface SignInPage {
  /** Whether a person is there who can be asked to sign in to an account. */
  canAsk(account: string): boolean;
  /** There is a request, or it has been answered. */
  requestChanged(): void;
}

/** Signs in to each account by the way that its kind of mailbox has. */
export class SignIn implements MailboxAuth {
  /** What a person is asked and has not answered yet. */
  request: SignInRequest | undefined;
  /** The page that shows the request; before there is one, nobody can be asked. */
  page: SignInPage | undefined;

  private readonly kinds = new Map<string, MailboxAccount['kind']>();
  private readonly passwordAuth = new PasswordAuth((account, refused) => this.ask(account, refused));

  constructor(private readonly microsoft365: MailboxAuth) {}

  /** Notes what serves these accounts. */
  setAccounts(accounts: readonly MailboxAccount[]): void {
    for (const { kind, address } of accounts) this.kinds.set(address, kind);
  }

  /** Whether an account is signed in to by a password. */
  needsPassword(account: string): boolean {
    return this.authOf(account) === this.passwordAuth;
  }

  headers(account: string, renew: boolean, claims?: string): Promise<Record<string, string>> {
    return this.authOf(account).headers(account, renew, claims);
  }

  holder(account: string): string | undefined {
    return this.authOf(account).holder(account);
  }

  ready(account: string): boolean {
    return this.authOf(account).ready(account);
  }

  private authOf(account: string): MailboxAuth {
    const kind = this.kinds.get(account) ?? 'microsoft365';
    switch (kind) {
      case 'microsoft365':
        return this.microsoft365;
      case 'exchange':
        return this.passwordAuth;
    }
  }

  private ask(account: string, refused: boolean): Promise<PasswordCredentials> {
    const { page } = this;
    if (!page?.canAsk(account)) return Promise.reject(new Error('nobody is there to be asked'));
    return new Promise((resolve, reject) => {
      const answer = (credentials?: PasswordCredentials) => {
        this.request = undefined;
        page.requestChanged();
        if (credentials) resolve(credentials);
        else reject(new Error('the user did not sign in'));
      };
      this.request = { account, refused, answer };
      page.requestChanged();
    });
  }
}
