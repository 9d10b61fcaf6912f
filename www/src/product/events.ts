/** The events of the product's elements. */
import type { MailboxAccount, Advanced } from '../engine/types';
import type { MenuItem } from './elements/menu-button';

/** What `<schedule-sync>` shows. */
export type ViewName = 'overview' | 'settings' | 'history';

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

/** The settings or the history are to be left. */
export class ViewCloseEvent extends Event {
  static readonly type = 'schedule-sync-view-close';

  constructor() {
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
    'schedule-sync-finished': RunFinishedEvent;
    'schedule-sync-view-close': ViewCloseEvent;
    'schedule-sync-advanced-change': AdvancedChangeEvent;
    'schedule-sync-row-open': RowOpenEvent;
  }
}
