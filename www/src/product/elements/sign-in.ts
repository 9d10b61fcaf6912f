import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Credentials } from '../../host/auth';
import type { Asking } from '../controllers/session';
import type { Strings } from '../../strings';
import { base, buttons, dialogs, inputs } from './styles';

/**
 * Asks for the name and password of a mailbox on an Exchange Server, in a modal dialog. What is
 * typed goes to who asked, and stays nowhere here.
 *
 * Properties: `asking`, `strings`, `sandbox`. Events: none, for the answer goes to `asking`. Parts:
 * `dialog`.
 */
@customElement('sign-in')
export class SignIn extends LitElement {
  static override styles = [
    base,
    buttons,
    inputs,
    dialogs,
    css`
      dialog {
        width: min(440px, calc(100vw - 32px));
      }
      h2 {
        overflow-wrap: anywhere;
      }
      .body {
        display: flex;
        flex-direction: column;
        gap: 12px;
        padding: 16px 20px;
      }
      label {
        display: flex;
        flex-direction: column;
        gap: 4px;
        font-size: 13px;
        color: var(--muted);
      }
      .hint {
        font-size: 13px;
        color: var(--muted);
      }
    `,
  ];

  @property({ attribute: false }) asking!: Asking;
  @property({ attribute: false }) strings!: Strings;
  @property({ type: Boolean }) sandbox = false;

  protected override firstUpdated(changed: PropertyValues): void {
    super.firstUpdated(changed);
    this.renderRoot.querySelector('dialog')?.showModal();
    this.renderRoot.querySelector<HTMLInputElement>('#password')?.focus();
  }

  private answer(credentials?: Credentials): void {
    this.renderRoot.querySelector('dialog')?.close();
    this.asking.answer(credentials);
  }

  private submit(event: SubmitEvent): void {
    event.preventDefault();
    const given = new FormData(event.target as HTMLFormElement);
    const text = (name: string) => given.get(name) as string;
    this.answer({ user: text('user'), password: text('password') });
  }

  override render() {
    const { asking, strings } = this;
    const words = strings.signIn;
    return html`<dialog
      part="dialog"
      aria-labelledby="heading"
      aria-describedby="why"
      @cancel=${() => {
        this.answer();
      }}
    >
      <form
        @submit=${(event: SubmitEvent) => {
          this.submit(event);
        }}
      >
        <header><h2 id="heading">${words.heading(asking.account)}</h2></header>
        <div class="body">
          <p id="why" class="hint">${words.why} ${this.sandbox ? words.sandbox : nothing}</p>
          <label>
            ${words.user}
            <input name="user" autocomplete="username" required .value=${asking.account} />
          </label>
          <label>
            ${words.password}
            <input id="password" name="password" type="password" autocomplete="current-password" required />
          </label>
        </div>
        ${asking.refused ? html`<p role="alert">${words.refused}</p>` : nothing}
        <footer>
          <button class="primary" type="submit">${words.signIn}</button>
          <button
            type="button"
            @click=${() => {
              this.answer();
            }}
          >
            ${strings.cancel}
          </button>
        </footer>
      </form>
    </dialog>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'sign-in': SignIn;
  }
}
