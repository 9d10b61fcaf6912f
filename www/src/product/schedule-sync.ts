/** The product as one element, which a page embeds. */
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { keyed } from 'lit/directives/keyed.js';
import type { MailboxAccount } from '../engine/types';
import type { Host } from '../host/host';
import { stringsFor } from '../strings';
import { openController } from './controllers/open-controller';
import type { SyncController } from './controllers/sync-controller';
import './elements/held-list';
import './elements/resting-list';
import './elements/run-history';
import './elements/settings-form';
import './elements/sign-in-dialog';
import './elements/status-panel';
import './elements/sync-preview';
import { base } from './elements/styles';
import {
  OpenedEvent,
  OpenFailedEvent,
  PreviewReadyEvent,
  RunFinishedEvent,
  StateChangeEvent,
  ViewChangeEvent,
  ViewCloseEvent,
  type AccountView,
  type ViewName,
} from './events';
import { actionsItem, panelItems, type ShowView } from './menus';
import { describe, explain } from './texts';

/**
 * Keeps the user's activities and mailboxes in step: the status of the synchronization, and below
 * it what is held, or the settings, the history or a preview of an account. It starts when it is
 * connected, and works as long as the page is open. Colours are custom properties of the page.
 *
 * @tag schedule-sync
 * @fires {OpenedEvent} schedule-sync-opened - It has started; tells accounts and menus.
 * @fires {OpenFailedEvent} schedule-sync-open-failed - It can't start; tells the user's text.
 * @fires {ViewChangeEvent} schedule-sync-view-change - It shows something else than before.
 * @fires {StateChangeEvent} schedule-sync-state-change - The accounts stand otherwise than before.
 * @fires {RunFinishedEvent} schedule-sync-finished - A run or an undo has ended.
 * @csspart panel - The status of the synchronization.
 * @cssprop --text - Colour of text.
 * @cssprop --muted - Colour of text of less weight.
 * @cssprop --surface - Background of cards and controls.
 * @cssprop --line - Colour of lines between things.
 * @cssprop --line-strong - Colour of the borders of buttons.
 * @cssprop --control - Colour of the borders of inputs.
 * @cssprop --hover - Background of what is pointed at.
 * @cssprop --selected - Background of what is chosen.
 * @cssprop --accent - Colour of the main button, of links and progress.
 * @cssprop --accent-strong - The same while it is pointed at.
 * @cssprop --focus - Colour of the outline of what has the focus.
 * @cssprop --danger - Colour of failures and deletions.
 * @cssprop --shadow - Shadow of menus and dialogs.
 */
@customElement('schedule-sync')
export class ScheduleSyncElement extends LitElement {
  static override styles = [
    base,
    css`
      :host {
        display: block;
      }
      schedule-sync-status-panel {
        margin-bottom: 16px;
      }
    `,
  ];

  /** Who hosts it. Set before the element is connected, and only once. */
  @property({ attribute: false }) host!: Host;

  @state() private controller: SyncController | undefined;
  /** Whose settings, history or preview are shown. */
  @state() private view: { name: AccountView; account: MailboxAccount } | undefined;
  private isOpening = false;
  /** How the page was last told that the accounts stand. */
  private toldState = '';

  override connectedCallback(): void {
    super.connectedCallback();
    if (this.isOpening) return;
    this.isOpening = true;
    void this.open();
  }

  /** Leaves the settings, the history or the preview. */
  showOverview(): void {
    this.view = undefined;
    this.viewChanged('overview');
  }

  private async open(): Promise<void> {
    try {
      const controller = await openController(this.host);
      controller.addEventListener('change', this.handleChange);
      controller.addEventListener(RunFinishedEvent.type, this.handleFinished);
      controller.addEventListener(PreviewReadyEvent.type, this.handlePreviewReady);
      this.controller = controller;
      const { accounts, engine } = controller;
      const { version, zone } = engine;
      const menus = {
        actionsItem: actionsItem(controller, this.showView),
        panelItems: panelItems(controller, this.showView),
      };
      this.dispatchEvent(new OpenedEvent({ accounts, version, zone, ...menus }));
      this.tellState();
    } catch (error) {
      this.dispatchEvent(new OpenFailedEvent(explain(stringsFor(this.host.context.culture), error), error));
    }
  }

  private readonly showView: ShowView = (name, account) => {
    if (name === 'preview') void this.controller?.readPreview(account);
    this.view = { name, account };
    this.viewChanged(name);
  };

  /** A preview that a person should see; not over what they have open. */
  private readonly handlePreviewReady = (event: Event): void => {
    if (!this.view || this.view.name === 'preview') this.handlePreviewWanted(event);
  };

  private readonly handlePreviewWanted = (event: Event): void => {
    if (!(event instanceof PreviewReadyEvent)) return;
    this.view = { name: 'preview', account: event.account };
    this.viewChanged('preview');
  };

  private viewChanged(view: ViewName): void {
    this.dispatchEvent(new ViewChangeEvent(view));
  }

  private readonly handleChange = (): void => {
    this.requestUpdate();
    this.tellState();
  };

  /** Tells the page how the accounts stand, if that is news. */
  private tellState(): void {
    const { controller } = this;
    if (!controller) return;
    const { overall, strings, time } = controller;
    const words = describe(strings, time, overall);
    if (words === this.toldState) return;
    this.toldState = words;
    this.dispatchEvent(new StateChangeEvent(words, overall.kind === 'needs-you' ? overall.count : 0));
  }

  private readonly handleFinished = (event: Event): void => {
    if (event instanceof RunFinishedEvent) this.dispatchEvent(new RunFinishedEvent(event.idle));
  };

  private readonly handleClose = (event: Event): void => {
    const next = event instanceof ViewCloseEvent ? event.next : undefined;
    if (next && this.view) this.showView(next, this.view.account);
    else this.showOverview();
  };

  private renderView(controller: SyncController) {
    const { view } = this;
    if (!view) {
      return html`<schedule-sync-held-list .controller=${controller}></schedule-sync-held-list>
        <schedule-sync-resting-list .controller=${controller}></schedule-sync-resting-list>`;
    }
    const { name, account } = view;
    const page = this.renderPage(controller, name, account);
    // what was read of one account is never shown, nor saved, as another's
    return keyed(`${name} ${account.address}`, page);
  }

  private renderPage(controller: SyncController, name: AccountView, account: MailboxAccount) {
    switch (name) {
      case 'settings':
        return html`<schedule-sync-settings-form
          .controller=${controller}
          .account=${account}
          @schedule-sync-view-close=${this.handleClose}
        ></schedule-sync-settings-form>`;
      case 'history':
        return html`<schedule-sync-run-history
          .controller=${controller}
          .account=${account}
          @schedule-sync-view-close=${this.handleClose}
        ></schedule-sync-run-history>`;
      case 'preview':
        return html`<schedule-sync-preview
          .controller=${controller}
          .account=${account}
          .preview=${controller.previews.get(account.address)}
          @schedule-sync-view-close=${this.handleClose}
        ></schedule-sync-preview>`;
    }
  }

  private renderSignIn({ signIn, strings, host }: SyncController) {
    const { request } = signIn;
    if (!request) return nothing;
    const dialog = html`<schedule-sync-sign-in-dialog
      .request=${request}
      .strings=${strings}
      .hint=${host.passwordHint ?? ''}
    ></schedule-sync-sign-in-dialog>`;
    return keyed(request, dialog);
  }

  override render() {
    const { controller } = this;
    if (!controller) return nothing;
    return html`
      <schedule-sync-status-panel
        part="panel"
        .controller=${controller}
        .showView=${this.showView}
        ?previewing=${this.view?.name === 'preview'}
        @schedule-sync-preview-ready=${this.handlePreviewWanted}
      ></schedule-sync-status-panel>
      ${this.renderView(controller)} ${this.renderSignIn(controller)}
    `;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'schedule-sync': ScheduleSyncElement;
  }
}
