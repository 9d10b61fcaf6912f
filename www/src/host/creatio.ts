/** What a real Creatio tells by the globals of its client, and how its requests are protected. */
import type { PageContext } from '../engine/types';

/** The globals of Creatio's client that are read. */
export interface CreatioGlobals {
  workspaceBaseUrl: string;
  SysValue: {
    CURRENT_USER: { value: string; displayValue: string };
    CURRENT_USER_CONTACT: { value: string; displayValue: string };
    CURRENT_USER_CULTURE: { displayValue: string };
    CURRENT_USER_TIMEZONE_CODE: string;
    CURRENT_MAINTAINER?: { value: string };
  };
}

/** What the module that brings us into Creatio may set before it loads us. */
interface ModuleOptions {
  /** One of Microsoft's clouds by its name (docs/install.md), or the address of an own host. */
  cloud?: string;
}

/**
 * The path of Creatio's own origin that a proxy forwards to the Exchange Server (docs/install.md).
 */
const exchangePath = '/ews/Exchange.asmx';

/** The globals of Creatio's client; nothing outside Creatio. */
export function creatioGlobals(): CreatioGlobals | undefined {
  return (globalThis as { Terrasoft?: CreatioGlobals }).Terrasoft;
}

/** Who the user is and where the servers are, by the globals of Creatio's client. */
export function creatioContext({ workspaceBaseUrl, SysValue: values }: CreatioGlobals): PageContext {
  const party = (from: { value: string; displayValue: string }) => ({ id: from.value, name: from.displayValue });
  return {
    instance: location.origin,
    base: absolute(workspaceBaseUrl),
    graph: (globalThis as { scheduleSync?: ModuleOptions }).scheduleSync?.cloud ?? 'global',
    exchange: absolute(exchangePath),
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
export function csrfHeaders(): Record<string, string> {
  const token = /(?:^|;\s*)BPMCSRF=([^;]*)/.exec(document.cookie)?.[1];
  return token ? { BPMCSRF: decodeURIComponent(token) } : {};
}

/** Where Creatio adds a mailbox. */
export function addAccountAddress(context: PageContext): string {
  return `${context.base}/Nui/ViewModule.aspx#BaseSchemaModuleV2/SyncSettings`;
}

/** An address of this page's origin in full, without a slash at the end. */
export function absolute(address: string): string {
  return new URL(address, location.origin).href.replace(/\/$/, '');
}
