/** The dialog that asks for the password of a mailbox. */
import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Strings } from '../../strings';
import type { PasswordCredentials } from '../controllers/password-auth';
import type { SignInRequest } from '../controllers/sign-in';
import { base, buttons, dialogs, inputs } from './styles';

/**
 * Asks for the name and password of a mailbox on an Exchange Server, in a modal dialog. What is
 * typed goes to who asked by `request.answer`, never by an event, and stays nowhere here.
 *
 * @tag schedule-sync-sign-in-dialog
 * @csspart dialog - The dialog.
 */
@customElement('schedule-sync-sign-in-dialog')
export class SignInDialog extends LitElement {
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

  /** What a person is asked. */
  @property({ attribute: false }) request!: SignInRequest;
  /** The texts in the user's language. */
  @property({ attribute: false }) strings!: Strings;
  /** What is said besides. */
  @property() hint = '';

  protected override firstUpdated(changed: PropertyValues): void {
    super.firstUpdated(changed);
    this.renderRoot.querySelector('dialog')?.showModal();
    this.renderRoot.querySelector<HTMLInputElement>('#password')?.focus();
  }

  private answer(credentials?: PasswordCredentials): void {
    this.renderRoot.querySelector('dialog')?.close();
    this.request.answer(credentials);
  }

  private readonly handleSubmit = (event: SubmitEvent): void => {
    event.preventDefault();
    const data = new FormData(event.target as HTMLFormElement);
    const text = (name: string) => data.get(name) as string;
    this.answer({ user: text('user'), password: text('password') });
  };

  private readonly handleCancel = (): void => {
    this.answer();
  };

  override render() {
    const { request, hint, strings } = this;
    const words = strings.signIn;
    return html`<dialog part="dialog" aria-labelledby="heading" aria-describedby="why" @cancel=${this.handleCancel}>
      <form @submit=${this.handleSubmit}>
        <header><h2 id="heading">${words.heading(request.account)}</h2></header>
        <div class="body">
          <p id="why" class="hint">${words.why} ${hint || nothing}</p>
          <label>
            ${words.user}
            <input name="user" autocomplete="username" required .value=${request.account} />
          </label>
          <label>
            ${words.password}
            <input id="password" name="password" type="password" autocomplete="current-password" required />
          </label>
        </div>
        ${request.refused ? html`<p role="alert">${words.refused}</p>` : nothing}
        <footer>
          <button class="primary" type="submit">${words.signIn}</button>
          <button type="button" @click=${this.handleCancel}>${strings.cancel}</button>
        </footer>
      </form>
    </dialog>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'schedule-sync-sign-in-dialog': SignInDialog;
  }
}
