import { css, html, LitElement, nothing } from 'lit';
import { property, state } from 'lit/decorators.js';
import type { Card } from './card';
import { explainSide, type Finished, type Session } from '../product/controllers/session';
import './item-card';
import { base, buttons } from '../product/elements/styles';

/**
 * What the panes of both servers share: they read anew after each run that found something and
 * after each card, and say what the server refused.
 *
 * Properties: `session`. Methods: `reload()`. A subclass says `side`, and `read()`s.
 */
export abstract class ServerPane extends LitElement {
  static override styles = [
    base,
    buttons,
    css`
      :host {
        display: block;
      }
      [role='alert'] {
        color: var(--danger);
        margin-bottom: 8px;
      }
    `,
  ];

  @property({ attribute: false }) session!: Session;

  @state() protected loading = false;
  @state() private trouble = '';
  @state() private card: Card | undefined;

  /** Whose pane it is. */
  protected abstract readonly side: 'creatio' | 'exchange';

  override connectedCallback(): void {
    super.connectedCallback();
    this.session.addEventListener('finished', this.reloadAgain);
    void this.reload();
  }

  override disconnectedCallback(): void {
    this.session.removeEventListener('finished', this.reloadAgain);
    super.disconnectedCallback();
  }

  /** Reads everything shown anew. */
  async reload(): Promise<void> {
    this.loading = true;
    await this.guarded(() => this.read());
    this.loading = false;
  }

  /** Reads everything shown. */
  protected abstract read(): Promise<void>;

  /** Does something with the server, and says what went wrong. */
  protected async guarded(work: () => Promise<void>): Promise<void> {
    try {
      await work();
      this.trouble = '';
    } catch (error) {
      this.trouble = explainSide(this.session.strings, this.side, error);
    }
  }

  /** Shows a card once it is there. */
  protected show(card: Promise<Card>): void {
    void this.guarded(async () => {
      this.card = await card;
    });
  }

  private readonly reloadAgain = (event: Event): void => {
    if (!(event as CustomEvent<Finished>).detail.idle) void this.reload();
  };

  private closeCard(written: boolean): void {
    this.card = undefined;
    if (written) void this.reload();
  }

  protected renderTrouble() {
    return this.trouble ? html`<p role="alert">${this.trouble}</p>` : nothing;
  }

  protected renderCard() {
    if (!this.card) return nothing;
    return html`<item-card
      .card=${this.card}
      .strings=${this.session.strings}
      .side=${this.side}
      @close=${(event: CustomEvent<boolean>) => {
        this.closeCard(event.detail);
      }}
    ></item-card>`;
  }
}
