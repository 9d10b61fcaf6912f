/** Runs the engine off the main thread. What only the page knows comes by its callbacks. */
import { expose } from 'comlink';
import init, { ScheduleSync, version } from '../../pkg/schedule_sync.js';
import type { Answer, Context, Host, Methods, Started, Trouble } from './engine';

let engine: ScheduleSync | undefined;

const worker = {
  /**
   * Loads the wasm and makes the engine. Tells its version and the profile's zone by its IANA name.
   */
  async start(context: Context, host: Host): Promise<Started> {
    // wasm-bindgen compiles while it loads, and falls back to the whole file where the server gives
    // it a wrong type
    await init();
    try {
      engine = new ScheduleSync(context, host);
    } catch (error) {
      return { trouble: troubleOf(error) };
    }
    return { version: version(), zone: engine.zone() };
  },

  /**
   * Calls a method of the engine. Errors are answers: their code would not survive the way to the
   * page.
   */
  async call(method: keyof Methods, given: unknown[]): Promise<Answer> {
    if (!engine) return { trouble: { code: 'unknown' } };
    try {
      const methods = engine as unknown as Record<keyof Methods, (...given: unknown[]) => unknown>;
      return { value: await methods[method](...given) };
    } catch (error) {
      return { trouble: troubleOf(error) };
    }
  },
};

export type EngineWorker = typeof worker;

expose(worker);

function troubleOf(error: unknown): Trouble {
  const { code = 'unknown', side, names, message } = error as Partial<Trouble & Error>;
  const detail = code === 'settings' ? message : undefined;
  return { code, ...(side && { side }), ...(names && { names }), ...(detail && { detail }) };
}
