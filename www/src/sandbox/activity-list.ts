/** The section Activities of Creatio. */
import { css, html } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import '../product/elements/item-table';
import type { Column, Row } from '../product/elements/item-table';
import '../product/elements/menu-button';
import type { RowOpenEvent } from '../product/events';
import {
  activityCard,
  nameOf,
  readActivities,
  readLookups,
  type ListedActivity,
  type Lookups,
} from './creatio/activities';
import { ServerPane } from './server-pane';

/**
 * The list of activities, and the menu of actions with the product's item.
 *
 * @tag activity-list
 * @csspart toolbar - The line of buttons above the list.
 */
@customElement('activity-list')
export class ActivityList extends ServerPane {
  static override styles = [
    ...ServerPane.styles,
    css`
      h1 {
        font-size: 22px;
        font-weight: 600;
      }
      .toolbar {
        display: flex;
        flex-wrap: wrap;
        gap: 8px;
        margin: 10px 0 12px;
      }
      .space {
        flex: 1;
      }
    `,
  ];

  @state() private rows: ListedActivity[] = [];
  @state() private lookups: Lookups | undefined;
  protected override readonly side = 'creatio';

  protected override async read(): Promise<void> {
    const { odata } = this.demo;
    this.lookups ??= await readLookups(odata);
    this.rows = await readActivities(odata);
  }

  private open(id?: string): void {
    if (this.lookups) this.show(activityCard(this.demo, this.lookups, id));
  }

  private readonly handleNew = (): void => {
    this.open();
  };

  private readonly handleReload = (): void => {
    void this.reload();
  };

  private readonly handleRowOpen = ({ rowId }: RowOpenEvent): void => {
    this.open(rowId);
  };

  private columns(): Column[] {
    const { columns } = this.demo.strings;
    return [
      { label: columns.title, width: 'wide' },
      { label: columns.start, width: 'time' },
      { label: columns.due, width: 'word' },
      { label: columns.status, width: 'word' },
      { label: columns.owner, width: 'word' },
      { label: columns.kind, width: 'short' },
    ];
  }

  private row(activity: ListedActivity, lookups: Lookups): Row {
    const { time, strings } = this.demo;
    const status = lookups.statuses.find((one) => one.Id === activity.StatusId);
    return {
      id: activity.Id,
      faded: status?.Finish ?? false,
      cells: [
        activity.Title,
        time.show(activity.StartDate),
        time.showEnd(activity.StartDate, activity.DueDate),
        status?.Name ?? '',
        nameOf(lookups.contacts, activity.OwnerId),
        activity.ShowInScheduler ? strings.kinds.meeting : strings.kinds.task,
      ],
    };
  }

  override render() {
    const { strings, actionsItem } = this.demo;
    const { lookups } = this;
    return html`
      <h1>${strings.activities}</h1>
      <div class="toolbar" part="toolbar">
        <button class="primary" type="button" @click=${this.handleNew}>${strings.newActivity}</button>
        <schedule-sync-menu-button .label=${strings.actions} .items=${[actionsItem]}></schedule-sync-menu-button>
        <span class="space"></span>
        <button type="button" @click=${this.handleReload}>${strings.reloadActivities}</button>
      </div>
      ${this.renderFailure()}
      <schedule-sync-item-table
        .label=${strings.activities}
        .hint=${strings.openHint}
        .empty=${strings.noActivities}
        .columns=${this.columns()}
        .rows=${lookups ? this.rows.map((row) => this.row(row, lookups)) : []}
        .loading=${this.loading}
        @schedule-sync-row-open=${this.handleRowOpen}
      ></schedule-sync-item-table>
      ${this.renderCard()}
    `;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'activity-list': ActivityList;
  }
}
