/** Microsoft Graph, as far as the demo's mailbox pane needs it. Never sends cookies. */
import type { MailboxAccount } from '../../engine/types';
import type { Host, MailboxAuth } from '../../host/host';
import { requestJson, ServerError } from '../../host/http';

interface Page<T> {
  value: T[];
  '@odata.nextLink'?: string;
}

/** The Graph of one account. */
export class Graph {
  constructor(
    private readonly base: string,
    private readonly account: string,
    private readonly auth: MailboxAuth,
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

  /** One item. */
  one<T>(path: string): Promise<T> {
    return this.send<T>('GET', this.base + path);
  }

  /** Creates an item. */
  create<T>(path: string, item: object): Promise<T> {
    return this.send<T>('POST', this.base + path, item);
  }

  /** Changes members of an item. */
  update<T>(path: string, members: object): Promise<T> {
    return this.send<T>('PATCH', this.base + path, members);
  }

  /** Removes an item. */
  remove(path: string): Promise<unknown> {
    return this.send('DELETE', this.base + path);
  }

  private async send<T>(method: string, address: string, json?: object): Promise<T> {
    const attempt = async (renew: boolean) => {
      const headers = {
        ...(await this.auth.headers(this.account, renew)),
        Prefer: 'IdType="ImmutableId"',
      };
      return requestJson<T>(address, { method, headers, credentials: 'omit', ...(json ? { json } : {}) });
    };
    try {
      return await attempt(false);
    } catch (error) {
      if (error instanceof ServerError && error.status === 401) return attempt(true);
      throw error;
    }
  }
}

/**
 * The mailbox of an account as its owner uses it; one on an Exchange Server by the sandbox's own
 * access to it.
 */
export function ownerGraph({ context, microsoft365 }: Host, { kind, address }: MailboxAccount): Graph {
  const sandboxAccess = `${location.origin}/sandbox/hands/${encodeURIComponent(address)}`;
  switch (kind) {
    case 'exchange':
      return new Graph(sandboxAccess, address, openAuth);
    case 'microsoft365':
      return new Graph(context.graph, address, microsoft365);
  }
}

/** The sandbox's own access lets everybody in. */
const openAuth: MailboxAuth = {
  headers: () => Promise.resolve({}),
  holder: () => undefined,
  ready: () => true,
};

/** An id in an address. */
export const segment = encodeURIComponent;
