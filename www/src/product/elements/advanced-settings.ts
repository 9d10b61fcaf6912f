/** The part of the settings that is seldom changed. */
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Advanced, ContainerInfo } from '../../engine/types';
import type { Strings } from '../../strings';
import { AdvancedChangeEvent } from '../events';
import { base, inputs } from './styles';

type Rule = 'conflict' | 'creatioDelete' | 'exchangeDelete' | 'private' | 'notify';
type Check = 'onlyMine' | 'between' | 'completes';
type Months = 'months' | 'seriesMonths';
type Target = 'calendar' | 'list';

const rules: readonly Rule[] = ['notify', 'conflict', 'creatioDelete', 'exchangeDelete', 'private'];
const checks: readonly Check[] = ['onlyMine', 'between', 'completes'];
const horizons: readonly Months[] = ['months', 'seriesMonths'];
const targets: readonly Target[] = ['calendar', 'list'];

/** The most months that a horizon can have. */
const maxMonths = 36;

/**
 * The part of the settings that is seldom changed, folded away.
 *
 * @tag schedule-sync-advanced-settings
 * @fires {AdvancedChangeEvent} schedule-sync-advanced-change - Something was changed.
 */
@customElement('schedule-sync-advanced-settings')
export class AdvancedSettings extends LitElement {
  static override styles = [
    base,
    inputs,
    css`
      :host {
        display: block;
        padding: 14px 0;
        border-bottom: 1px solid var(--line);
      }
      summary {
        font-weight: 600;
        cursor: pointer;
        width: fit-content;
      }
      .fields {
        display: grid;
        grid-template-columns: minmax(0, max-content) minmax(0, max-content);
        align-items: center;
        gap: 10px 16px;
        margin: 12px 0 0 26px;
      }
      .hint {
        grid-column: 1 / -1;
        margin: -4px 0 0;
        max-width: 60em;
        color: var(--muted);
        font-size: 13px;
      }
      .line {
        display: flex;
        align-items: center;
        gap: 10px;
        min-height: 30px;
        grid-column: 1 / -1;
        width: fit-content;
      }
      @media (max-width: 1279px) {
        .fields {
          grid-template-columns: minmax(0, 1fr);
          gap: 4px;
        }
      }
    `,
  ];

  /** The texts in the user's language. */
  @property({ attribute: false }) strings!: Strings;
  /** The settings. */
  @property({ attribute: false }) value!: Advanced;
  /** Whether who gets mail of a change is left to the writer. */
  @property({ type: Boolean }) silent = false;
  /** The calendars and task lists of the mailbox; none while they are read. */
  @property({ attribute: false }) containers: ContainerInfo[] = [];
  /** Whether calendars and task lists can’t be read. */
  @property({ type: Boolean }) unreadable = false;
  /** The paths of what the administrator has fixed. */
  @property({ attribute: false }) locked: ReadonlySet<string> = new Set();

  private change(part: Partial<Advanced>): void {
    this.value = { ...this.value, ...part };
    this.dispatchEvent(new AdvancedChangeEvent(this.value));
  }

  /** Says that the administrator has fixed something. */
  private renderLocked(path: string, name: string) {
    return this.locked.has(path) ? html`<p class="hint" id="${name}-locked">${this.strings.locked}</p>` : nothing;
  }

  /** The ids of what describes a control. */
  private describedBy(path: string, name: string, ...more: string[]) {
    const ids = [...more, ...(this.locked.has(path) ? [`${name}-locked`] : [])];
    return ids.length > 0 ? ids.join(' ') : nothing;
  }

  private renderRule(name: Rule) {
    const { label, options } = this.strings.advanced[name];
    const isSilent = name === 'notify' && this.silent && this.value.notify === 'never';
    return html`<label for=${name}>${label}</label>
      <select
        id=${name}
        aria-describedby=${this.describedBy(`rules.${name}`, name, ...(isSilent ? ['silent'] : []))}
        ?disabled=${this.locked.has(`rules.${name}`)}
        @change=${(event: Event) => {
          this.change({ [name]: (event.target as HTMLSelectElement).value });
        }}
      >
        ${Object.entries(options).map(
          ([value, text]) => html`<option value=${value} ?selected=${this.value[name] === value}>${text}</option>`,
        )}
      </select>
      ${isSilent ? html`<p class="hint" id="silent">${this.strings.silent}</p>` : nothing}
      ${this.renderLocked(`rules.${name}`, name)}`;
  }

  private renderTarget(name: Target) {
    const { advanced, standard, loading } = this.strings;
    const path = `targets.${name}`;
    const kind = name === 'calendar' ? 'meeting' : 'task';
    const chosen = this.value[name];
    const writable = this.containers.filter((one) => one.kind === kind && (one.writable || one.id === chosen));
    const unknownLabel = this.unreadable ? advanced.unreadable : loading;
    const goneLabel = this.containers.length > 0 ? advanced.missing : unknownLabel;
    const isGone = chosen !== undefined && !writable.some((one) => one.id === chosen);
    return html`<label for=${name}>${advanced[name]}</label>
      <select
        id=${name}
        aria-describedby=${this.describedBy(path, name)}
        ?disabled=${this.locked.has(path)}
        @change=${(event: Event) => {
          this.change({ [name]: (event.target as HTMLSelectElement).value || undefined });
        }}
      >
        <option value="" ?selected=${chosen === undefined}>${standard}</option>
        ${isGone ? html`<option value=${chosen} selected>${goneLabel}</option>` : nothing}
        ${writable.map((one) => html`<option value=${one.id} ?selected=${one.id === chosen}>${one.name}</option>`)}
      </select>
      ${this.renderLocked(path, name)}`;
  }

  private renderMonths(name: Months) {
    return html`<label for=${name}>${this.strings.advanced[name]}</label>
      <input
        id=${name}
        type="number"
        min="1"
        max=${maxMonths}
        aria-describedby=${this.describedBy(`rules.${name}`, name)}
        ?disabled=${this.locked.has(`rules.${name}`)}
        .value=${String(this.value[name])}
        @change=${(event: Event) => {
          const input = event.target as HTMLInputElement;
          const months = Math.min(Math.max(Math.round(input.valueAsNumber) || 1, 1), maxMonths);
          input.value = String(months);
          this.change({ [name]: months });
        }}
      />
      ${this.renderLocked(`rules.${name}`, name)}`;
  }

  private renderCheck(name: Check) {
    return html`<label class="line">
        <input
          type="checkbox"
          aria-describedby=${this.describedBy(`rules.${name}`, name)}
          ?disabled=${this.locked.has(`rules.${name}`)}
          .checked=${this.value[name]}
          @change=${(event: Event) => {
            this.change({ [name]: (event.target as HTMLInputElement).checked });
          }}
        />
        ${this.strings.advanced[name]}
      </label>
      ${this.renderLocked(`rules.${name}`, name)}`;
  }

  override render() {
    return html`<details>
      <summary>${this.strings.advancedSettings}</summary>
      <div class="fields">
        ${rules.map((name) => this.renderRule(name))} ${targets.map((name) => this.renderTarget(name))}
        ${horizons.map((name) => this.renderMonths(name))} ${checks.map((name) => this.renderCheck(name))}
      </div>
    </details>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'schedule-sync-advanced-settings': AdvancedSettings;
  }
}
