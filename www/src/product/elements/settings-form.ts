/** The settings of an account. */
import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { MailboxAccount, BlockSettings, ContainerInfo, Kept, AccountSettings } from '../../engine/types';
import type { SyncController } from '../controllers/sync-controller';
import { ViewCloseEvent, type AdvancedChangeEvent } from '../events';
import { optionsOf, type Option } from '../settings-options';
import { explain } from '../texts';
import './advanced-settings';
import './connection-details';
import { base, buttons, inputs } from './styles';

type BlockName = 'importMeetings' | 'importTasks' | 'export';

const blockNames: readonly BlockName[] = ['importMeetings', 'importTasks', 'export'];

/**
 * The settings page of one account, as Creatio has it: the tab "Meetings and tasks" with its three
 * blocks.
 *
 * @tag schedule-sync-settings-form
 * @fires {ViewCloseEvent} schedule-sync-view-close - It was saved or canceled.
 */
@customElement('schedule-sync-settings-form')
export class SettingsForm extends LitElement {
  static override styles = [
    base,
    buttons,
    inputs,
    css`
      :host {
        display: block;
      }
      header {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 12px;
        margin-bottom: 12px;
      }
      h1 {
        font-size: 22px;
        font-weight: 600;
        flex: 1;
        overflow-wrap: anywhere;
      }
      [role='tablist'] {
        display: flex;
        border-bottom: 1px solid var(--line);
      }
      [role='tab'] {
        border: 0;
        border-bottom: 3px solid transparent;
        border-radius: 0;
        background: none;
        padding: 8px 4px;
        min-height: 38px;
      }
      [role='tab'][aria-selected='true'] {
        color: var(--accent);
        border-bottom-color: var(--accent);
      }
      [role='tabpanel'] {
        background: var(--surface);
        border: 1px solid var(--line);
        border-top: 0;
        border-radius: 0 0 8px 8px;
        padding: 8px 20px 20px;
      }
      .block {
        padding: 14px 0;
        border-bottom: 1px solid var(--line);
      }
      .line {
        display: flex;
        align-items: center;
        gap: 10px;
        min-height: 30px;
        width: fit-content;
      }
      .switch {
        font-weight: 600;
      }
      .choice {
        margin-left: 26px;
      }
      .list {
        margin-left: 52px;
      }
      .list li {
        display: flex;
        flex-wrap: wrap;
        align-items: baseline;
        column-gap: 10px;
        padding-left: calc(var(--level, 0) * 22px);
      }
      .level-1 {
        --level: 1;
      }
      .level-2 {
        --level: 2;
      }
      .level-3 {
        --level: 3;
      }
      .hint {
        color: var(--muted);
        font-size: 13px;
      }
      .off {
        color: var(--muted);
      }
      h2 {
        font-size: 14px;
        font-weight: 600;
      }
      .from {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 6px 12px;
        padding: 14px 0;
        border-bottom: 1px solid var(--line);
      }
      .kept {
        margin-top: 14px;
      }
      [role='alert'] {
        color: var(--danger);
        margin-bottom: 10px;
      }
    `,
  ];

  /** What saves the settings. */
  @property({ attribute: false }) controller!: SyncController;
  /** Whose settings they are. */
  @property({ attribute: false }) account!: MailboxAccount;

  @state() private settings: AccountSettings | undefined;
  @state() private options: Record<BlockName, Option[]> | undefined;
  @state() private place: Kept['place'] | undefined;
  @state() private containers: ContainerInfo[] = [];
  @state() private failure = '';
  /** Which fields the administrator lets go one way only, or not at all. */
  @state() private fields: Kept['fields'] = [];
  /** The paths of what the administrator has fixed. */
  @state() private locked: ReadonlySet<string> = new Set();

  override connectedCallback(): void {
    super.connectedCallback();
    void this.load();
  }

  protected override firstUpdated(changed: PropertyValues): void {
    super.firstUpdated(changed);
    this.renderRoot.querySelector('h1')?.focus();
  }

  /** The settings come first; what can be chosen comes from both servers. */
  private async load(): Promise<void> {
    const { engine, strings } = this.controller;
    try {
      const kept = await engine.keptSettings(this.account.address);
      this.locked = new Set(kept.locked);
      this.fields = kept.fields;
      this.place = kept.place;
      this.settings = kept.settings;
      const [containers, groups] = await Promise.all([engine.containers(this.account.address), engine.groups()]);
      this.containers = containers;
      this.options = optionsOf(containers, groups, { strings, shared: this.controller.sharedAccounts });
    } catch (error) {
      this.failure = explain(strings, error);
    }
  }

  private readonly handleSubmit = (event: Event): void => {
    event.preventDefault();
    void this.save();
  };

  private async save(): Promise<void> {
    if (!this.settings) return;
    const { controller } = this;
    if (!this.settings.from) {
      this.failure = controller.strings.fromMissing;
      return;
    }
    controller.keepStore();
    try {
      await controller.engine.saveSettings(this.account.address, this.settings);
      controller.settingsChanged(this.account.address);
      const { settings } = await controller.engine.keptSettings(this.account.address);
      // the administrator may have fixed something since this page was opened
      const isWhole = isSame(settings, this.settings);
      await controller.readSettings();
      controller.say(isWhole ? controller.strings.settingsSaved : controller.strings.settingsLocked);
      // nothing is written before a person has seen it once
      const next = controller.isNew(this.account) && !controller.running ? 'preview' : undefined;
      this.dispatchEvent(new ViewCloseEvent(next));
    } catch (error) {
      this.failure = explain(controller.strings, error);
    }
  }

  private readonly close = (): void => {
    this.dispatchEvent(new ViewCloseEvent());
  };

  private readonly handleAdvancedChange = (event: AdvancedChangeEvent): void => {
    this.change({ advanced: event.value });
  };

  private readonly handleAutomaticChange = (event: Event): void => {
    this.change({ automatic: (event.target as HTMLInputElement).checked });
  };

  private readonly handleFromChange = (event: Event): void => {
    this.change({ from: (event.target as HTMLInputElement).value });
  };

  private change(part: Partial<AccountSettings>): void {
    if (this.settings) this.settings = { ...this.settings, ...part };
  }

  private changeBlock(name: BlockName, part: Partial<BlockSettings>): void {
    if (this.settings) this.change({ [name]: { ...this.settings[name], ...part } });
  }

  private choose(name: BlockName, id: string, on: boolean): void {
    const others = this.settings?.[name].chosen.filter((one) => one !== id) ?? [];
    this.changeBlock(name, { chosen: on ? [...others, id] : others });
  }

  private isLocked(path: string): boolean {
    return this.locked.has(path);
  }

  /** Says that the administrator has fixed something. */
  private renderLocked(path: string, id: string) {
    return this.isLocked(path) ? html`<p class="hint choice" id=${id}>${this.controller.strings.locked}</p>` : nothing;
  }

  private renderBlock(name: BlockName, choice: BlockSettings) {
    const { strings } = this.controller;
    const chosen = choice.on && choice.scope === 'chosen';
    return html`<div class="block">
      <label class="line switch">
        <input
          type="checkbox"
          aria-describedby=${this.isLocked(`${name}.on`) ? `${name}-on-locked` : nothing}
          .checked=${choice.on}
          ?disabled=${this.isLocked(`${name}.on`)}
          @change=${(event: Event) => {
            this.changeBlock(name, { on: (event.target as HTMLInputElement).checked });
          }}
        />
        ${strings[name]}
      </label>
      ${this.renderLocked(`${name}.on`, `${name}-on-locked`)}
      <div class="choice" role="radiogroup" aria-label=${strings[name]}>
        ${this.renderRadio(name, choice, 'all', strings[`${name}All`])}
        ${this.renderRadio(name, choice, 'chosen', strings[`${name}Chosen`])}
        ${this.renderLocked(`${name}.scope`, `${name}-scope-locked`)}
      </div>
      ${chosen ? this.renderList(name, choice) : nothing}
    </div>`;
  }

  private renderRadio(name: BlockName, choice: BlockSettings, scope: BlockSettings['scope'], label: string) {
    return html`<label class="line ${choice.on ? '' : 'off'}">
      <input
        type="radio"
        name=${name}
        .checked=${choice.scope === scope}
        aria-describedby=${this.isLocked(`${name}.scope`) ? `${name}-scope-locked` : nothing}
        ?disabled=${!choice.on || this.isLocked(`${name}.scope`)}
        @change=${() => {
          this.changeBlock(name, { scope });
        }}
      />
      ${label}
    </label>`;
  }

  private renderList(name: BlockName, choice: BlockSettings) {
    const { strings } = this.controller;
    const options = this.options?.[name];
    if (!options) return this.failure ? nothing : html`<p class="list hint">${strings.loading}</p>`;
    const none = options.length === 0 ? strings.noChoice : strings.chosenNone;
    return html`<ul class="list">
        ${options.map((option, index) => this.renderOption(name, choice, option, index))}
      </ul>
      ${this.renderLocked(`${name}.chosen`, `${name}-chosen-locked`)}
      ${options.some((option) => choice.chosen.includes(option.id)) ? nothing : html`<p class="list hint">${none}</p>`}`;
  }

  private renderOption(name: BlockName, choice: BlockSettings, option: Option, index: number) {
    const hint = `${name}-${index}`;
    return html`<li class="level-${Math.min(option.level, 3)}">
      <label class="line">
        <input
          type="checkbox"
          aria-describedby=${option.hint ? hint : nothing}
          .checked=${choice.chosen.includes(option.id)}
          ?disabled=${option.unavailable || this.isLocked(`${name}.chosen`)}
          @change=${(event: Event) => {
            this.choose(name, option.id, (event.target as HTMLInputElement).checked);
          }}
        />
        ${option.label}
      </label>
      ${option.hint ? html`<span class="hint" id=${hint}>${option.hint}</span>` : nothing}
    </li>`;
  }

  private renderAutomaticRuns(settings: AccountSettings) {
    const { strings, time } = this.controller;
    const { last, next, waitsForSignIn } = this.controller.automaticRuns.timesOf(this.account.address);
    const show = (at: Date | undefined) => (at ? time.show(at.toISOString()) : strings.never);
    return html`<div class="block">
      <label class="line switch">
        <input
          type="checkbox"
          aria-describedby="automatic-hint"
          .checked=${settings.automatic}
          ?disabled=${this.isLocked('automatic')}
          @change=${this.handleAutomaticChange}
        />
        ${strings.automatic}
      </label>
      <p class="hint choice" id="automatic-hint">
        ${this.account.builtIn ? strings.builtIn : strings.automaticHint}
        ${strings.automaticTimes(show(last), waitsForSignIn ? strings.afterSignIn : show(next))}
        ${this.isLocked('automatic') ? `${strings.locked}.` : nothing}
      </p>
    </div>`;
  }

  private renderFrom(settings: AccountSettings) {
    const { strings } = this.controller;
    return html`<div class="from">
      <label for="from">${strings.from}</label>
      <input
        id="from"
        type="date"
        required
        aria-describedby="from-hint"
        .value=${settings.from}
        ?disabled=${this.isLocked('from')}
        @change=${this.handleFromChange}
      />
      <span class="hint" id="from-hint">
        ${strings.fromHint} ${this.isLocked('from') ? `${strings.locked}.` : nothing}
      </span>
    </div>`;
  }

  private renderFields() {
    const { strings } = this.controller;
    if (this.fields.length === 0) return nothing;
    return html`<section class="block" aria-labelledby="fields">
      <h2 id="fields">${strings.fieldMap}</h2>
      <p class="hint">${strings.locked}.</p>
      <ul>
        ${this.fields.map(({ field, way }) => html`<li>${strings.fields[field]}: ${strings.ways[way]}</li>`)}
      </ul>
    </section>`;
  }

  private renderForm(settings: AccountSettings) {
    return html`
      ${this.renderAutomaticRuns(settings)} ${this.renderFrom(settings)}
      ${blockNames.map((name) => this.renderBlock(name, settings[name]))}
      <schedule-sync-advanced-settings
        .strings=${this.controller.strings}
        .value=${settings.advanced}
        ?silent=${this.account.silent}
        .containers=${this.containers}
        ?unreadable=${this.failure !== ''}
        .locked=${this.locked}
        @schedule-sync-advanced-change=${this.handleAdvancedChange}
      ></schedule-sync-advanced-settings>
      ${this.renderFields()}
    `;
  }

  private renderLoading() {
    return this.failure ? nothing : html`<p class="hint">${this.controller.strings.loading}</p>`;
  }

  override render() {
    const { strings } = this.controller;
    return html`<form novalidate @submit=${this.handleSubmit}>
      <header>
        <h1 tabindex="-1">${strings.settingsOf(this.account.address)}</h1>
        <button class="primary" type="submit" ?disabled=${!this.settings}>${strings.save}</button>
        <button type="button" @click=${this.close}>${strings.cancel}</button>
      </header>
      ${this.failure ? html`<p role="alert">${this.failure}</p>` : nothing}
      <div role="tablist" aria-label=${strings.settingsParts}>
        <button type="button" role="tab" id="tab" aria-selected="true" aria-controls="panel">
          ${strings.settingsTab}
        </button>
      </div>
      <div role="tabpanel" id="panel" aria-labelledby="tab">
        ${this.settings ? this.renderForm(this.settings) : this.renderLoading()}
        <p class="hint kept">${strings.allHint} ${this.place ? strings.kept[this.place] : nothing}</p>
        <schedule-sync-connection-details .controller=${this.controller}></schedule-sync-connection-details>
      </div>
    </form>`;
  }
}

/** Whether two settings say the same, in whatever order. */
function isSame(one: unknown, other: unknown): boolean {
  if (typeof one !== 'object' || typeof other !== 'object' || !one || !other) return one === other;
  const [left, right] = [one as Record<string, unknown>, other as Record<string, unknown>];
  return [...new Set([...Object.keys(left), ...Object.keys(right)])].every((key) => isSame(left[key], right[key]));
}

declare global {
  interface HTMLElementTagNameMap {
    'schedule-sync-settings-form': SettingsForm;
  }
}
