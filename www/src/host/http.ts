/** JSON requests of the page itself. The engine has its own way to the servers. */

/** An answer that is no success. Its message holds what the server said. */
export class ServerError extends Error {
  constructor(
    /** The status of the response. */
    readonly status: number,
    message: string,
  ) {
    super(message ? `${status}, ${message}` : String(status));
  }
}

/** No reply came, or not in time. */
export class NoReply extends Error {}

/** Milliseconds after which a reply is no longer waited for. */
const timeout = 60_000;

/** Sends JSON and reads JSON; `undefined` for an empty reply. */
export async function requestJson<T>(address: string, init: RequestInit & { json?: unknown } = {}): Promise<T> {
  const { json, ...rest } = init;
  const headers = new Headers(rest.headers);
  headers.set('Accept', 'application/json');
  const body: RequestInit = json === undefined ? {} : { body: JSON.stringify(json) };
  if (json !== undefined) headers.set('Content-Type', 'application/json');
  const signal = AbortSignal.timeout(timeout);
  const { response, text } = await readWhole(fetch(address, { ...rest, ...body, headers, signal }));
  if (!response.ok) throw new ServerError(response.status, messageOf(text));
  if ((response.headers.get('Content-Type') ?? '').includes('text/html')) throw new ServerError(401, '');
  return (text ? JSON.parse(text) : undefined) as T;
}

/**
 * A response with its whole body. What a browser says of a network that fails is in its own words,
 * and for nobody.
 */
async function readWhole(sent: Promise<Response>): Promise<{ response: Response; text: string }> {
  try {
    const response = await sent;
    return { response, text: await response.text() };
  } catch {
    throw new NoReply();
  }
}

/** The deepest message of an error body. */
function messageOf(text: string): string {
  try {
    const { error, Message } = JSON.parse(text) as { error?: { message?: string }; Message?: string };
    return error?.message ?? Message ?? '';
  } catch {
    return '';
  }
}
