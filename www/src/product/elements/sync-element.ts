/** What the elements share that show the state of the controller. */
import { LitElement } from 'lit';
import { property } from 'lit/decorators.js';
import type { SyncController } from '../controllers/sync-controller';

/** An element that renders anew when the controller changes. */
export abstract class SyncElement extends LitElement {
  /** Whose state is shown. Set before the element is connected. */
  @property({ attribute: false }) controller!: SyncController;

  override connectedCallback(): void {
    super.connectedCallback();
    this.controller.addEventListener('change', this.handleChange);
  }

  override disconnectedCallback(): void {
    this.controller.removeEventListener('change', this.handleChange);
    super.disconnectedCallback();
  }

  /** The controller has changed. */
  protected controllerChanged(): void {
    this.requestUpdate();
  }

  private readonly handleChange = (): void => {
    this.controllerChanged();
  };
}
