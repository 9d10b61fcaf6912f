/** How mailboxes in the sandbox are entered: a token for whoever asks on the page's own origin. */
import type { MailboxAuth } from './host';
import { requestJson } from './http';

/** Keeps the token of each account until it is refused. */
export class SandboxAuth implements MailboxAuth {
  private readonly tokens = new Map<string, Promise<string>>();
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
    const known = renew ? undefined : this.tokens.get(account);
    if (known) return known;
    const token = this.requestToken(account, claims);
    this.tokens.set(account, token);
    if (!this.holders.has(account)) this.holders.set(account, crypto.randomUUID());
    token.catch(() => this.tokens.delete(account));
    return token;
  }

  private async requestToken(account: string, claims?: string): Promise<string> {
    const json = { account, claims };
    return (await requestJson<{ access_token: string }>('/sandbox/token', { method: 'POST', json })).access_token;
  }
}
