/** Microsoft Graph, as far as the mailbox pane needs it. Never sends cookies. */
import type { Auth } from '../../host/auth';
import { exchange, ServerError } from '../../host/http';

interface Page<T> {
  value: T[];
  '@odata.nextLink'?: string;
}

/** The Graph of one account. */
export class Graph {
  constructor(
    private readonly base: string,
    private readonly account: string,
    private readonly auth: Auth,
  ) {}

  /** All pages of a list. */
  async all<T>(path: string): Promise<T[]> {
    const items: T[] = [];
    let next: string | undefined = this.base + path;
    while (next) {
      const page: Page<T> = await this.send<Page<T>>('GET', next);
      items.push(...page.value);
      next = page['@odata.nextLink'];
      // the token goes to this host only
      if (next && !next.startsWith(this.base)) throw new Error('a link to another host');
    }
    return items;
  }

  one<T>(path: string): Promise<T> {
    return this.send<T>('GET', this.base + path);
  }

  create<T>(path: string, item: object): Promise<T> {
    return this.send<T>('POST', this.base + path, item);
  }

  update<T>(path: string, members: object): Promise<T> {
    return this.send<T>('PATCH', this.base + path, members);
  }

  remove(path: string): Promise<unknown> {
    return this.send('DELETE', this.base + path);
  }

  private async send<T>(method: string, address: string, json?: object): Promise<T> {
    const attempt = async (renew: boolean) => {
      const headers = {
        ...(await this.auth.headers(this.account, renew)),
        Prefer: 'IdType="ImmutableId"',
      };
      return exchange<T>(address, { method, headers, credentials: 'omit', ...(json ? { json } : {}) });
    };
    try {
      return await attempt(false);
    } catch (error) {
      if (error instanceof ServerError && error.status === 401) return attempt(true);
      throw error;
    }
  }
}

/** An id in an address. */
export const segment = encodeURIComponent;
