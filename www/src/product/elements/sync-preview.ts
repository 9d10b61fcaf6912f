/** What a run would do, for a person to look through before anything is written. */
import { LitVirtualizer } from '@lit-labs/virtualizer/LitVirtualizer.js';
import { css, html, nothing, type PropertyValues } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { MailboxAccount, Preview, PreviewRow } from '../../engine/types';
import { ViewCloseEvent } from '../events';
import { showValue } from '../field-values';
import {
  canTick,
  changes,
  countsOf,
  groupsOf,
  importedContainers,
  isImported,
  isTicked,
  leftOutAtFirst,
  mailsOf,
  tick,
  tickContainer,
  type Filter,
  type Group,
  type Grouping,
  type LeftOut,
} from '../preview-rows';
import { base, buttons, dialogs, inputs } from './styles';
import { SyncElement } from './sync-element';
import { writeTable } from './write-table';

if (!customElements.get('lit-virtualizer')) customElements.define('lit-virtualizer', LitVirtualizer);

/** A line of the list: the head of a group, or one of its rows. */
type Line = { group: Group; row?: undefined } | { group: Group; row: PreviewRow };

const groupings: readonly Grouping[] = ['none', 'calendar', 'series', 'owner'];

/**
 * What synchronizing an account would write, row by row. A person leaves out single rows, groups of
 * them or whole calendars, and has the rest carried out: that, and nothing else.
 *
 * @tag schedule-sync-preview
 * @fires {ViewCloseEvent} schedule-sync-view-close - It is left.
 */
@customElement('schedule-sync-preview')
export class SyncPreview extends SyncElement {
  static override styles = [
    base,
    buttons,
    inputs,
    dialogs,
    css`
      :host {
        display: block;
      }
      header.head,
      .controls,
      .line {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 8px 12px;
      }
      header.head {
        border: 0;
        padding: 0;
        margin-bottom: 8px;
      }
      h1 {
        flex: 1 1 200px;
        font-size: 22px;
        font-weight: 600;
        overflow-wrap: anywhere;
      }
      section {
        background: var(--surface);
        border: 1px solid var(--line);
        border-radius: 8px;
        padding: 10px 16px 12px;
        margin-bottom: 12px;
      }
      .muted {
        color: var(--muted);
      }
      .totals {
        display: flex;
        flex-wrap: wrap;
        gap: 2px 20px;
        margin-top: 4px;
      }
      .mail {
        margin-top: 6px;
      }
      .mail.warns {
        color: var(--danger);
      }
      fieldset {
        margin-top: 8px;
      }
      legend {
        padding: 0;
        font-weight: 600;
      }
      label {
        display: inline-flex;
        align-items: center;
        gap: 8px;
      }
      .calendar {
        display: flex;
        min-height: 30px;
      }
      .controls label {
        flex: 1 1 150px;
        flex-direction: column;
        align-items: stretch;
        gap: 2px;
        font-size: 13px;
        color: var(--muted);
      }
      lit-virtualizer {
        margin-top: 10px;
        height: min(560px, 62vh);
        border-top: 1px solid var(--line);
      }
      .item {
        width: 100%;
        padding: 6px 0;
        border-bottom: 1px solid var(--line);
      }
      .item.group {
        font-weight: 600;
        background: var(--hover);
        padding-left: 6px;
      }
      .line {
        flex-wrap: nowrap;
        align-items: baseline;
      }
      .line input {
        translate: 0 2px;
      }
      .what {
        flex: 1;
        min-width: 0;
        overflow-wrap: anywhere;
      }
      .when {
        white-space: nowrap;
      }
      summary {
        cursor: pointer;
        overflow-wrap: anywhere;
      }
      details schedule-sync-value-table {
        margin: 6px 0 4px 14px;
      }
      .out .what,
      .out .when {
        color: var(--muted);
        text-decoration: line-through;
      }
      dialog p {
        padding: 14px 20px 0;
        overflow-wrap: anywhere;
      }
      dialog p:last-of-type {
        padding-bottom: 14px;
      }
      @media (max-width: 560px) {
        .line {
          flex-wrap: wrap;
        }
      }
    `,
  ];

  /** Whose preview it is. */
  @property({ attribute: false }) account!: MailboxAccount;
  /** What would be done; nothing while it is being read. */
  @property({ attribute: false }) preview: Preview | undefined;

  @state() private leftOut: LeftOut = { rows: new Set(), containers: new Set() };
  @state() private filter: Filter = { change: 'all', text: '' };
  @state() private grouping: Grouping = 'none';
  /** The rows whose fields are shown. */
  @state() private opened: ReadonlySet<string> = new Set();

  @query('dialog') private readonly dialog!: HTMLDialogElement;

  protected override willUpdate(changed: PropertyValues<this>): void {
    super.willUpdate(changed);
    if (!changed.has('preview') || !this.preview) return;
    this.leftOut = leftOutAtFirst(this.preview);
    this.opened = new Set();
  }

  protected override firstUpdated(changed: PropertyValues): void {
    super.firstUpdated(changed);
    this.renderRoot.querySelector('h1')?.focus();
  }

  /** Whether nothing at all is left to be done or noted. */
  private get hasNoChoice(): boolean {
    return this.ticked.length === 0 && this.leftOut.rows.size === 0 && this.leftOut.containers.size === 0;
  }

  private get ticked(): PreviewRow[] {
    return this.preview?.rows.filter((row) => isTicked(row, this.leftOut)) ?? [];
  }

  private readonly close = (): void => {
    this.controller.leavePreview(this.account);
    this.dispatchEvent(new ViewCloseEvent());
  };

  private readonly handleApply = (): void => {
    if (mailsOf(this.ticked, this.account.address).count > 0) this.dialog.showModal();
    else this.apply();
  };

  private readonly handleBack = (): void => {
    this.dialog.close();
  };

  private readonly handleSend = (): void => {
    this.dialog.close();
    this.apply();
  };

  private apply(): void {
    if (this.controller.applyPreview(this.account, this.leftOut)) this.dispatchEvent(new ViewCloseEvent());
  }

  private readonly handleRead = (): void => {
    void this.controller.readPreview(this.account);
  };

  private readonly handleSearch = (event: Event): void => {
    this.filter = { ...this.filter, text: (event.target as HTMLInputElement).value };
  };

  private readonly handleChangeFilter = (event: Event): void => {
    const { value } = event.target as HTMLSelectElement;
    this.filter = { ...this.filter, change: changes.find((change) => change === value) ?? 'all' };
  };

  private readonly handleGrouping = (event: Event): void => {
    const { value } = event.target as HTMLSelectElement;
    this.grouping = groupings.find((one) => one === value) ?? 'none';
  };

  private tick(rows: PreviewRow[], on: boolean): void {
    this.leftOut = tick(rows, on, this.leftOut);
  }

  /** What is done with a row, and why, in words. */
  private reasonOf({ change, side }: PreviewRow): string {
    const { preview } = this.controller.strings;
    return preview.why[change](side ?? 'creatio');
  }

  private nameOf({ key, rows }: Group): string {
    const { strings } = this.controller;
    switch (this.grouping) {
      case 'calendar':
        return this.preview?.containers.find(({ id }) => id === key)?.name ?? strings.preview.otherCalendar;
      case 'series':
        return key === '' ? strings.preview.noSeries : strings.preview.series(rows[0]?.title ?? '');
      case 'owner':
        return key === 'others' ? strings.preview.others : strings.preview.mine;
      case 'none':
        return '';
    }
  }

  private renderValues(row: PreviewRow) {
    const { strings } = this.controller;
    return row.writes.map((write) =>
      writeTable(write, this.controller, strings.preview.written(row.title || strings.untitled, write.side)),
    );
  }

  private renderRow(row: PreviewRow, index: number, count: number) {
    const { strings, time } = this.controller;
    const { preview } = strings;
    const ticked = isTicked(row, this.leftOut);
    const title = row.title || strings.untitled;
    const when = row.when ? showValue(row.when, time, strings) : '';
    const isOpen = this.opened.has(row.activity);
    const mail = row.mailed.length + (row.answers ? 1 : 0);
    const kind = row.series ? preview.occurrence : strings.kinds[row.kind];
    const notes = [kind, this.reasonOf(row), ...(mail > 0 ? [preview.mailsIn(mail)] : [])];
    return html`<div
      role="listitem"
      aria-setsize=${count}
      aria-posinset=${index + 1}
      class="item ${ticked ? '' : 'out'}"
    >
      <div class="line">
        <input
          type="checkbox"
          aria-label=${when ? `${title}, ${when}` : title}
          .checked=${ticked}
          ?disabled=${!canTick(row, this.leftOut)}
          @change=${(event: Event) => {
            this.tick([row], (event.target as HTMLInputElement).checked);
          }}
        />
        <details
          class="what"
          .open=${isOpen}
          @toggle=${(event: Event) => {
            const opened = new Set(this.opened);
            if ((event.target as HTMLDetailsElement).open) opened.add(row.activity);
            else opened.delete(row.activity);
            this.opened = opened;
          }}
        >
          <summary>${title} <span class="muted">${notes.join(' · ')}</span></summary>
          ${isOpen ? this.renderValues(row) : nothing}
        </details>
        <span class="when muted">${when}</span>
      </div>
    </div>`;
  }

  private renderGroup(group: Group, index: number, count: number) {
    const { rows } = group;
    const ticked = rows.filter((row) => isTicked(row, this.leftOut)).length;
    const name = this.nameOf(group);
    return html`<div role="listitem" aria-setsize=${count} aria-posinset=${index + 1} class="item group">
      <label>
        <input
          type="checkbox"
          .checked=${ticked === rows.length}
          .indeterminate=${ticked > 0 && ticked < rows.length}
          @change=${(event: Event) => {
            this.tick(rows, (event.target as HTMLInputElement).checked);
          }}
        />
        ${this.controller.strings.preview.group(name, rows.length)}
      </label>
    </div>`;
  }

  private renderCalendars(preview: Preview) {
    const { strings } = this.controller;
    const used = importedContainers(preview);
    if (used.length < 2 && !used.some((one) => one.personal)) return nothing;
    return html`<fieldset>
      <legend>${strings.preview.calendars}</legend>
      ${used.map((one) => {
        const rows = preview.rows.filter((row) => row.container === one.id && isImported(row));
        return html`<label class="calendar">
          <input
            type="checkbox"
            .checked=${!this.leftOut.containers.has(one.id)}
            @change=${(event: Event) => {
              this.leftOut = tickContainer(one.id, (event.target as HTMLInputElement).checked, this.leftOut);
            }}
          />
          ${strings.preview.calendar(one.name, rows.length, one.personal && this.leftOut.containers.has(one.id))}
        </label>`;
      })}
    </fieldset>`;
  }

  private renderMails(rows: PreviewRow[]) {
    const { preview } = this.controller.strings;
    const mails = mailsOf(rows, this.account.address);
    if (mails.count === 0) return html`<p class="mail">${preview.noMail}</p>`;
    return html`<p class="mail warns">${preview.mails(mails.count, mails.people.length, mails.outside.length)}</p>`;
  }

  private renderSummary(preview: Preview, ticked: PreviewRow[]) {
    const { strings } = this.controller;
    const out = preview.rows.length - ticked.length;
    return html`<section aria-label=${strings.preview.summary}>
      <p>${strings.preview.intro}</p>
      <ul class="totals">
        ${countsOf(ticked).map(
          ({ change, side, count }) => html`<li>${strings.preview.count(change, side, count)}</li>`,
        )}
        ${out > 0 ? html`<li class="muted">${strings.preview.out(out)}</li>` : nothing}
      </ul>
      ${this.renderMails(ticked)}
      ${preview.held.length > 0 ? html`<p class="muted">${strings.preview.held(preview.held.length)}</p>` : nothing}
      ${this.renderCalendars(preview)}
    </section>`;
  }

  private renderControls(preview: Preview) {
    const { strings } = this.controller;
    const present = changes.filter((change) => preview.rows.some((row) => row.change === change));
    return html`<div class="controls">
      <label>
        ${strings.preview.search}<input type="search" .value=${this.filter.text} @input=${this.handleSearch} />
      </label>
      <label>
        ${strings.preview.shown}
        <select @change=${this.handleChangeFilter}>
          <option value="all">${strings.preview.everything}</option>
          ${present.map(
            (change) =>
              html`<option value=${change} ?selected=${this.filter.change === change}>
                ${strings.preview.changes[change]}
              </option>`,
          )}
        </select>
      </label>
      <label>
        ${strings.preview.groupBy}
        <select @change=${this.handleGrouping}>
          ${groupings.map((one) => html`<option value=${one}>${strings.preview.groupings[one]}</option>`)}
        </select>
      </label>
    </div>`;
  }

  private renderList(preview: Preview) {
    const { strings } = this.controller;
    const groups = groupsOf(preview, this.grouping, this.filter);
    const lines: Line[] = groups.flatMap((group) => [
      ...(this.grouping === 'none' ? [] : [{ group }]),
      ...group.rows.map((row) => ({ group, row })),
    ]);
    if (lines.length === 0) return html`<p class="muted">${strings.preview.noRows}</p>`;
    return html`<lit-virtualizer
      scroller
      role="list"
      aria-label=${strings.preview.rows}
      .items=${lines}
      .keyFunction=${({ group, row }: Line) => (row ? `row ${row.activity}` : `group ${group.key}`)}
      .renderItem=${({ group, row }: Line, index: number) =>
        row ? this.renderRow(row, index, lines.length) : this.renderGroup(group, index, lines.length)}
    ></lit-virtualizer>`;
  }

  private renderDialog(ticked: PreviewRow[]) {
    const { strings } = this.controller;
    const mails = mailsOf(ticked, this.account.address);
    const names = (people: typeof mails.people) =>
      people.map(({ name, addresses }) => name || (addresses[0] ?? '')).join(', ');
    return html`<dialog aria-labelledby="mail-heading">
      <header><h2 id="mail-heading">${strings.preview.sendHeading}</h2></header>
      <p>${strings.preview.mails(mails.count, mails.people.length, mails.outside.length)}</p>
      ${mails.outside.length > 0 ? html`<p>${strings.preview.outside(names(mails.outside))}</p>` : nothing}
      <footer>
        <span class="space"></span>
        <button type="button" @click=${this.handleBack}>${strings.preview.back}</button>
        <button type="button" class="danger" @click=${this.handleSend}>${strings.preview.send(mails.count)}</button>
      </footer>
    </dialog>`;
  }

  override render() {
    const { strings, running } = this.controller;
    const { preview, ticked } = this;
    return html`
      <header class="head">
        <h1 tabindex="-1">${strings.preview.of(this.account.address)}</h1>
        ${
          preview && preview.rows.length > 0
            ? html`<button
                class="primary"
                type="button"
                ?disabled=${running || this.hasNoChoice}
                @click=${this.handleApply}
              >
                ${strings.preview.apply(ticked.length)}
              </button>`
            : nothing
        }
        <button type="button" @click=${this.close}>${strings.preview.notNow}</button>
      </header>
      ${
        preview
          ? nothing
          : running
            ? html`<p class="muted">${strings.loading}</p>`
            : html`<button type="button" @click=${this.handleRead}>${strings.preview.readAnew}</button>`
      }
      ${
        preview && preview.rows.length === 0
          ? html`<p>
              ${preview.held.length > 0 ? strings.preview.held(preview.held.length) : strings.preview.nothing}
            </p>`
          : nothing
      }
      ${
        preview && preview.rows.length > 0
          ? html`${this.renderSummary(preview, ticked)}
              <section>${this.renderControls(preview)} ${this.renderList(preview)}</section>
              ${this.renderDialog(ticked)}`
          : nothing
      }
    `;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'schedule-sync-preview': SyncPreview;
  }
}
