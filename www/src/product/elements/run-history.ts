/** The runs of an account and what they wrote, with their undo. */
import { css, html, nothing, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { EngineFailure } from '../../engine/engine';
import type { MailboxAccount, Run, RunInfo, UndoPlan, Write } from '../../engine/types';
import type { Counts } from '../../strings';
import { RunFinishedEvent, ViewCloseEvent, type RowOpenEvent } from '../events';
import { entriesOf, secondsOf, type RunEntry } from '../run-entries';
import { explain } from '../texts';
import './item-table';
import type { Row } from './item-table';
import { base, buttons } from './styles';
import { SyncElement } from './sync-element';
import { writeTable } from './write-table';

/** How many writes are read at first. */
const firstWrites = 500;

/**
 * The runs of one account, what the chosen one wrote and how it ended, and its undo: first
 * what it would do, then the word.
 *
 * @tag schedule-sync-run-history
 * @fires {ViewCloseEvent} schedule-sync-view-close - The history is to be left.
 */
@customElement('schedule-sync-run-history')
export class RunHistory extends SyncElement {
  static override styles = [
    base,
    buttons,
    css`
      :host {
        display: block;
      }
      header,
      .line {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 8px 12px;
      }
      header {
        margin-bottom: 12px;
      }
      h1,
      h2 {
        flex: 1;
        overflow-wrap: anywhere;
      }
      h1 {
        font-size: 22px;
        font-weight: 600;
      }
      h2 {
        font-size: 16px;
        font-weight: 600;
      }
      h3 {
        font-size: 14px;
        font-weight: 600;
        margin-top: 12px;
      }
      .runs {
        max-height: 264px;
        overflow: auto;
      }
      section {
        margin-top: 16px;
        background: var(--surface);
        border: 1px solid var(--line);
        border-radius: 8px;
        padding: 10px 16px 12px;
      }
      li {
        border-top: 1px solid var(--line);
        padding: 6px 0;
      }
      ul {
        margin-top: 8px;
      }
      summary {
        cursor: pointer;
        overflow-wrap: anywhere;
      }
      .muted {
        color: var(--muted);
      }
      .key {
        margin-top: 6px;
        font-size: 13px;
      }
      .more {
        margin-top: 8px;
      }
      .title {
        margin-right: 8px;
      }
      schedule-sync-value-table {
        margin: 6px 0 4px 14px;
      }
      .failed {
        color: var(--danger);
      }
      [role='alert'] {
        color: var(--danger);
        margin-bottom: 10px;
      }
    `,
  ];

  /** Whose runs are shown. */
  @property({ attribute: false }) account!: MailboxAccount;

  @state() private runs: Run[] | undefined;
  /** What is remembered of runs beside their writes. */
  @state() private infos: RunInfo[] = [];
  /** How many writes are asked for, at least. */
  @state() private minWrites = firstWrites;
  /** The run whose writes are shown, by its beginning. */
  @state() private chosen = '';
  /** What its undo would do, once that was asked. */
  @state() private plan: UndoPlan | undefined;
  @state() private planning = false;
  /** Writes whose fields are shown, by their number. */
  @state() private opened: ReadonlySet<number> = new Set();
  @state() private failure = '';

  override connectedCallback(): void {
    super.connectedCallback();
    this.controller.addEventListener(RunFinishedEvent.type, this.handleFinished);
    void this.load();
  }

  override disconnectedCallback(): void {
    this.controller.removeEventListener(RunFinishedEvent.type, this.handleFinished);
    super.disconnectedCallback();
  }

  protected override firstUpdated(changed: PropertyValues): void {
    super.firstUpdated(changed);
    this.renderRoot.querySelector('h1')?.focus();
  }

  private readonly handleFinished = (): void => {
    void this.load();
  };

  private async load(): Promise<void> {
    await this.guarded(async () => {
      const { engine } = this.controller;
      const { address } = this.account;
      const [runs, { runs: infos }] = await Promise.all([
        engine.history(address, this.minWrites),
        engine.standing(address),
      ]);
      [this.runs, this.infos] = [runs, infos];
      if (!this.entries.some(({ key }) => key === this.chosen)) this.choose(this.entries[0]?.key ?? '');
    });
  }

  /** Whether there may be earlier runs than those shown. */
  private get isPart(): boolean {
    return (this.runs ?? []).reduce((sum, { writes }) => sum + writes.length, 0) >= this.minWrites;
  }

  /** All runs that are known, the newest first. */
  private get entries(): RunEntry[] {
    const runs = this.runs ?? [];
    return entriesOf(runs, this.infos, this.isPart ? runs.at(-1)?.run : undefined);
  }

  private readonly handleMore = (): void => {
    this.minWrites *= 2;
    void this.load();
  };

  private readonly handleRowOpen = (event: RowOpenEvent): void => {
    this.choose(event.rowId);
  };

  private readonly handleKeep = (): void => {
    this.plan = undefined;
  };

  private readonly handleClose = (): void => {
    this.dispatchEvent(new ViewCloseEvent());
  };

  private async guarded(work: () => Promise<void>): Promise<void> {
    try {
      await work();
      this.failure = '';
    } catch (error) {
      this.failure = explain(this.controller.strings, error);
    }
  }

  private choose(run: string): void {
    this.chosen = run;
    this.plan = undefined;
    this.opened = new Set();
  }

  private async preview(run: string): Promise<void> {
    this.planning = true;
    await this.guarded(async () => {
      const plan = await this.controller.engine.undoPlan(this.account.address, run);
      if (this.chosen === run) this.plan = plan;
    });
    this.planning = false;
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLElement>('section h2')?.focus();
  }

  private async takeBack(run: string): Promise<void> {
    this.plan = undefined;
    await this.controller.undo(this.account, run);
  }

  /** The run's time; what began it, how it ended, and how much of it was taken back. */
  private nameOf({ key, run, info }: RunEntry): string {
    const { time, strings } = this.controller;
    const undone = run && run.undone > 0 ? strings.undone(run.undone, run.writes.length) : '';
    const cause = run?.undo ? strings.isUndo : info ? strings.causes[info.cause] : '';
    const outcome = info && info.outcome !== 'done' ? strings.outcomes[info.outcome] : '';
    const times = info && info.times > 1 ? strings.times(info.times) : '';
    return [time.show(key), cause, times, outcome, undone].filter((text) => text !== '').join(' · ');
  }

  private row(entry: RunEntry): Row {
    const { strings } = this.controller;
    const writes = entry.run?.writes ?? [];
    const counts = (side: Write['side']) =>
      entry.run ? strings.runCounts(countsOf(writes.filter((write) => write.side === side))) : strings.nothingThere;
    return {
      id: entry.key,
      current: entry.key === this.chosen,
      faded: !entry.run,
      cells: [this.nameOf(entry), counts('creatio'), counts('exchange')],
    };
  }

  /** A write in a line, and why it stays. */
  private renderLine(write: Write, why = '') {
    const { strings } = this.controller;
    return html`<span class="title">${write.title || strings.untitled}</span>
      <span class="muted">
        ${strings.write(strings.sideTitle[write.side], strings.wrote[write.what])}${why ? ` · ${why}` : ''}
      </span>`;
  }

  private renderWrite(write: Write, index: number) {
    const { strings } = this.controller;
    if (write.fields.length === 0) return html`<li>${this.renderLine(write)}</li>`;
    return html`<li>
      <details
        .open=${this.opened.has(index)}
        @toggle=${(event: Event) => {
          const opened = new Set(this.opened);
          if ((event.target as HTMLDetailsElement).open) opened.add(index);
          else opened.delete(index);
          this.opened = opened;
        }}
      >
        <summary>${this.renderLine(write)}</summary>
        ${
          this.opened.has(index)
            ? writeTable(write, this.controller, strings.heldItem(index + 1, write.title || strings.untitled))
            : nothing
        }
      </details>
    </li>`;
  }

  /** What is remembered of a run beside its writes, in words. */
  private renderInfo(info: RunInfo) {
    const { strings } = this.controller;
    const seconds = secondsOf(info);
    const told = [
      ...(seconds === undefined ? [] : [strings.took(seconds)]),
      ...(info.unfinished > 0 ? [strings.unfinished(info.unfinished)] : []),
      ...info.notes.map(({ note, count }) => strings.notes[note](count)),
    ];
    const { code, side } = info;
    const failure = code && explain(strings, new EngineFailure({ code, ...(side && { side }) }));
    return html`${failure ? html`<p class="failed">${failure}</p>` : nothing}
    ${told.length > 0 ? html`<p class="muted">${told.join(' · ')}</p>` : nothing}`;
  }

  private renderRun({ key, run, info }: RunEntry) {
    const { strings, time, running } = this.controller;
    const busy = running || this.planning;
    return html`<section aria-labelledby="run">
      <div class="line">
        <h2 id="run" tabindex="-1">${strings.runOf(time.show(key))}</h2>
        ${
          run
            ? html`<button
                type="button"
                ?disabled=${busy}
                @click=${() => {
                  void this.preview(key);
                }}
              >
                ${strings.undoRun}
              </button>`
            : nothing
        }
      </div>
      ${this.planning ? html`<p class="muted">${strings.undoPlanning}</p>` : nothing}
      ${info ? this.renderInfo(info) : nothing} ${run ? nothing : html`<p class="muted">${strings.wroteNothing}</p>`}
      <ul>
        ${run?.writes.map((write, index) => this.renderWrite(write, index))}
      </ul>
    </section>`;
  }

  private renderPlan(run: string, { back, stays }: UndoPlan) {
    const { strings, time, running } = this.controller;
    return html`<section aria-labelledby="plan">
      <div class="line">
        <h2 id="plan" tabindex="-1">${strings.undoOf(time.show(run))}</h2>
        ${
          back.length > 0
            ? html`<button
                class="primary"
                type="button"
                ?disabled=${running}
                @click=${() => {
                  void this.takeBack(run);
                }}
              >
                ${strings.takeBack}
              </button>`
            : nothing
        }
        <button type="button" @click=${this.handleKeep}>${strings.keep}</button>
      </div>
      <h3>${back.length > 0 ? strings.undoBack(back.length) : strings.undoNone}</h3>
      <ul>
        ${back.map((write) => html`<li>${this.renderLine(write)}</li>`)}
      </ul>
      ${
        stays.length > 0
          ? html`<h3>${strings.undoStays(stays.length)}</h3>
              <ul>
                ${stays.map(({ write, why }) => html`<li>${this.renderLine(write, strings.whyStays[why])}</li>`)}
              </ul>`
          : nothing
      }
    </section>`;
  }

  private renderChosen() {
    const entry = this.entries.find(({ key }) => key === this.chosen);
    if (!entry) return nothing;
    return this.plan ? this.renderPlan(entry.key, this.plan) : this.renderRun(entry);
  }

  override render() {
    const { strings } = this.controller;
    return html`
      <header>
        <h1 tabindex="-1">${strings.historyOf(this.account.address)}</h1>
        <button type="button" @click=${this.handleClose}>${strings.showActivities}</button>
      </header>
      ${this.failure ? html`<p role="alert">${this.failure}</p>` : nothing}
      <div class="runs">
        <schedule-sync-item-table
          .label=${strings.runs}
          .hint=${strings.runsHint}
          .empty=${strings.noRuns}
          .columns=${[
            { label: strings.run, width: 'wide' },
            { label: strings.sideTitle.creatio, width: 'phrase' },
            { label: strings.sideTitle.exchange, width: 'phrase' },
          ]}
          .rows=${this.entries.map((entry) => this.row(entry))}
          .loading=${!this.runs}
          @schedule-sync-row-open=${this.handleRowOpen}
        ></schedule-sync-item-table>
      </div>
      ${
        this.isPart
          ? html`<button class="more" type="button" @click=${this.handleMore}>${strings.earlierRuns}</button>`
          : nothing
      }
      ${this.entries.length > 0 ? html`<p class="key muted">${strings.runCountsHint}</p>` : nothing}
      ${this.renderChosen()}
    `;
  }
}

/** How many items the writes made, changed and took away. */
function countsOf(writes: Write[]): Counts {
  const counts = { created: 0, updated: 0, deleted: 0 };
  for (const { what } of writes) {
    if (what === 'created') counts.created += 1;
    else if (what === 'deleted' || what === 'canceled') counts.deleted += 1;
    else counts.updated += 1;
  }
  return counts;
}

declare global {
  interface HTMLElementTagNameMap {
    'schedule-sync-run-history': RunHistory;
  }
}
