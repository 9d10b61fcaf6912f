/**
 * Finds out who hosts the page. The sandbox puts a JSON block into its page; a real Creatio is
 * known by the globals of its client.
 */
import type { PageContext } from '../engine/types';
import { stringsFor } from '../strings';
import { absolute, addAccountAddress, creatioContext, creatioGlobals, csrfHeaders } from './creatio';
import type { Host } from './host';
import { SandboxAuth } from './sandbox-auth';

/** The page's host. Throws where there is neither a sandbox nor a Creatio around us. */
export function findHost(): Host {
  const block = document.getElementById('creatio-context')?.textContent;
  if (block) return sandboxHost(JSON.parse(block) as SandboxContext);
  const globals = creatioGlobals();
  if (!globals) throw new Error('This page is neither Creatio nor the sandbox.');
  return creatioHost(creatioContext(globals));
}

/** What the sandbox's JSON block holds: addresses may be relative. */
type SandboxContext = PageContext & { exchange: string };

/** The sandbox, which has no form that adds a mailbox. */
function sandboxHost(block: SandboxContext): Host {
  const { base, graph, exchange } = block;
  const context = { ...block, base: absolute(base), graph: absolute(graph), exchange: absolute(exchange) };
  const strings = stringsFor(context.culture);
  return {
    context,
    microsoft365: new SandboxAuth(),
    passwordHint: strings.signIn.sandbox,
    creatioHeaders: csrfHeaders,
    addAccount: () => strings.addAccountHere(addAccountAddress(context)),
  };
}

/** A real Creatio. Its own sign-in to Microsoft 365 is still to come: the sandbox's stands in. */
function creatioHost(context: PageContext): Host {
  return {
    context,
    microsoft365: new SandboxAuth(),
    creatioHeaders: csrfHeaders,
    addAccount: () => {
      window.open(addAccountAddress(context), '_blank', 'noopener');
      return undefined;
    },
  };
}
