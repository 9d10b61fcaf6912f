import { css, html, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import { SessionElement } from './session-element';
import { base, buttons } from './styles';

/**
 * What the synchronization is doing and how the last one ended.
 *
 * Properties: `session`. It renders with the session's `change` at once, so that the status is
 * replaced in the very click that starts a run. Parts: `status`, `progress`.
 */
@customElement('sync-panel')
export class SyncPanel extends SessionElement {
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

  protected override changed(): void {
    this.toggleAttribute('data-failed', this.session.failed);
    if (!this.hasUpdated) return;
    this.requestUpdate();
    this.performUpdate();
  }

  private renderProgress() {
    const { progress, strings, running } = this.session;
    if (!running || !progress) return nothing;
    const known = progress.total > 0;
    const text = strings.phase[progress.phase] + (known ? `: ${strings.of(progress.done, progress.total)}` : '');
    const share = known ? progress.done / progress.total : 0;
    return html`<div
      part="progress"
      class="track"
      role="progressbar"
      aria-label=${strings.progress}
      aria-valuemin="0"
      aria-valuemax="100"
      aria-valuenow=${known ? Math.round(share * 100) : nothing}
      aria-valuetext=${text}
    >
      <svg class="bar" aria-hidden="true" preserveAspectRatio="none" viewBox="0 0 100 4">
        <rect fill="currentColor" width=${known ? share * 100 : 100} height="4"></rect>
      </svg>
    </div>`;
  }

  override render() {
    const { message, progress, running, strings } = this.session;
    return html`
      <div class="line">
        <p part="status" role="status">${message}</p>
        ${
          running && progress
            ? html`<button
                type="button"
                @click=${() => {
                  this.session.stop();
                }}
              >
                ${strings.stop}
              </button>`
            : nothing
        }
      </div>
      ${this.renderProgress()}
    `;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'sync-panel': SyncPanel;
  }
}
