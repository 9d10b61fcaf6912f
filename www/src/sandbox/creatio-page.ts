import { css, html, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { keyed } from 'lit/directives/keyed.js';
import type { Account } from '../engine/engine';
import './activity-list';
import '../product/elements/held-list';
import './mailbox-pane';
import '../product/elements/menu-button';
import type { MenuItem } from '../product/elements/menu-button';
import '../product/elements/run-log';
import { SessionElement } from '../product/elements/session-element';
import '../product/elements/settings-form';
import '../product/elements/sign-in';
import { base, inputs } from '../product/elements/styles';
import '../product/elements/sync-panel';

/**
 * The page as Creatio lays it out: navigation at the left, the section or the settings, the mailbox
 * beside it, the communication panel at the right edge.
 *
 * Properties: `session`. Events: none. Parts: none.
 */
@customElement('creatio-page')
export class CreatioPage extends SessionElement {
  static override styles = [
    base,
    inputs,
    css`
      :host {
        display: grid;
        grid-template-columns: 96px minmax(0, 1fr) clamp(370px, 29vw, 520px) 56px;
        height: 100vh;
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
      sync-panel {
        margin-bottom: 16px;
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
    `,
  ];

  /** What is shown of which account; `undefined` in the section. */
  @state() private view: { what: 'settings' | 'history'; account: Account } | undefined;

  /** The address of the account whose mailbox is shown. */
  @state() private shown = '';

  private setUp(account: Account): void {
    this.view = { what: 'settings', account };
  }

  private showHistory(account: Account): void {
    this.view = { what: 'history', account };
  }

  private readonly showSection = (): void => {
    this.view = undefined;
  };

  private communication(): MenuItem[] {
    const { strings, accounts } = this.session;
    const single = accounts.length === 1;
    return accounts.flatMap((account) => [
      {
        label: single ? strings.editSettings : strings.editSettingsOf(account.address),
        action: () => {
          this.setUp(account);
        },
      },
      {
        label: single ? strings.history : strings.historyOf(account.address),
        action: () => {
          this.showHistory(account);
        },
      },
    ]);
  }

  private renderNavigation() {
    const { strings, engine } = this.session;
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
          <a
            href="#activities"
            aria-current="page"
            @click=${(event: Event) => {
              event.preventDefault();
              this.showSection();
            }}
          >
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
      <span class="version">${engine.version}</span>
    </nav>`;
  }

  private renderView() {
    const { session, view } = this;
    if (view?.what === 'settings') {
      return html`<settings-form
        .session=${session}
        .account=${view.account}
        @close=${this.showSection}
      ></settings-form>`;
    }
    if (view) {
      return html`<run-log .session=${session} .account=${view.account} @close=${this.showSection}></run-log>`;
    }
    return html`<held-list .session=${session}></held-list>
      <activity-list
        .session=${session}
        @settings=${(event: CustomEvent<Account>) => {
          this.setUp(event.detail);
        }}
      ></activity-list>`;
  }

  private renderMailbox() {
    const { accounts, strings } = this.session;
    const account = accounts.find((one) => one.address === this.shown) ?? accounts[0];
    if (!account) return nothing;
    const choice = html`<select
      aria-label=${strings.mailboxShown}
      @change=${(event: Event) => {
        this.shown = (event.target as HTMLSelectElement).value;
      }}
    >
      ${accounts.map(
        (one) =>
          html`<option value=${one.address} ?selected=${one === account}>
            ${strings.server[one.kind]}: ${one.address}
          </option>`,
      )}
    </select>`;
    const pane = html`<mailbox-pane .session=${this.session} .account=${account}></mailbox-pane>`;
    return html`${accounts.length > 1 ? choice : nothing} ${keyed(account.address, pane)}`;
  }

  private renderSignIn() {
    const { asking, context, strings } = this.session;
    if (!asking) return nothing;
    const card = html`<sign-in .asking=${asking} .strings=${strings} ?sandbox=${context.sandbox}></sign-in>`;
    return keyed(asking, card);
  }

  override render() {
    const { session } = this;
    const { strings } = session;
    return html`
      ${this.renderNavigation()}
      <main>
        <sync-panel .session=${session}></sync-panel>
        ${this.renderView()}
      </main>
      <aside class="mailbox" aria-label=${strings.mailbox}>${this.renderMailbox()}</aside>
      <aside class="communication" aria-label=${strings.communicationPanel}>
        <menu-button compact .label=${strings.synchronization} .items=${this.communication()}>
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
        </menu-button>
      </aside>
      ${this.renderSignIn()}
    `;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'creatio-page': CreatioPage;
  }
}
