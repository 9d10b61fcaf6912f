/** The card of an item, in which a person changes it. */
import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { base, buttons, dialogs, inputs } from '../product/elements/styles';
import type { Strings } from '../strings';
import type { Card, Field, Participant, People, Values } from './card';
import { explainServer } from './explain-server';
import { safeHtml } from './markup';

/** The card was closed. */
export class CardCloseEvent extends Event {
  static readonly type = 'card-close';

  constructor(
    /** Something was written. */
    readonly isWritten: boolean,
  ) {
    super(CardCloseEvent.type);
  }
}

/**
 * The card of an activity, event or task, in a modal dialog.
 *
 * @tag item-card
 * @fires {CardCloseEvent} card-close - It was closed.
 * @csspart dialog - The dialog.
 */
@customElement('item-card')
export class ItemCard extends LitElement {
  static override styles = [
    base,
    buttons,
    inputs,
    dialogs,
    css`
      .body {
        overflow: auto;
        padding: 16px 20px;
        display: grid;
        grid-template-columns: 1fr 1fr;
        gap: 12px 20px;
      }
      .field {
        display: flex;
        flex-direction: column;
        gap: 4px;
        min-width: 0;
      }
      .wide {
        grid-column: 1 / -1;
      }
      .field > label {
        color: var(--muted);
        font-size: 13px;
      }
      label.check {
        display: flex;
        flex-direction: row;
        align-items: center;
        align-self: end;
        gap: 8px;
        min-height: 34px;
      }
      textarea {
        resize: vertical;
      }
      .hint {
        font-size: 13px;
        color: var(--muted);
      }
      .markup {
        border: 1px solid var(--line);
        border-radius: 6px;
        padding: 8px 12px;
        max-height: 160px;
        overflow: auto;
        overflow-wrap: anywhere;
      }
      .person {
        display: grid;
        grid-template-columns: 1fr 150px 130px auto;
        align-items: center;
        gap: 8px;
        padding: 3px 0;
      }
      legend {
        padding: 0;
        color: var(--muted);
        font-size: 13px;
      }
    `,
  ];

  /** What is shown, and how it is written. */
  @property({ attribute: false }) card!: Card;
  /** The texts in the user's language. */
  @property({ attribute: false }) strings!: Strings;
  /** The server that holds the item. */
  @property() side: 'creatio' | 'exchange' = 'creatio';

  @state() private values: Values = {};
  @state() private people: Participant[] = [];
  @state() private failure = '';
  @state() private busy = false;
  /** Deleting was pressed once: the next press deletes. */
  @state() private isSure = false;

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has('card')) return;
    this.values = { ...this.card.values };
    this.people = this.card.people?.rows ?? [];
  }

  protected override firstUpdated(changed: PropertyValues): void {
    super.firstUpdated(changed);
    this.renderRoot.querySelector('dialog')?.showModal();
  }

  private close(isWritten: boolean): void {
    this.renderRoot.querySelector('dialog')?.close();
    this.dispatchEvent(new CardCloseEvent(isWritten));
  }

  private async write(work: () => Promise<void>): Promise<void> {
    this.busy = true;
    this.failure = '';
    try {
      await work();
      this.close(true);
    } catch (error) {
      this.failure = explainServer(this.strings, this.side, error);
    } finally {
      this.busy = false;
    }
  }

  private readonly handleCancel = (): void => {
    this.close(false);
  };

  private readonly handleSubmit = (event: Event): void => {
    event.preventDefault();
    const { card, values, people } = this;
    const before = card.people?.rows ?? [];
    void this.write(() =>
      card.save({
        values,
        changed: (...names) => names.some((name) => values[name] !== card.values[name]),
        people: people.filter((person) => !before.includes(person)),
        removed: before.map((one) => one.contact).filter((contact) => !people.some((one) => one.contact === contact)),
      }),
    );
  };

  private readonly handleRemove = (): void => {
    const { remove } = this.card;
    if (!remove) return;
    if (this.isSure) void this.write(remove);
    else this.isSure = true;
  };

  private set(name: string, value: string | boolean): void {
    this.values = { ...this.values, [name]: value };
  }

  private setPerson(contact: string, part: Partial<Participant>): void {
    this.people = this.people.map((person) => (person.contact === contact ? { ...person, ...part } : person));
  }

  private addPerson(people: People, contact: string): void {
    const name = people.contacts.find((one) => one.value === contact)?.label;
    if (name) this.people = [...this.people, { contact, name, ...people.first }];
  }

  private renderField(field: Field) {
    if (field.when && !field.when(this.values)) return nothing;
    const value = this.values[field.name];
    const { type } = field;
    if (type === 'check') {
      return html`<label class="check">
        <input
          type="checkbox"
          .checked=${value === true}
          @change=${(event: Event) => {
            this.set(field.name, (event.target as HTMLInputElement).checked);
          }}
        />
        ${field.label}
      </label>`;
    }
    const id = `field-${field.name}`;
    return html`<div class="field ${field.wide ? 'wide' : ''}">
      <label for=${id}>${field.label}</label>
      ${this.renderControl({ ...field, type }, id, typeof value === 'string' ? value : '')}
      ${field.hint ? html`<span class="hint" id="${id}-hint">${field.hint}</span>` : nothing}
    </div>`;
  }

  private renderControl(field: Field & { type: Exclude<Field['type'], 'check'> }, id: string, value: string) {
    const input = (event: Event) => {
      this.set(field.name, (event.target as HTMLInputElement).value);
    };
    const hint = field.hint ? `${id}-hint` : nothing;
    switch (field.type) {
      case 'select':
        return html`<select id=${id} @change=${input}>
          ${renderOptions(field.options ?? [], value)}
        </select>`;
      case 'textarea':
        return html`<textarea id=${id} rows="4" .value=${value} @input=${input}></textarea>`;
      case 'text':
      case 'number':
      case 'date':
      case 'datetime-local':
        return html`<input
          id=${id}
          type=${field.type}
          aria-describedby=${hint}
          ?required=${field.required}
          ?readonly=${field.readOnly}
          .value=${value}
          @input=${input}
        />`;
    }
  }

  private renderPeople(people: People) {
    const { card: words } = this.strings;
    const free = people.contacts.filter((contact) => !this.people.some((person) => person.contact === contact.value));
    return html`<fieldset class="wide">
      <legend>${words.participants}</legend>
      ${this.people.map((person) => this.renderPerson(people, person))}
      <select
        aria-label=${words.add}
        .value=${''}
        @change=${(event: Event) => {
          const select = event.target as HTMLSelectElement;
          this.addPerson(people, select.value);
          select.value = '';
        }}
      >
        ${renderOptions([{ value: '', label: words.add }, ...free], '')}
      </select>
    </fieldset>`;
  }

  private renderPerson(people: People, person: Participant) {
    const { card: words } = this.strings;
    const change = (part: 'role' | 'response') => (event: Event) => {
      this.setPerson(person.contact, { [part]: (event.target as HTMLSelectElement).value });
    };
    return html`<div class="person">
      <span>${person.name}</span>
      <select aria-label=${words.role(person.name)} @change=${change('role')}>
        ${renderOptions(people.roles, person.role)}
      </select>
      <select aria-label=${words.answer(person.name)} @change=${change('response')}>
        ${renderOptions(people.responses, person.response)}
      </select>
      <button
        type="button"
        aria-label=${words.leaveOut(person.name)}
        @click=${() => {
          this.people = this.people.filter((one) => one.contact !== person.contact);
        }}
      >
        ×
      </button>
    </div>`;
  }

  private renderMarkup(markup: string) {
    return html`<div class="field wide">
      <span class="hint">${this.strings.card.formatted}</span>
      <div
        class="markup"
        tabindex="0"
        role="group"
        aria-label=${this.strings.card.formatted}
        .innerHTML=${safeHtml(markup)}
      ></div>
    </div>`;
  }

  override render() {
    const { card, strings } = this;
    return html`<dialog part="dialog" aria-labelledby="heading" @cancel=${this.handleCancel}>
      <form @submit=${this.handleSubmit}>
        <header><h2 id="heading">${card.heading}</h2></header>
        <div class="body">
          ${card.fields.map((field) => this.renderField(field))}
          ${card.markup ? this.renderMarkup(card.markup) : nothing}
          ${card.people ? this.renderPeople(card.people) : nothing}
        </div>
        ${this.failure ? html`<p role="alert">${this.failure}</p>` : nothing}
        <footer>
          <button class="primary" type="submit" ?disabled=${this.busy}>${strings.card.done}</button>
          <button type="button" @click=${this.handleCancel}>${strings.card.close}</button>
          <span class="space"></span>
          ${
            card.remove
              ? html`<button class="danger" type="button" ?disabled=${this.busy} @click=${this.handleRemove}>
                  ${this.isSure ? strings.card.removeAgain : strings.card.remove}
                </button>`
              : nothing
          }
        </footer>
      </form>
    </dialog>`;
  }
}

function renderOptions(options: { value: string; label: string }[], chosen: string) {
  return options.map(
    (option) => html`<option value=${option.value} ?selected=${option.value === chosen}>${option.label}</option>`,
  );
}

declare global {
  interface HTMLElementTagNameMap {
    'item-card': ItemCard;
  }
  interface HTMLElementEventMap {
    'card-close': CardCloseEvent;
  }
}
