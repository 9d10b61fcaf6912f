/** What the engine found out about this Creatio. */
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { InstallationInfo } from '../../engine/types';
import type { SyncController } from '../controllers/sync-controller';
import { explain } from '../texts';
import { base } from './styles';

/**
 * How this Creatio is reached and what its times mean, as the engine found it out: for whoever has
 * to help. It asks the engine when it is opened, and only then.
 *
 * @tag schedule-sync-connection-details
 */
@customElement('schedule-sync-connection-details')
export class ConnectionDetails extends LitElement {
  static override styles = [
    base,
    css`
      :host {
        display: block;
        margin-top: 14px;
      }
      summary {
        cursor: pointer;
      }
      dl {
        display: grid;
        grid-template-columns: max-content 1fr;
        gap: 4px 16px;
        margin-top: 8px;
      }
      dt {
        color: var(--muted);
      }
      dd {
        margin: 0;
        overflow-wrap: anywhere;
      }
      .hint {
        color: var(--muted);
        font-size: 13px;
        margin-top: 8px;
      }
      [role='alert'] {
        color: var(--danger);
        margin-top: 8px;
      }
    `,
  ];

  /** Whose engine is asked. */
  @property({ attribute: false }) controller!: SyncController;

  @state() private found: InstallationInfo | undefined;
  @state() private failure = '';

  private readonly handleToggle = (event: Event): void => {
    if ((event.target as HTMLDetailsElement).open) void this.load();
  };

  private async load(): Promise<void> {
    try {
      this.found = await this.controller.engine.found();
      this.failure = '';
    } catch (error) {
      this.failure = explain(this.controller.strings, error);
    }
  }

  private renderFound(found: InstallationInfo) {
    const { found: words } = this.controller.strings;
    const clocks = found.clocks.map((clock) => words.clocks[clock]);
    const rows: [string, string][] = [
      [words.transport, found.transport ? words.transports[found.transport] : words.unknown],
      [words.conditional, found.conditional === undefined ? words.unknown : words.yesNo(found.conditional)],
      [words.times, clocks.length > 0 ? words.directions(clocks, found.sure) : words.wall],
      [words.detours, found.detours.join(', ') || words.none],
      [words.lacking, found.lacking.join(', ') || words.none],
    ];
    return html`<dl>
        ${rows.map(
          ([name, value]) =>
            html`<dt>${name}</dt>
              <dd>${value}</dd>`,
        )}
      </dl>
      <p class="hint">${words.hint}</p>`;
  }

  protected override render() {
    return html`<details @toggle=${this.handleToggle}>
      <summary>${this.controller.strings.found.title}</summary>
      ${this.failure ? html`<p role="alert">${this.failure}</p>` : nothing}
      ${this.found ? this.renderFound(this.found) : nothing}
    </details>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'schedule-sync-connection-details': ConnectionDetails;
  }
}
