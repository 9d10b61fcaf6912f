/** The status of the synchronization: what it is doing, and how the last run ended. */
import { css, html, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import { base, buttons } from './styles';
import { SyncElement } from './sync-element';

/**
 * What the synchronization is doing and how the last run ended, with a button that stops it.
 *
 * @tag schedule-sync-status-panel
 * @csspart status - The sentence.
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
        padding: 5px 8px 7px 16px;
        overflow: hidden;
      }
      .line {
        display: flex;
        align-items: center;
        gap: 12px;
        min-height: 34px;
      }
      [role='status'] {
        flex: 1;
      }
      :host([data-failed]) {
        border-color: var(--danger);
      }
      :host([data-failed]) [role='status'] {
        color: var(--danger);
      }
      .track {
        position: absolute;
        inset: auto 0 0 0;
        height: 4px;
        background: var(--selected);
      }
      .bar {
        height: 100%;
        width: 100%;
        background: var(--accent);
        transform-origin: left;
        transition: transform 0.2s;
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
    const { message, progress, running, strings } = this.controller;
    return html`
      <div class="line">
        <p part="status" role="status">${message}</p>
        ${
          running && progress ? html`<button type="button" @click=${this.handleStop}>${strings.stop}</button>` : nothing
        }
      </div>
      ${this.renderProgress()}
    `;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'schedule-sync-status-panel': StatusPanel;
  }
}
