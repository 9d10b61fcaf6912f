/** How the synchronization stands, and what a person can do about it. */
import { css, html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { MailboxAccount } from '../../engine/types';
import type { AccountState } from '../account-state';
import { PreviewReadyEvent } from '../events';
import type { ShowView } from '../menus';
import { describe } from '../texts';
import { base, buttons } from './styles';
import { SyncElement } from './sync-element';

/** A sign for each state, beside the words, which say the same. */
const signs: Record<AccountState['kind'], string> = {
  syncing: 'M4 10a6 6 0 0 1 11-3M16 10a6 6 0 0 1-11 3M15 3v4h-4M5 17v-4h4',
  'in-sync': 'M4 10.5l4 4 8-9',
  'needs-you': 'M7 7a3 3 0 1 1 4 3c-1 .5-1 1-1 2M10 15.5v.5',
  partly: 'M6 5v10M14 5v10',
  fails: 'M5 5l10 10M15 5L5 15',
  'signed-out': 'M9 4H5v12h4M9 10h7M13 7l3 3-3 3',
  off: 'M6 10h8',
  new: 'M10 5v10M5 10h10',
};

/**
 * How all accounts stand, and each where there are several; what the last run came to; buttons that
 * do what the state calls for.
 *
 * @tag schedule-sync-status-panel
 * @fires {PreviewReadyEvent} schedule-sync-preview-ready - A preview is to be shown.
 * @csspart state - How all accounts stand.
 * @csspart status - What the last run came to.
 * @csspart progress - The bar that shows how far a run is.
 */
@customElement('schedule-sync-status-panel')
export class StatusPanel extends SyncElement {
  static override styles = [
    base,
    buttons,
    css`
      :host {
        display: block;
        position: relative;
        background: var(--surface);
        border: 1px solid var(--line);
        border-radius: 8px;
        padding: 8px 12px 10px 16px;
        overflow: hidden;
      }
      .line {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 6px 12px;
        min-height: 34px;
      }
      .state {
        display: flex;
        align-items: center;
        gap: 8px;
        overflow-wrap: anywhere;
      }
      .overall {
        flex: 1 1 220px;
        font-weight: 600;
      }
      .state svg {
        flex: none;
      }
      .fails,
      .signed-out {
        color: var(--danger);
      }
      .needs-you svg,
      .syncing svg {
        color: var(--accent);
      }
      [role='status'] {
        color: var(--muted);
        overflow-wrap: anywhere;
      }
      :host([data-failed]) {
        border-color: var(--danger);
      }
      .track {
        position: absolute;
        inset: auto 0 0 0;
        height: 4px;
        background: var(--selected);
      }
      .bar {
        display: block;
        height: 100%;
        width: 100%;
        color: var(--accent);
      }
      .track:not([aria-valuenow]) .bar {
        width: 30%;
        animation: to-and-fro 1.4s ease-in-out infinite alternate;
      }
      @keyframes to-and-fro {
        to {
          transform: translateX(233%);
        }
      }
      @media (prefers-reduced-motion: reduce) {
        .track:not([aria-valuenow]) .bar {
          animation: none;
          width: 100%;
        }
      }
    `,
  ];

  /** Whether a preview is shown below: it has the button that carries it out. */
  @property({ type: Boolean }) previewing = false;
  /** Shows the settings or a preview of an account. */
  @property({ attribute: false }) showView!: ShowView;

  protected override controllerChanged(): void {
    this.toggleAttribute('data-failed', this.controller.failed);
    if (!this.hasUpdated) return;
    this.requestUpdate();
    // whoever starts a run may read the status in the same task: it must not be the last run's
    this.performUpdate();
  }

  private readonly handleStop = (): void => {
    this.controller.stop();
  };

  private readonly handleRun = (): void => {
    this.controller.run(this.controller.accounts);
  };

  private readonly handleSetUp = (): void => {
    const { accounts } = this.controller;
    const account = accounts.find((one) => this.controller.stateOf(one).kind === 'off') ?? accounts[0];
    if (account) this.showView('settings', account);
  };

  private readonly handlePreview = (): void => {
    const [account] = this.controller.accounts;
    if (account) this.showView('preview', account);
  };

  private showAwaiting(account: MailboxAccount): void {
    this.dispatchEvent(new PreviewReadyEvent(account));
  }

  /** The one button that the state calls for. */
  private renderMainButton(kind: AccountState['kind']) {
    const { accounts, strings, running } = this.controller;
    if (running || accounts.length === 0 || this.previewing) return nothing;
    const awaiting = accounts.find(({ address }) => this.controller.awaitsLook(address));
    const button = (label: string, action: () => void) =>
      html`<button class="primary" type="button" @click=${action}>${label}</button>`;
    if (awaiting) {
      return button(strings.preview.show, () => {
        this.showAwaiting(awaiting);
      });
    }
    switch (kind) {
      case 'off':
        return button(strings.setUpNow, this.handleSetUp);
      case 'signed-out':
        return button(strings.signInNow, this.handleRun);
      case 'fails':
        return button(strings.tryAgain, this.handleRun);
      case 'syncing':
      case 'in-sync':
      case 'needs-you':
      case 'partly':
      case 'new':
        return button(strings.synchronizeNow, this.handleRun);
    }
  }

  private renderState(state: AccountState, whose = '') {
    const { strings, time } = this.controller;
    const words = describe(strings, time, state);
    return html`<span class="state ${state.kind}">
      <svg
        width="20"
        height="20"
        viewBox="0 0 20 20"
        aria-hidden="true"
        fill="none"
        stroke="currentColor"
        stroke-width="1.8"
        stroke-linecap="round"
        stroke-linejoin="round"
      >
        <path d=${signs[state.kind]}></path>
      </svg>
      <span>${whose ? `${whose}: ` : nothing}${words}</span>
    </span>`;
  }

  private renderProgress() {
    const { progress, strings, running } = this.controller;
    if (!running || !progress) return nothing;
    const isKnown = progress.total > 0;
    const text = strings.phase[progress.phase] + (isKnown ? `: ${strings.of(progress.done, progress.total)}` : '');
    const share = isKnown ? progress.done / progress.total : 0;
    return html`<div
      part="progress"
      class="track"
      role="progressbar"
      aria-label=${strings.progress}
      aria-valuemin="0"
      aria-valuemax="100"
      aria-valuenow=${isKnown ? Math.round(share * 100) : nothing}
      aria-valuetext=${text}
    >
      <svg class="bar" aria-hidden="true" preserveAspectRatio="none" viewBox="0 0 100 4">
        <rect fill="currentColor" width=${isKnown ? share * 100 : 100} height="4"></rect>
      </svg>
    </div>`;
  }

  override render() {
    const { accounts, message, overall, progress, running, strings } = this.controller;
    const canPreview = !running && !this.previewing && accounts.length === 1 && overall.kind !== 'off';
    return html`
      <div class="line">
        <div part="state" class="overall">${accounts.length > 0 ? this.renderState(overall) : nothing}</div>
        ${this.renderMainButton(overall.kind)}
        ${
          canPreview
            ? html`<button type="button" @click=${this.handlePreview}>${strings.preview.command}</button>`
            : nothing
        }
        ${
          running && progress ? html`<button type="button" @click=${this.handleStop}>${strings.stop}</button>` : nothing
        }
      </div>
      ${
        accounts.length > 1
          ? html`<ul>
              ${accounts.map((one) => html`<li>${this.renderState(this.controller.stateOf(one), one.address)}</li>`)}
            </ul>`
          : nothing
      }
      <p part="status" role="status">${message}</p>
      ${this.renderProgress()}
    `;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'schedule-sync-status-panel': StatusPanel;
  }
}
