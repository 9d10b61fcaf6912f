/** A button that opens a menu. */
import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { base, buttons } from './styles';

/** A line of a menu: it does something, or opens a submenu. */
export interface MenuItem {
  label: string;
  action?: () => void;
  items?: MenuItem[];
}

/**
 * A button that opens a menu, with one level of submenus (ARIA's menu button pattern: arrows, Home,
 * End, Escape, Tab). A submenu opens on click and stays open until another one opens or the menu
 * closes.
 *
 * @tag schedule-sync-menu-button
 * @slot - The icon of a compact button.
 * @csspart button - The button.
 * @csspart menu - The menu, and the submenu.
 */
@customElement('schedule-sync-menu-button')
export class MenuButton extends LitElement {
  static override styles = [
    base,
    buttons,
    css`
      :host {
        display: inline-block;
        position: relative;
      }
      button {
        display: inline-flex;
        align-items: center;
        gap: 8px;
      }
      button[aria-expanded='true'] {
        background: var(--hover);
      }
      .caret {
        border: 4px solid transparent;
        border-top-color: currentColor;
        translate: 0 2px;
      }
      :host([compact]) button {
        border-color: transparent;
        background: transparent;
        padding: 8px;
        width: 40px;
        height: 40px;
        justify-content: center;
      }
      :host([compact]) button:hover,
      :host([compact]) button[aria-expanded='true'] {
        background: var(--selected);
        color: var(--accent);
      }
      .badge {
        position: absolute;
        top: -2px;
        right: -2px;
        min-width: 18px;
        padding: 0 4px;
        border-radius: 9px;
        font-size: 11px;
        line-height: 18px;
        text-align: center;
        color: #fff;
        background: var(--danger);
        pointer-events: none;
      }
      .popup {
        position: fixed;
        z-index: 20;
        display: flex;
        align-items: flex-start;
        gap: 4px;
      }
      :host([compact]) .popup {
        flex-direction: row-reverse;
      }
      [role='menu'] {
        min-width: 240px;
        padding: 6px;
        background: var(--surface);
        border: 1px solid var(--line);
        border-radius: 8px;
        box-shadow: var(--shadow);
      }
      [role='menuitem'] {
        display: flex;
        align-items: center;
        justify-content: space-between;
        gap: 16px;
        padding: 8px 12px;
        min-height: 34px;
        border-radius: 5px;
        white-space: nowrap;
        cursor: pointer;
      }
      [role='menuitem']:hover,
      [role='menuitem'][aria-expanded='true'] {
        background: var(--selected);
      }
      [role='menuitem']:focus-visible {
        outline-offset: -2px;
      }
      .arrow {
        border: 4px solid transparent;
        border-left-color: currentColor;
      }
    `,
  ];

  /** The button's name. */
  @property() label = '';
  /** The lines of the menu. */
  @property({ attribute: false }) items: MenuItem[] = [];
  /** How many things wait for the user: shown at the icon where it is not 0. */
  @property({ type: Number }) badge = 0;
  /** What the button says beside its name, for who does not see it. */
  @property() description = '';
  /** Shows an icon in place of the label; the menu opens to the left. */
  @property({ type: Boolean, reflect: true }) compact = false;

  @state() private open = false;
  @state() private expanded: number | undefined;

  /**
   * Where the focus goes after the next rendering: an item of the menu (0) or of the submenu (1).
   */
  private focusNext: { level: 0 | 1; index: number } | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    document.addEventListener('pointerdown', this.handlePointerDown);
    window.addEventListener('resize', this.handleResize);
  }

  override disconnectedCallback(): void {
    document.removeEventListener('pointerdown', this.handlePointerDown);
    window.removeEventListener('resize', this.handleResize);
    super.disconnectedCallback();
  }

  protected override updated(changed: PropertyValues): void {
    super.updated(changed);
    this.place();
    if (!this.focusNext) return;
    const { level, index } = this.focusNext;
    this.focusNext = undefined;
    this.entries(level).at(index)?.focus({ preventScroll: true });
  }

  private readonly handlePointerDown = (event: PointerEvent): void => {
    if (!event.composedPath().includes(this)) this.close(false);
  };

  private readonly handleResize = (): void => {
    this.close(false);
  };

  /** Puts the menu at its button, above everything that scrolls or cuts off. */
  private place(): void {
    const popup = this.renderRoot.querySelector<HTMLElement>('.popup');
    if (!popup) return;
    const button = this.getBoundingClientRect();
    if (this.compact) {
      popup.style.top = `${button.top}px`;
      popup.style.right = `${document.documentElement.clientWidth - button.left + 8}px`;
    } else {
      popup.style.top = `${button.bottom + 4}px`;
      popup.style.left = `${button.left}px`;
    }
  }

  private close(refocus: boolean): void {
    this.open = false;
    this.expanded = undefined;
    if (refocus) this.renderRoot.querySelector('button')?.focus();
  }

  private toggle(): void {
    if (this.open) {
      this.close(true);
      return;
    }
    this.open = true;
    this.focusNext = { level: 0, index: 0 };
  }

  private entries(level: 0 | 1): HTMLElement[] {
    const menu = this.renderRoot.querySelectorAll('[role=menu]')[level];
    return [...(menu?.querySelectorAll<HTMLElement>('[role=menuitem]') ?? [])];
  }

  private activate(item: MenuItem, index: number): void {
    if (item.items) {
      this.expanded = index;
      this.focusNext = { level: 1, index: 0 };
      return;
    }
    this.close(true);
    item.action?.();
  }

  private press(event: KeyboardEvent, item: MenuItem, level: 0 | 1, index: number): void {
    const entries = this.entries(level);
    const move = (to: number) => entries.at(to % entries.length)?.focus();
    switch (event.key) {
      case 'ArrowDown':
        move(index + 1);
        break;
      case 'ArrowUp':
        move(index - 1);
        break;
      case 'Home':
        move(0);
        break;
      case 'End':
        move(-1);
        break;
      case 'ArrowRight':
        if (item.items) this.activate(item, index);
        break;
      case 'ArrowLeft':
        if (level === 1) this.leaveSubmenu();
        break;
      case 'Escape':
        if (level === 1) this.leaveSubmenu();
        else this.close(true);
        break;
      case 'Tab':
        this.close(false);
        return;
      case 'Enter':
      case ' ':
        this.activate(item, index);
        break;
      default:
        return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  private readonly handleClick = (): void => {
    this.toggle();
  };

  private readonly handleButtonKey = (event: KeyboardEvent): void => {
    if (event.key === 'Escape' && this.open) this.close(true);
    if (event.key !== 'ArrowDown' || this.open) return;
    event.preventDefault();
    this.toggle();
  };

  private leaveSubmenu(): void {
    const index = this.expanded ?? 0;
    this.expanded = undefined;
    this.focusNext = { level: 0, index };
  }

  private renderItem(item: MenuItem, level: 0 | 1, index: number) {
    return html`<div
      role="menuitem"
      tabindex="-1"
      aria-haspopup=${item.items ? 'menu' : nothing}
      aria-expanded=${item.items ? (this.expanded === index ? 'true' : 'false') : nothing}
      @click=${() => {
        this.activate(item, index);
      }}
      @keydown=${(event: KeyboardEvent) => {
        this.press(event, item, level, index);
      }}
    >
      ${item.label}${item.items ? html`<span class="arrow" aria-hidden="true"></span>` : nothing}
    </div>`;
  }

  private renderMenu(items: MenuItem[], label: string, level: 0 | 1) {
    return html`<div part="menu" role="menu" aria-label=${label}>
      ${items.map((item, index) => this.renderItem(item, level, index))}
    </div>`;
  }

  override render() {
    const submenu = this.expanded === undefined ? undefined : this.items[this.expanded];
    return html`
      <button
        part="button"
        type="button"
        aria-haspopup="menu"
        aria-expanded=${this.open ? 'true' : 'false'}
        aria-label=${this.compact ? this.label : nothing}
        aria-description=${this.description || nothing}
        @click=${this.handleClick}
        @keydown=${this.handleButtonKey}
      >
        <slot></slot>
        ${this.compact ? nothing : html`${this.label}<span class="caret" aria-hidden="true"></span>`}
      </button>
      ${this.badge > 0 ? html`<span class="badge" aria-hidden="true">${this.badge}</span>` : nothing}
      ${
        this.open
          ? html`<div class="popup">
              ${this.renderMenu(this.items, this.label, 0)}
              ${submenu?.items ? this.renderMenu(submenu.items, submenu.label, 1) : nothing}
            </div>`
          : nothing
      }
    `;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'schedule-sync-menu-button': MenuButton;
  }
}
