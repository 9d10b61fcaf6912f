/** The events of the product's elements. */
import type { MailboxAccount, Advanced } from '../engine/types';
import type { MenuItem } from './elements/menu-button';

/** What `<schedule-sync>` shows. */
export type ViewName = 'overview' | AccountView;

/** What can be shown of an account. */
export type AccountView = 'settings' | 'history' | 'preview';

/** What is known once the engine has started. */
export interface OpenedState {
  /** The accounts that can be synchronized. */
  readonly accounts: readonly MailboxAccount[];
  /** The IANA name of the zone of the user's profile. */
  readonly zone: string;
  /** The engine's version. */
  readonly version: string;
  /** The item for the menu Actions of the section Activities. */
  readonly actionsItem: MenuItem;
  /** The items for the menu in the communication panel. */
  readonly panelItems: MenuItem[];
}

/** `<schedule-sync>` has started: its accounts are known, and its menus can be shown. */
export class OpenedEvent extends Event {
  static readonly type = 'schedule-sync-opened';

  constructor(
    /** What is known now. */
    readonly state: OpenedState,
  ) {
    super(OpenedEvent.type, { bubbles: true, composed: true });
  }
}

/** `<schedule-sync>` can't start. */
export class OpenFailedEvent extends Event {
  static readonly type = 'schedule-sync-open-failed';

  constructor(
    /** What to tell the user. */
    readonly message: string,
    /** What was thrown. */
    readonly error: unknown,
  ) {
    super(OpenFailedEvent.type, { bubbles: true, composed: true });
  }
}

/** `<schedule-sync>` shows something else than before. */
export class ViewChangeEvent extends Event {
  static readonly type = 'schedule-sync-view-change';

  constructor(
    /** What it shows now. */
    readonly view: ViewName,
  ) {
    super(ViewChangeEvent.type, { bubbles: true, composed: true });
  }
}

/** The accounts stand otherwise than before. */
export class StateChangeEvent extends Event {
  static readonly type = 'schedule-sync-state-change';

  constructor(
    /** How they stand together, in words. */
    readonly words: string,
    /** How many things wait for the user. */
    readonly waiting: number,
  ) {
    super(StateChangeEvent.type, { bubbles: true, composed: true });
  }
}

/** A run or an undo has ended. */
export class RunFinishedEvent extends Event {
  static readonly type = 'schedule-sync-finished';

  constructor(
    /** It had nothing to do and nothing to ask: both servers are as they were. */
    readonly idle: boolean,
  ) {
    super(RunFinishedEvent.type, { bubbles: true, composed: true });
  }
}

/** There is a preview that a person should see, of an account that nobody has seen one of yet. */
export class PreviewReadyEvent extends Event {
  static readonly type = 'schedule-sync-preview-ready';

  constructor(
    /** Whose preview it is. */
    readonly account: MailboxAccount,
  ) {
    super(PreviewReadyEvent.type);
  }
}

/** The settings, the history or the preview are to be left. */
export class ViewCloseEvent extends Event {
  static readonly type = 'schedule-sync-view-close';

  constructor(
    /** What is to be shown of the account next; nothing: the overview. */
    readonly next?: AccountView,
  ) {
    super(ViewCloseEvent.type);
  }
}

/** A person changed something of the advanced settings. */
export class AdvancedChangeEvent extends Event {
  static readonly type = 'schedule-sync-advanced-change';

  constructor(
    /** The advanced settings as they are now. */
    readonly value: Advanced,
  ) {
    super(AdvancedChangeEvent.type);
  }
}

/** A row of a table is to be opened. */
export class RowOpenEvent extends Event {
  static readonly type = 'schedule-sync-row-open';

  constructor(
    /** The id of the row. */
    readonly rowId: string,
  ) {
    super(RowOpenEvent.type);
  }
}

declare global {
  interface HTMLElementEventMap {
    'schedule-sync-opened': OpenedEvent;
    'schedule-sync-open-failed': OpenFailedEvent;
    'schedule-sync-view-change': ViewChangeEvent;
    'schedule-sync-state-change': StateChangeEvent;
    'schedule-sync-finished': RunFinishedEvent;
    'schedule-sync-preview-ready': PreviewReadyEvent;
    'schedule-sync-view-close': ViewCloseEvent;
    'schedule-sync-advanced-change': AdvancedChangeEvent;
    'schedule-sync-row-open': RowOpenEvent;
  }
}
