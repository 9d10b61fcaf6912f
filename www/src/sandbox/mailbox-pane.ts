/** The mailbox beside Creatio. */
import { css, html } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { MailboxAccount } from '../engine/types';
import '../product/elements/item-table';
import type { Row } from '../product/elements/item-table';
import { inputs } from '../product/elements/styles';
import type { RowOpenEvent } from '../product/events';
import {
  eventCard,
  lastDayOf,
  instantOf,
  readCalendars,
  readEvents,
  type GraphCalendar,
  type ListedEvent,
} from './mailbox/events';
import { ownerGraph, type Graph } from './mailbox/graph';
import { dayOf, readLists, readTasks, taskCard, type Task, type TaskList } from './mailbox/tasks';
import { ServerPane } from './server-pane';

/**
 * Events of one calendar and tasks of one list, so that one sees both sides change.
 *
 * @tag mailbox-pane
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

  /** Whose mailbox is shown. */
  @property({ attribute: false }) account!: MailboxAccount;

  @state() private calendars: GraphCalendar[] = [];
  @state() private lists: TaskList[] = [];
  @state() private calendar = '';
  @state() private list = '';
  @state() private events: ListedEvent[] = [];
  @state() private tasks: Task[] = [];
  private graph!: Graph;

  protected override readonly side = 'exchange';

  override connectedCallback(): void {
    this.graph = ownerGraph(this.demo.host, this.account);
    super.connectedCallback();
  }

  protected override async read(): Promise<void> {
    [this.calendars, this.lists] = await Promise.all([readCalendars(this.graph), readLists(this.graph)]);
    this.calendar = keepOrFirst(this.calendars, this.calendar);
    this.list = keepOrFirst(this.lists, this.list);
    await Promise.all([this.readEvents(), this.readTasks()]);
  }

  private async readEvents(): Promise<void> {
    this.events = this.calendar ? await readEvents(this.graph, this.calendar, this.demo.time) : [];
  }

  private async readTasks(): Promise<void> {
    this.tasks = this.list ? await readTasks(this.graph, this.list) : [];
  }

  private openEvent(id?: string): void {
    const { time, strings } = this.demo;
    this.show(eventCard(this.graph, time, strings, { calendar: this.calendar, ...(id ? { id } : {}) }));
  }

  private openTask(id?: string): void {
    const { time, strings } = this.demo;
    this.show(taskCard(this.graph, time, strings, { list: this.list, ...(id ? { id } : {}) }));
  }

  private readonly handleEventOpen = ({ rowId }: RowOpenEvent): void => {
    this.openEvent(rowId);
  };

  private readonly handleTaskOpen = ({ rowId }: RowOpenEvent): void => {
    this.openTask(rowId);
  };

  private readonly handleNewEvent = (): void => {
    this.openEvent();
  };

  private readonly handleNewTask = (): void => {
    this.openTask();
  };

  private readonly handleCalendarChange = (event: Event): void => {
    this.calendar = (event.target as HTMLSelectElement).value;
    void this.inTurn(() => this.readEvents());
  };

  private readonly handleListChange = (event: Event): void => {
    this.list = (event.target as HTMLSelectElement).value;
    void this.inTurn(() => this.readTasks());
  };

  private readonly handleReload = (): void => {
    void this.reload();
  };

  private eventRow(event: ListedEvent): Row {
    const { time, strings } = this.demo;
    const times = event.isAllDay
      ? [`${time.showDay(event.start.dateTime)}, ${strings.allDay}`, time.showDay(lastDayOf(event))]
      : [time.show(instantOf(event.start)), time.showEnd(instantOf(event.start), instantOf(event.end))];
    return { id: event.id, cells: [event.subject, ...times], faded: event.isCancelled ?? false };
  }

  private taskRow(task: Task): Row {
    const { time, strings } = this.demo;
    const cells = [task.title, time.showDay(dayOf(task.dueDateTime, time)), strings.taskStatus[task.status]];
    return { id: task.id, cells, faded: task.status === 'completed' };
  }

  private renderEvents() {
    const { strings } = this.demo;
    return html`<section aria-labelledby="events">
      <div class="toolbar">
        <h3 id="events">${strings.events}</h3>
        <select aria-label=${strings.calendar} @change=${this.handleCalendarChange}>
          ${this.calendars.map(
            (one) => html`<option value=${one.id} ?selected=${one.id === this.calendar}>${one.name}</option>`,
          )}
        </select>
        <button type="button" @click=${this.handleNewEvent}>${strings.newEvent}</button>
      </div>
      <schedule-sync-item-table
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
        @schedule-sync-row-open=${this.handleEventOpen}
      ></schedule-sync-item-table>
    </section>`;
  }

  private renderTasks() {
    const { strings } = this.demo;
    return html`<section aria-labelledby="tasks">
      <div class="toolbar">
        <h3 id="tasks">${strings.tasks}</h3>
        <select aria-label=${strings.taskList} @change=${this.handleListChange}>
          ${this.lists.map(
            (one) => html`<option value=${one.id} ?selected=${one.id === this.list}>${one.displayName}</option>`,
          )}
        </select>
        <button type="button" @click=${this.handleNewTask}>${strings.newTask}</button>
      </div>
      <schedule-sync-item-table
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
        @schedule-sync-row-open=${this.handleTaskOpen}
      ></schedule-sync-item-table>
    </section>`;
  }

  override render() {
    const { strings } = this.demo;
    return html`
      <header>
        <h2>${strings.mailbox}</h2>
        <button type="button" @click=${this.handleReload}>${strings.reloadMailbox}</button>
      </header>
      <p class="account">${this.account.address}</p>
      ${this.renderFailure()} ${this.renderEvents()} ${this.renderTasks()} ${this.renderCard()}
    `;
  }
}

/** The chosen one, if it is still there; else the first. */
function keepOrFirst(all: { id: string }[], chosen: string): string {
  return (all.find((one) => one.id === chosen) ?? all[0])?.id ?? '';
}

declare global {
  interface HTMLElementTagNameMap {
    'mailbox-pane': MailboxPane;
  }
}
