/** Tokens for Graph. Whoever needs one asks every time; whether it is cached is decided here. */

/** Signs the user in to Microsoft 365. */
export interface Auth {
  /**
   * A bearer token for an account. `renew`: the one given last was refused. `claims`: what it has to be asked for with, as JSON, after a challenge
   * of continuous access evaluation. Rejects if the user has to sign in first.
   */
  token(account: string, renew: boolean, claims?: string): Promise<string>;
  /** By whose sign-in the tokens for an account are: an opaque name, another after every sign-in; nothing before the first. */
  holder(account: string): string | undefined;
}

/** The sandbox gives a token to whoever asks on its own origin. */
export class SandboxAuth implements Auth {
  private readonly given = new Map<string, Promise<string>>();
  private readonly holders = new Map<string, string>();

  token(account: string, renew: boolean, claims?: string): Promise<string> {
    const known = renew ? undefined : this.given.get(account);
    if (known) return known;
    const asked = this.ask(account, claims);
    this.given.set(account, asked);
    if (!this.holders.has(account)) this.holders.set(account, crypto.randomUUID());
    asked.catch(() => this.given.delete(account));
    return asked;
  }

  holder(account: string): string | undefined {
    return this.holders.get(account);
  }

  private async ask(account: string, claims?: string): Promise<string> {
    const response = await fetch('/sandbox/token', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ account, claims }),
    });
    if (!response.ok) throw new Error(`the sandbox gave no token: ${response.status}`);
    return ((await response.json()) as { access_token: string }).access_token;
  }
}
