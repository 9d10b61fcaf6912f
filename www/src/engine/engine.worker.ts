/** Runs the engine off the main thread. What only the page knows comes by its callbacks. */
import { expose } from 'comlink';
import init, { ScheduleSync, version, type EngineError } from '../../pkg/schedule_sync.js';
import type { Call, PageContext, EngineCallbacks, Failure, Methods, Started } from './types';

let engine: Methods | undefined;

/** Calls a method of the engine. */
const call: Call = async (name, args) => {
  if (!engine) return { failure: { code: 'unknown' } };
  try {
    return { value: await engine[name](...args) };
  } catch (error) {
    return { failure: failureOf(error) };
  }
};

const worker = {
  call,

  /**
   * Loads the wasm and makes the engine. Tells its version and the zone of the user's profile by
   * its IANA name.
   */
  async start(context: PageContext, callbacks: EngineCallbacks): Promise<Started> {
    // wasm-bindgen compiles while it loads, and falls back to the whole file where the server gives
    // it a wrong type
    await init();
    try {
      const created = new ScheduleSync(context, callbacks);
      engine = created;
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
