/** The types of the engine, as wasm-bindgen generates them, and of the way to its worker. */
import type { EngineError, ScheduleSync } from '../../pkg/schedule_sync.js';

export type {
  MailboxAccount,
  Advanced,
  BlockSettings,
  ContainerInfo,
  PageContext,
  Field,
  FieldValue,
  InstallationInfo,
  GroupInfo,
  HeldField,
  HeldItem,
  Person,
  Reason,
  Kept,
  Preview,
  PreviewRow,
  Reply,
  RestingPair,
  RunEnd,
  RunReport,
  Run,
  Saying,
  AccountSettings,
  Cause,
  RunInfo,
  AccountStanding,
  SyncEvent,
  Undone,
  UndoPlan,
  Write,
} from '../../pkg/schedule_sync.js';

/** The names of the engine's methods that the page calls. */
export type MethodName =
  | 'accounts'
  | 'settings'
  | 'keptSettings'
  | 'saveSettings'
  | 'containers'
  | 'groups'
  | 'found'
  | 'run'
  | 'preview'
  | 'applyPreviewed'
  | 'stop'
  | 'held'
  | 'standing'
  | 'resting'
  | 'wake'
  | 'answer'
  | 'history'
  | 'undoPlan'
  | 'undo';

/** What each method takes, as wasm-bindgen generates it. */
export type Args = { [Name in MethodName]: Parameters<ScheduleSync[Name]> };

/** What each method gives, as wasm-bindgen generates it. */
export type Results = { [Name in MethodName]: Awaited<ReturnType<ScheduleSync[Name]>> };

/** The engine's methods that the page calls. The engine's class is one of these. */
export type Methods = { [Name in MethodName]: (...args: Args[Name]) => Results[Name] | Promise<Results[Name]> };

/** What the engine asks of the page: headers for the servers, and to hear how far a run is. */
export type EngineCallbacks = ConstructorParameters<typeof ScheduleSync>[1];

/** What went wrong. Texts for people are chosen by the code. */
export interface Failure {
  code: EngineError['code'] | 'unknown';
  side?: NonNullable<EngineError['side']>;
  /** Of settings that can’t be used: where and what, in English. */
  detail?: string;
  names?: NonNullable<EngineError['names']>;
}

/** What the worker's start gives. */
export type Started = { version: string; zone: string } | { failure: Failure };

/** What a call of the worker gives. Errors are values: their code would be lost on the way. */
export type CallResult<Value> = { value: Value } | { failure: Failure };

/** Calls a method in the worker. */
export type Call = <Name extends MethodName>(name: Name, args: Args[Name]) => Promise<CallResult<Results[Name]>>;
