import { css, html } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Account } from '../engine/engine';
import {
  eventCard,
  lastDayOf,
  instantOf,
  readCalendars,
  readEvents,
  type Event as MailEvent,
  type GraphCalendar,
} from './mailbox/events';
import type { Graph } from './mailbox/graph';
import { dayOf, readLists, readTasks, taskCard, type Task, type TaskList } from './mailbox/tasks';
import '../product/elements/item-table';
import type { Row } from '../product/elements/item-table';
import { ServerPane } from './server-pane';
import { inputs } from '../product/elements/styles';

/**
 * The mailbox beside Creatio: events of one calendar and tasks of one list, so that one sees both
 * sides change.
 *
 * Properties: `session`, `account`. Methods: `reload()`. Events: none. Parts: none.
 */
@customElement('mailbox-pane')
export class MailboxPane extends ServerPane {
  static override styles = [
    ...ServerPane.styles,
    inputs,
    css`
      header,
      .toolbar {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 8px;
      }
      header {
        justify-content: space-between;
        margin-bottom: 4px;
      }
      h2 {
        font-size: 18px;
        font-weight: 600;
      }
      h3 {
        font-size: 15px;
        font-weight: 600;
        flex: none;
      }
      .account {
        color: var(--muted);
        margin-bottom: 14px;
        overflow-wrap: anywhere;
      }
      .toolbar {
        margin: 0 0 8px;
      }
      .toolbar select {
        flex: 1;
        min-width: 0;
      }
      section + section {
        margin-top: 20px;
      }
    `,
  ];

  @property({ attribute: false }) account!: Account;

  @state() private calendars: GraphCalendar[] = [];
  @state() private lists: TaskList[] = [];
  @state() private calendar = '';
  @state() private list = '';
  @state() private events: MailEvent[] = [];
  @state() private tasks: Task[] = [];
  private graph!: Graph;

  protected override readonly side = 'exchange';

  override connectedCallback(): void {
    this.graph = this.session.graph(this.account);
    super.connectedCallback();
  }

  protected override async read(): Promise<void> {
    [this.calendars, this.lists] = await Promise.all([readCalendars(this.graph), readLists(this.graph)]);
    this.calendar = known(this.calendars, this.calendar);
    this.list = known(this.lists, this.list);
    await Promise.all([this.readEvents(), this.readTasks()]);
  }

  private async readEvents(): Promise<void> {
    this.events = this.calendar ? await readEvents(this.graph, this.calendar, this.session.calendar) : [];
  }

  private async readTasks(): Promise<void> {
    this.tasks = this.list ? await readTasks(this.graph, this.list) : [];
  }

  private openEvent(id?: string): void {
    const { calendar, strings } = this.session;
    this.show(eventCard(this.graph, calendar, strings, { calendar: this.calendar, ...(id ? { id } : {}) }));
  }

  private openTask(id?: string): void {
    const { calendar, strings } = this.session;
    this.show(taskCard(this.graph, calendar, strings, { list: this.list, ...(id ? { id } : {}) }));
  }

  private eventRow(event: MailEvent): Row {
    const { calendar, strings } = this.session;
    const time = event.isAllDay
      ? [`${calendar.showDay(event.start.dateTime)}, ${strings.allDay}`, calendar.showDay(lastDayOf(event))]
      : [calendar.show(instantOf(event.start)), calendar.showEnd(instantOf(event.start), instantOf(event.end))];
    return { id: event.id, cells: [event.subject, ...time], faded: event.isCancelled ?? false };
  }

  private taskRow(task: Task): Row {
    const { calendar, strings } = this.session;
    const cells = [task.title, calendar.showDay(dayOf(task.dueDateTime, calendar)), strings.taskStatus[task.status]];
    return { id: task.id, cells, faded: task.status === 'completed' };
  }

  private renderEvents() {
    const { strings } = this.session;
    return html`<section aria-labelledby="events">
      <div class="toolbar">
        <h3 id="events">${strings.events}</h3>
        <select
          aria-label=${strings.calendar}
          @change=${(event: Event) => {
            this.calendar = (event.target as HTMLSelectElement).value;
            void this.guarded(() => this.readEvents());
          }}
        >
          ${this.calendars.map(
            (one) => html`<option value=${one.id} ?selected=${one.id === this.calendar}>${one.name}</option>`,
          )}
        </select>
        <button
          type="button"
          @click=${() => {
            this.openEvent();
          }}
        >
          ${strings.newEvent}
        </button>
      </div>
      <item-table
        .label=${strings.events}
        .hint=${strings.openHint}
        .empty=${strings.noEvents}
        .columns=${[
          { label: strings.columns.subject, width: 'wide' },
          { label: strings.columns.start, width: 'time' },
          { label: strings.columns.end, width: 'short' },
        ]}
        .rows=${this.events.map((event) => this.eventRow(event))}
        .loading=${this.loading}
        @open=${(event: CustomEvent<string>) => {
          this.openEvent(event.detail);
        }}
      ></item-table>
    </section>`;
  }

  private renderTasks() {
    const { strings } = this.session;
    return html`<section aria-labelledby="tasks">
      <div class="toolbar">
        <h3 id="tasks">${strings.tasks}</h3>
        <select
          aria-label=${strings.taskList}
          @change=${(event: Event) => {
            this.list = (event.target as HTMLSelectElement).value;
            void this.guarded(() => this.readTasks());
          }}
        >
          ${this.lists.map(
            (one) => html`<option value=${one.id} ?selected=${one.id === this.list}>${one.displayName}</option>`,
          )}
        </select>
        <button
          type="button"
          @click=${() => {
            this.openTask();
          }}
        >
          ${strings.newTask}
        </button>
      </div>
      <item-table
        .label=${strings.tasks}
        .hint=${strings.openHint}
        .empty=${strings.noTasks}
        .columns=${[
          { label: strings.columns.title, width: 'wide' },
          { label: strings.columns.due, width: 'short' },
          { label: strings.columns.status, width: 'time' },
        ]}
        .rows=${this.tasks.map((task) => this.taskRow(task))}
        .loading=${this.loading}
        @open=${(event: CustomEvent<string>) => {
          this.openTask(event.detail);
        }}
      ></item-table>
    </section>`;
  }

  override render() {
    const { strings } = this.session;
    return html`
      <header>
        <h2>${strings.mailbox}</h2>
        <button
          type="button"
          @click=${() => {
            void this.reload();
          }}
        >
          ${strings.reloadMailbox}
        </button>
      </header>
      <p class="account">${this.account.address}</p>
      ${this.renderTrouble()} ${this.renderEvents()} ${this.renderTasks()} ${this.renderCard()}
    `;
  }
}

/** The chosen one, if it is still there; else the first. */
function known(all: { id: string }[], chosen: string): string {
  return (all.find((one) => one.id === chosen) ?? all[0])?.id ?? '';
}

declare global {
  interface HTMLElementTagNameMap {
    'mailbox-pane': MailboxPane;
  }
}
