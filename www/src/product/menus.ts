/** The menus by which a person runs the synchronization, sets it up and sees its history. */
import type { MailboxAccount } from '../engine/types';
import type { SyncController } from './controllers/sync-controller';
import type { MenuItem } from './elements/menu-button';
import type { AccountView } from './events';

/** Shows the settings, the history or a preview of an account. */
export type ShowView = (view: AccountView, account: MailboxAccount) => void;

/** The item of the menu Actions, as Creatio's own synchronization has it. */
export function actionsItem(controller: SyncController, showView: ShowView): MenuItem {
  const { strings, accounts, sharedAccounts, host } = controller;
  const setUp = (account: MailboxAccount): MenuItem => ({
    label: strings.setUp(account.address),
    action: () => {
      showView('settings', account);
    },
  });
  const explainShared = ({ address }: MailboxAccount): MenuItem => ({
    label: strings.setUp(address),
    action: () => {
      controller.say(strings.sharedAccount(address));
    },
  });
  const addAccount = () => {
    const instead = host.addAccount();
    if (instead !== undefined) controller.say(instead);
  };
  const run = () => {
    controller.run(accounts);
  };
  return {
    label: strings.synchronizeActivities,
    items: [
      { label: strings.synchronizeNow, action: run },
      ...accounts.map(setUp),
      ...sharedAccounts.map(explainShared),
      { label: strings.addAccount, action: addAccount },
    ],
  };
}

/** The items of the menu in the communication panel. */
export function panelItems({ strings, accounts }: SyncController, showView: ShowView): MenuItem[] {
  const isSingle = accounts.length === 1;
  return accounts.flatMap((account) => [
    {
      label: isSingle ? strings.preview.command : strings.preview.commandOf(account.address),
      action: () => {
        showView('preview', account);
      },
    },
    {
      label: isSingle ? strings.editSettings : strings.editSettingsOf(account.address),
      action: () => {
        showView('settings', account);
      },
    },
    {
      label: isSingle ? strings.history : strings.historyOf(account.address),
      action: () => {
        showView('history', account);
      },
    },
  ]);
}
