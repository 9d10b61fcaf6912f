/** What the demo tells a person of its own requests that failed. */
import { NoReply, ServerError } from '../host/http';
import { sentence } from '../product/texts';
import type { Strings } from '../strings';

/** What went wrong with a request to `side`, in plain words. */
export function explainServer(strings: Strings, side: 'creatio' | 'exchange', error: unknown): string {
  const who = strings.side[side];
  if (error instanceof NoReply) return sentence(strings.failed['no-reply'](who));
  if (error instanceof ServerError) return sentence(strings.sideFails(side, error.message));
  return sentence(strings.failed.unreadable(who));
}
