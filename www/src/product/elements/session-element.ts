import { LitElement } from 'lit';
import { property } from 'lit/decorators.js';
import type { Session } from '../controllers/session';

/**
 * What the elements share that show the session: they render anew with its `change`.
 *
 * Properties: `session`.
 */
export abstract class SessionElement extends LitElement {
  @property({ attribute: false }) session!: Session;

  override connectedCallback(): void {
    super.connectedCallback();
    this.session.addEventListener('change', this.follow);
  }

  override disconnectedCallback(): void {
    this.session.removeEventListener('change', this.follow);
    super.disconnectedCallback();
  }

  /** The session has changed. */
  protected changed(): void {
    this.requestUpdate();
  }

  private readonly follow = (): void => {
    this.changed();
  };
}
