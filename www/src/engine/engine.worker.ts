/** Runs the engine off the main thread. What only the page knows comes by its callbacks. */
import { expose } from 'comlink';
import init, { ScheduleSync, version, type EngineError } from '../../pkg/schedule_sync.js';
import type { Call, PageContext, EngineCallbacks, Failure, MailboxAccount, Methods, Started } from './types';

let engine: Methods | undefined;

/** Makes the engine that speaks EWS too, once one of the accounts needs it. */
let addExchange: (() => Promise<void>) | undefined;

/** Calls a method of the engine. */
const call: Call = async (name, args) => {
  if (!engine) return { failure: { code: 'unknown' } };
  try {
    const value = await engine[name](...args);
    if (name === 'accounts' && (value as MailboxAccount[]).some(({ kind }) => kind === 'exchange')) {
      await addExchange?.();
    }
    return { value };
  } catch (error) {
    return { failure: failureOf(error) };
  }
};

const worker = {
  call,

  /**
   * Loads the wasm and makes the engine, without what only an Exchange Server needs: that is a
   * module of its own, fetched once an account is on one. Tells the version and the zone of the
   * user's profile by its IANA name.
   */
  async start(context: PageContext, callbacks: EngineCallbacks): Promise<Started> {
    // wasm-bindgen compiles while it loads, and falls back to the whole file where the server gives
    // it a wrong type
    await init();
    try {
      const created = new ScheduleSync(context, callbacks);
      engine = created;
      addExchange = async () => {
        const whole = await import('../../pkg-exchange/schedule_sync.js');
        await whole.default();
        engine = new whole.ScheduleSync(context, callbacks);
        addExchange = undefined;
      };
      return { version: version(), zone: created.zone() };
    } catch (error) {
      return { failure: failureOf(error) };
    }
  },
};

/** What the worker offers to the page. */
export type EngineWorker = typeof worker;

expose(worker);

/** What the engine threw, without its English message unless that is about settings. */
function failureOf(error: unknown): Failure {
  const { code = 'unknown', side, names, message } = error as Partial<EngineError>;
  const detail = code === 'settings' ? message : undefined;
  return { code, ...(side && { side }), ...(names && { names }), ...(detail && { detail }) };
}
