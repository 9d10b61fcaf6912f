/** The pairs that rest, which a person can wake. */
import { css, html, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import type { MailboxAccount, RestingPair } from '../../engine/types';
import { RunFinishedEvent } from '../events';
import { explain } from '../texts';
import { base, buttons } from './styles';
import { SyncElement } from './sync-element';

/** How many are shown at first. */
const shownAtFirst = 50;

/**
 * What rests, by account: what a person undid, left out of a preview, or left. It is read once it
 * is opened. Nothing is shown while nothing rests.
 *
 * @tag schedule-sync-resting-list
 */
@customElement('schedule-sync-resting-list')
export class RestingList extends SyncElement {
  static override styles = [
    base,
    buttons,
    css`
      :host {
        display: block;
      }
      details {
        margin-bottom: 16px;
        background: var(--surface);
        border: 1px solid var(--line);
        border-radius: 8px;
        padding: 10px 16px 12px;
      }
      summary {
        cursor: pointer;
        font-weight: 600;
      }
      .muted {
        color: var(--muted);
        font-size: 13px;
      }
      li,
      .line {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 4px 12px;
        border-top: 1px solid var(--line);
        padding: 4px 0;
      }
      .what {
        flex: 1 1 200px;
        overflow-wrap: anywhere;
      }
      [role='alert'] {
        color: var(--danger);
      }
    `,
  ];

  @state() private opened = false;
  @state() private pairs: ReadonlyMap<string, RestingPair[]> = new Map();
  @state() private shown = shownAtFirst;
  @state() private failure = '';

  override connectedCallback(): void {
    super.connectedCallback();
    this.controller.addEventListener(RunFinishedEvent.type, this.handleFinished);
  }

  override disconnectedCallback(): void {
    this.controller.removeEventListener(RunFinishedEvent.type, this.handleFinished);
    super.disconnectedCallback();
  }

  private readonly handleFinished = (): void => {
    if (this.opened) void this.load();
  };

  private readonly handleToggle = (event: Event): void => {
    this.opened = (event.target as HTMLDetailsElement).open;
    if (this.opened) void this.load();
  };

  private readonly handleMore = (): void => {
    this.shown *= 4;
  };

  private async load(): Promise<void> {
    const { accounts, engine, strings } = this.controller;
    try {
      const read = async ({ address }: MailboxAccount) => [address, await engine.resting(address)] as const;
      this.pairs = new Map(await Promise.all(accounts.map(read)));
      this.failure = '';
    } catch (error) {
      this.failure = explain(strings, error);
    }
  }

  private async wake(account: MailboxAccount, pairs: RestingPair[]): Promise<void> {
    try {
      await this.controller.wake(
        account,
        pairs.map(({ activity }) => activity),
      );
    } catch (error) {
      this.failure = explain(this.controller.strings, error);
    }
  }

  private renderPair(account: MailboxAccount, pair: RestingPair) {
    const { strings, running } = this.controller;
    const title = pair.title || strings.untitled;
    return html`<li>
      <span class="what">${title} <span class="muted">${strings.kinds[pair.kind]}</span></span>
      <button
        type="button"
        aria-label=${strings.wakeOne(title)}
        ?disabled=${running}
        @click=${() => {
          void this.wake(account, [pair]);
        }}
      >
        ${strings.wake}
      </button>
    </li>`;
  }

  private renderAccount(account: MailboxAccount) {
    const { strings, running, accounts } = this.controller;
    const pairs = this.pairs.get(account.address) ?? [];
    if (pairs.length === 0) return nothing;
    return html`<div class="line">
        <span class="what">${accounts.length > 1 ? account.address : nothing}</span>
        <button
          type="button"
          ?disabled=${running}
          @click=${() => {
            void this.wake(account, pairs);
          }}
        >
          ${strings.wakeAll(pairs.length)}
        </button>
      </div>
      <ul>
        ${pairs.slice(0, this.shown).map((pair) => this.renderPair(account, pair))}
      </ul>
      ${
        pairs.length > this.shown
          ? html`<button type="button" @click=${this.handleMore}>
              ${strings.showMore(pairs.length - this.shown)}
            </button>`
          : nothing
      }`;
  }

  override render() {
    const { accounts, strings } = this.controller;
    const count = this.controller.resting;
    if (count === 0) return nothing;
    return html`<details .open=${this.opened} @toggle=${this.handleToggle}>
      <summary>${strings.restingHeading(count)}</summary>
      <p class="muted">${strings.restingHint}</p>
      ${this.failure ? html`<p role="alert">${this.failure}</p>` : nothing}
      ${this.opened ? accounts.map((account) => this.renderAccount(account)) : nothing}
    </details>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'schedule-sync-resting-list': RestingList;
  }
}
