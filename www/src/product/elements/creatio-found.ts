import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Found } from '../../engine/engine';
import { explain, type Session } from '../controllers/session';
import { base } from './styles';

/**
 * How this Creatio is reached and what its times mean, as the engine found it out: for whoever has
 * to help.
 *
 * Properties: `session`. Events, parts: none. It asks when it is opened, and only then.
 */
@customElement('creatio-found')
export class CreatioFound extends LitElement {
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

  @property({ attribute: false }) session!: Session;

  @state() private found: Found | undefined;
  @state() private trouble = '';

  private async look(event: Event): Promise<void> {
    if (!(event.target as HTMLDetailsElement).open) return;
    try {
      this.found = await this.session.engine.found();
      this.trouble = '';
    } catch (error) {
      this.trouble = explain(this.session.strings, error);
    }
  }

  private renderFound(found: Found) {
    const { found: words } = this.session.strings;
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
    return html`<details
      @toggle=${(event: Event) => {
        void this.look(event);
      }}
    >
      <summary>${this.session.strings.found.title}</summary>
      ${this.trouble ? html`<p role="alert">${this.trouble}</p>` : nothing}
      ${this.found ? this.renderFound(this.found) : nothing}
    </details>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'creatio-found': CreatioFound;
  }
}
