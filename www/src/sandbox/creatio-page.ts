/** Creatio's page, which embeds the product as any page would. */
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { keyed } from 'lit/directives/keyed.js';
import type { Host } from '../host/host';
import '../product/elements/menu-button';
import { base, inputs } from '../product/elements/styles';
import type { OpenedEvent, RunFinishedEvent, StateChangeEvent, ViewChangeEvent } from '../product/events';
import '../product/schedule-sync';
import type { ScheduleSyncElement } from '../product/schedule-sync';
import { stringsFor } from '../strings';
import './activity-list';
import { createDemo, type Demo } from './demo';
import './mailbox-pane';
import type { ServerPane } from './server-pane';

/**
 * The page as Creatio lays it out: navigation at the left, the section or what the product shows in
 * its place, the mailbox beside it, the communication panel at the right edge. It is hidden until
 * the product has started.
 *
 * @tag creatio-page
 */
@customElement('creatio-page')
export class CreatioPage extends LitElement {
  static override styles = [
    base,
    inputs,
    css`
      :host {
        display: grid;
        grid-template-columns: 96px minmax(0, 1fr) clamp(370px, 29vw, 520px) 56px;
        height: 100vh;
      }
      :host(:not([opened])) {
        display: none;
      }
      nav {
        display: flex;
        flex-direction: column;
        align-items: center;
        gap: 18px;
        padding: 14px 8px;
        color: #fff;
        background: var(--nav);
      }
      .logo {
        width: 40px;
        height: 40px;
      }
      nav ul {
        width: 100%;
        flex: 1;
      }
      nav a {
        display: flex;
        flex-direction: column;
        align-items: center;
        gap: 4px;
        padding: 10px 2px;
        border-radius: 8px;
        font-size: 12px;
        color: #fff;
        background: rgb(255 255 255 / 14%);
        text-decoration: none;
      }
      nav a:focus-visible {
        outline-color: #fff;
      }
      .version {
        font-size: 11px;
        color: #c3cede;
      }
      main,
      .mailbox {
        overflow: auto;
        padding: 18px 16px 28px;
      }
      .mailbox {
        background: var(--pane);
        border-left: 1px solid var(--line);
      }
      .mailbox > select {
        width: 100%;
        margin-bottom: 12px;
      }
      .communication {
        display: flex;
        flex-direction: column;
        align-items: center;
        padding: 14px 0;
        background: var(--surface);
        border-left: 1px solid var(--line);
      }
      svg {
        display: block;
      }
      @media (max-width: 900px) {
        :host {
          grid-template-columns: minmax(0, 1fr) 48px;
          grid-template-rows: auto 1fr;
          height: auto;
          min-height: 100vh;
        }
        nav {
          flex-direction: row;
          grid-column: 1 / -1;
          padding: 8px 14px;
        }
        nav ul {
          width: auto;
        }
        nav a {
          display: inline-flex;
          flex-direction: row;
          padding: 6px 12px;
        }
        .mailbox {
          grid-column: 1 / -1;
          border-left: 0;
          border-top: 1px solid var(--line);
        }
        .communication {
          grid-column: 2;
          grid-row: 2;
        }
      }
    `,
  ];

  /** Who hosts the product. Set before the element is connected. */
  @property({ attribute: false }) host!: Host;
  /** Whether the product has started. */
  @property({ type: Boolean, reflect: true }) opened = false;

  /** The demo, once the product has started. */
  @state() private demo: Demo | undefined;
  /** Whether the section is shown: the product shows the settings and the history in its place. */
  @state() private isSectionShown = true;
  /** How the synchronization stands, and how many things of it wait for the user. */
  @state() private syncState = '';
  @state() private waiting = 0;
  /** The address of the account whose mailbox is shown. */
  @state() private shownMailbox = '';
  @query('schedule-sync') private readonly sync!: ScheduleSyncElement;

  private readonly handleOpened = ({ state }: OpenedEvent): void => {
    this.demo = createDemo(this.host, state);
    this.opened = true;
  };

  private readonly handleViewChange = ({ view }: ViewChangeEvent): void => {
    this.isSectionShown = view === 'overview';
  };

  private readonly handleFinished = ({ idle }: RunFinishedEvent): void => {
    if (idle) return;
    for (const pane of this.renderRoot.querySelectorAll<ServerPane>('activity-list, mailbox-pane')) void pane.reload();
  };

  private readonly handleStateChange = ({ words, waiting }: StateChangeEvent): void => {
    this.syncState = words;
    this.waiting = waiting;
  };

  private readonly handleNavigation = (event: Event): void => {
    event.preventDefault();
    this.sync.showOverview();
  };

  private readonly handleMailboxChange = (event: Event): void => {
    this.shownMailbox = (event.target as HTMLSelectElement).value;
  };

  private renderNavigation() {
    const strings = stringsFor(this.host.context.culture);
    return html`<nav aria-label=${strings.sections}>
      <svg class="logo" viewBox="0 0 40 40" aria-hidden="true">
        <rect width="40" height="40" rx="10" fill="#2f6fed"></rect>
        <path
          d="M12 17a8.5 8.5 0 0 1 15-3.5M28 23a8.5 8.5 0 0 1-15 3.5M27.5 9v5h-5M12.500 31v-5h5"
          fill="none"
          stroke="#fff"
          stroke-width="2.500"
          stroke-linecap="round"
          stroke-linejoin="round"
        ></path>
      </svg>
      <ul>
        <li>
          <a href="#activities" aria-current="page" @click=${this.handleNavigation}>
            <svg
              width="24"
              height="24"
              viewBox="0 0 24 24"
              aria-hidden="true"
              fill="none"
              stroke="currentColor"
              stroke-width="1.700"
            >
              <rect x="4" y="5" width="16" height="15" rx="2"></rect>
              <path d="M4 10h16M8 3v4M16 3v4M8.500 15l2.200 2.200 4.300-4.300"></path>
            </svg>
            ${strings.activities}
          </a>
        </li>
      </ul>
      <span class="version">${this.demo?.version}</span>
    </nav>`;
  }

  private renderMailbox({ accounts, strings }: Demo) {
    const account = accounts.find((one) => one.address === this.shownMailbox) ?? accounts[0];
    if (!account) return nothing;
    const choice = html`<select aria-label=${strings.mailboxShown} @change=${this.handleMailboxChange}>
      ${accounts.map(
        (one) =>
          html`<option value=${one.address} ?selected=${one === account}>
            ${strings.server[one.kind]}: ${one.address}
          </option>`,
      )}
    </select>`;
    const pane = html`<mailbox-pane .demo=${this.demo} .account=${account}></mailbox-pane>`;
    return html`${accounts.length > 1 ? choice : nothing} ${keyed(account.address, pane)}`;
  }

  override render() {
    const { demo } = this;
    const strings = stringsFor(this.host.context.culture);
    return html`
      ${this.renderNavigation()}
      <main>
        <schedule-sync
          .host=${this.host}
          @schedule-sync-opened=${this.handleOpened}
          @schedule-sync-view-change=${this.handleViewChange}
          @schedule-sync-state-change=${this.handleStateChange}
          @schedule-sync-finished=${this.handleFinished}
        ></schedule-sync>
        ${demo && this.isSectionShown ? html`<activity-list .demo=${demo}></activity-list>` : nothing}
      </main>
      <aside class="mailbox" aria-label=${strings.mailbox}>${demo ? this.renderMailbox(demo) : nothing}</aside>
      <aside class="communication" aria-label=${strings.communicationPanel}>
        <schedule-sync-menu-button
          compact
          .label=${strings.synchronization}
          .description=${this.syncState}
          .badge=${this.waiting}
          .items=${demo?.panelItems ?? []}
        >
          <svg
            width="22"
            height="22"
            viewBox="0 0 22 22"
            aria-hidden="true"
            fill="none"
            stroke="currentColor"
            stroke-width="1.800"
          >
            <path
              d="M4 9.500A7 7 0 0 1 17 7M18 12.500A7 7 0 0 1 5 15M17.500 3v4.500H13M4.500 19v-4.500H9"
              stroke-linecap="round"
              stroke-linejoin="round"
            ></path>
          </svg>
        </schedule-sync-menu-button>
      </aside>
    `;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'creatio-page': CreatioPage;
  }
}
