/** Starts the engine for the user of the hosting page, and makes the controller of its accounts. */
import { Engine } from '../../engine/engine';
import type { SyncEvent } from '../../engine/types';
import type { Host } from '../../host/host';
import { SignIn } from './sign-in';
import { SyncController } from './sync-controller';

/** The controller, once the engine has told which accounts there are and what is held of them. */
export async function openController(host: Host): Promise<SyncController> {
  const signIn = new SignIn(host.microsoft365);
  // the engine takes its callbacks before there is a controller
  const listener: { showProgress?: (event: SyncEvent) => void } = {};
  const engine = await Engine.start(host.context, {
    headers: (side, renew, account, claims) =>
      side === 'creatio' ? Promise.resolve(host.creatioHeaders()) : signIn.headers(account, renew, claims),
    holder: (account) => Promise.resolve(signIn.holder(account)),
    event: (event) => listener.showProgress?.(event),
  });
  const all = await engine.accounts();
  signIn.setAccounts(all);
  const needsPassword = ({ address }: { address: string }) => Number(signIn.needsPassword(address));
  // the mailbox that needs no password first
  const accounts = all.filter(({ shared }) => !shared).sort((a, b) => needsPassword(a) - needsPassword(b));
  const sharedAccounts = all.filter(({ shared }) => shared);
  const controller = new SyncController(host, engine, accounts, sharedAccounts, signIn);
  listener.showProgress = (event) => {
    controller.showProgress(event);
  };
  await controller.readState();
  return controller;
}
