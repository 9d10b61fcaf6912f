/** Basic sign-in to an Exchange Server, by a name and password that a person types. */
import type { MailboxAuth } from '../../host/host';

/** By what a person signs in to an Exchange Server. */
export interface PasswordCredentials {
  user: string;
  password: string;
}

/** Asks a person; `refused`: what they gave last was. Rejects if they don’t want to sign in. */
export type AskPerson = (account: string, refused: boolean) => Promise<PasswordCredentials>;

/**
 * Keeps what a person typed in the memory of this page only. What was refused is never sent again:
 * servers lock accounts out.
 */
export class PasswordAuth implements MailboxAuth {
  private readonly accepted = new Map<string, { header: string; holder: string }>();
  private readonly pending = new Map<string, Promise<string>>();

  constructor(private readonly askPerson: AskPerson) {}

  async headers(account: string, renew: boolean): Promise<Record<string, string>> {
    if (renew) this.accepted.delete(account);
    const Authorization = this.accepted.get(account)?.header ?? (await this.signIn(account, renew));
    return { Authorization };
  }

  holder(account: string): string | undefined {
    return this.accepted.get(account)?.holder;
  }

  ready(account: string): boolean {
    return this.accepted.has(account);
  }

  /** Asks once, however many wait for the answer. */
  private signIn(account: string, refused: boolean): Promise<string> {
    const header =
      this.pending.get(account) ??
      this.askPerson(account, refused)
        .then(({ user, password }) => {
          const header = `Basic ${base64(`${user}:${password}`)}`;
          this.accepted.set(account, { header, holder: crypto.randomUUID() });
          return header;
        })
        .finally(() => this.pending.delete(account));
    this.pending.set(account, header);
    return header;
  }
}

/** The UTF-8 bytes of a text in Base64, as Exchange reads names and passwords. */
function base64(text: string): string {
  return btoa(Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join(''));
}
