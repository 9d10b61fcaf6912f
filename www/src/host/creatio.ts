/**
 * The page that hosts us: which Creatio it is, who the user is, how to write there.
 *
 * The sandbox puts a JSON block into its page; in a real Creatio the same facts come from the
 * globals of its client.
 */

/** A user or a Contact. */
export interface Party {
  id: string;
  name: string;
}

/** What the hosting page knows. */
export interface HostContext {
  /** The installation; a reset sandbox has another. */
  instance: string;
  /** Absolute address of the workspace, without a slash at the end. */
  base: string;
  /** Absolute address of Graph with its version, or the name of one of Microsoft's clouds. */
  graph: string;
  /** Absolute address at which this page reaches the Exchange Server’s EWS. */
  exchange: string;
  /** Whether this is the sandbox. */
  sandbox: boolean;
  /** `ru-RU`, `en-US`. */
  culture: string;
  /** The zone of the user's profile: a Windows id or an IANA name. */
  timeZone: string;
  contact: Party;
  user: Party;
}

interface CreatioGlobals {
  workspaceBaseUrl: string;
  SysValue: {
    CURRENT_USER: { value: string; displayValue: string };
    CURRENT_USER_CONTACT: { value: string; displayValue: string };
    CURRENT_USER_CULTURE: { displayValue: string };
    CURRENT_USER_TIMEZONE_CODE: string;
    CURRENT_MAINTAINER?: { value: string };
  };
}

/** What the module that brings us into Creatio may say before it loads us. */
interface Placing {
  /** One of Microsoft's clouds by its name (docs/install.md), or the address of an own host. */
  cloud?: string;
}

/**
 * The path of Creatio’s own origin that a proxy forwards to the Exchange Server (docs/install.md).
 */
const exchangePath = '/ews/Exchange.asmx';

/**
 * Reads what the hosting page knows. Throws where there is neither a sandbox nor a Creatio around
 * us.
 */
export function readContext(): HostContext {
  const block = document.getElementById('creatio-context')?.textContent;
  if (block) {
    const context = JSON.parse(block) as HostContext;
    const { base, graph, exchange } = context;
    return { ...context, base: absolute(base), graph: absolute(graph), exchange: absolute(exchange) };
  }
  const creatio = (globalThis as { Terrasoft?: CreatioGlobals }).Terrasoft;
  if (!creatio) throw new Error('This page is neither Creatio nor the sandbox.');
  const { SysValue: values } = creatio;
  const party = (from: { value: string; displayValue: string }) => ({ id: from.value, name: from.displayValue });
  return {
    instance: location.origin,
    base: absolute(creatio.workspaceBaseUrl),
    graph: (globalThis as { scheduleSync?: Placing }).scheduleSync?.cloud ?? 'global',
    exchange: absolute(exchangePath),
    sandbox: false,
    culture: values.CURRENT_USER_CULTURE.displayValue,
    timeZone: values.CURRENT_USER_TIMEZONE_CODE,
    contact: party(values.CURRENT_USER_CONTACT),
    user: party(values.CURRENT_USER),
  };
}

/**
 * What proves to Creatio that a request comes from its own page. The cookie rotates: it is read
 * anew every time.
 */
export function creatioKeys(): Record<string, string> {
  const token = /(?:^|;\s*)BPMCSRF=([^;]*)/.exec(document.cookie)?.[1];
  return token ? { BPMCSRF: decodeURIComponent(token) } : {};
}

/**
 * The headers that let a request of the page into Creatio; the engine adds those that it needs
 * itself.
 */
export function creatioHeaders(): Record<string, string> {
  return { ForceUseSession: 'true', ...creatioKeys() };
}

/** Where Creatio adds a mailbox. */
export function addAccountAddress(context: HostContext): string {
  return `${context.base}/Nui/ViewModule.aspx#BaseSchemaModuleV2/SyncSettings`;
}

function absolute(address: string): string {
  return new URL(address, location.origin).href.replace(/\/$/, '');
}
