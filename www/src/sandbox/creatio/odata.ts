/** Creatio's OData, as far as the demo's section needs it. */
import type { Host } from '../../host/host';
import { requestJson } from '../../host/http';

/** How many rows are asked for at a time. */
const pageSize = 500;

/** One workspace's OData. */
export class OData {
  constructor(private readonly host: Host) {}

  /** All rows of a set that a query names. */
  async all<T>(set: string, query: Record<string, string> = {}): Promise<T[]> {
    const rows: T[] = [];
    for (;;) {
      const options = new URLSearchParams({
        $orderby: 'Id',
        ...query,
        $top: String(pageSize),
        $skip: String(rows.length),
      });
      // OData wants %20, not +
      const { value } = await this.send<{ value: T[] }>('GET', `${set}?${options.toString().replaceAll('+', '%20')}`);
      rows.push(...value);
      if (value.length < pageSize) return rows;
    }
  }

  /** One row. */
  one<T>(set: string, id: string): Promise<T> {
    return this.send<T>('GET', `${set}(${id})`);
  }

  /** Creates a row. */
  create(set: string, row: object): Promise<unknown> {
    return this.send('POST', set, row);
  }

  /** Changes columns of a row. */
  update(set: string, id: string, columns: object): Promise<unknown> {
    return this.send('PATCH', `${set}(${id})`, columns);
  }

  /** Removes a row. */
  remove(set: string, id: string): Promise<unknown> {
    return this.send('DELETE', `${set}(${id})`);
  }

  private send<T>(method: string, path: string, json?: object): Promise<T> {
    const init = {
      method,
      headers: { ForceUseSession: 'true', ...this.host.creatioHeaders() },
      ...(json ? { json } : {}),
    };
    return requestJson<T>(`${this.host.context.base}/odata/${path}`, init);
  }
}
