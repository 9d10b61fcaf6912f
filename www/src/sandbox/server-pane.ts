/** What the panes of both servers share. */
import { css, html, LitElement, nothing } from 'lit';
import { property, state } from 'lit/decorators.js';
import { base, buttons } from '../product/elements/styles';
import type { Card } from './card';
import type { Demo } from './demo';
import { explainServer } from './explain-server';
import './item-card';
import type { CardCloseEvent } from './item-card';

/**
 * A pane that reads its items from one server, reads them anew after each card, and says what the
 * server refused. A subclass says `side`, and `read()`s.
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

  /** The demo. Set before the element is connected. */
  @property({ attribute: false }) demo!: Demo;

  /** Whether the items are being read. */
  @state() protected loading = false;
  @state() private failure = '';
  @state() private card: Card | undefined;
  /** The readings that were asked for; it never fails. */
  private readings = Promise.resolve();

  /** The server whose items are shown. */
  protected abstract readonly side: 'creatio' | 'exchange';

  override connectedCallback(): void {
    super.connectedCallback();
    void this.reload();
  }

  /** Reads everything shown anew. */
  async reload(): Promise<void> {
    this.loading = true;
    await this.inTurn(() => this.read());
    this.loading = false;
  }

  /** Does one reading after the other: what is shown in the end is what was asked for last. */
  protected inTurn(reading: () => Promise<void>): Promise<void> {
    this.readings = this.readings.then(() => this.guarded(reading));
    return this.readings;
  }

  /** Reads everything shown. */
  protected abstract read(): Promise<void>;

  /** Does something with the server, and says what went wrong. */
  protected async guarded(work: () => Promise<void>): Promise<void> {
    try {
      await work();
      this.failure = '';
    } catch (error) {
      this.failure = explainServer(this.demo.strings, this.side, error);
    }
  }

  /** Shows a card once it is there. */
  protected show(card: Promise<Card>): void {
    void this.guarded(async () => {
      this.card = await card;
    });
  }

  private readonly handleCardClose = ({ isWritten }: CardCloseEvent): void => {
    this.card = undefined;
    if (isWritten) void this.reload();
  };

  /** What went wrong, if something did. */
  protected renderFailure() {
    return this.failure ? html`<p role="alert">${this.failure}</p>` : nothing;
  }

  /** The card that is open, if one is. */
  protected renderCard() {
    if (!this.card) return nothing;
    return html`<item-card
      .card=${this.card}
      .strings=${this.demo.strings}
      .side=${this.side}
      @card-close=${this.handleCardClose}
    ></item-card>`;
  }
}
