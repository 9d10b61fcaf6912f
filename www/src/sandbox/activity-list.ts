import { css, html } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { activityCard, nameOf, readActivities, readLookups, type Listed, type Lookups } from './creatio/activities';
import { addAccountAddress } from '../host/creatio';
import type { Account } from '../engine/engine';
import '../product/elements/item-table';
import type { Column, Row } from '../product/elements/item-table';
import '../product/elements/menu-button';
import type { MenuItem } from '../product/elements/menu-button';
import { ServerPane } from './server-pane';

/**
 * The section Activities: its menu of actions, and the list.
 *
 * Properties: `session`. Methods: `reload()`. Events: `settings`, whose detail is the account to
 * set up. Parts: `toolbar`.
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

  @state() private rows: Listed[] = [];
  @state() private lookups: Lookups | undefined;
  protected override readonly side = 'creatio';

  protected override async read(): Promise<void> {
    const { odata } = this.session;
    this.lookups ??= await readLookups(odata);
    this.rows = await readActivities(odata);
  }

  private open(id?: string): void {
    if (this.lookups) this.show(activityCard(this.session, this.lookups, id));
  }

  private actions(): MenuItem[] {
    const { session } = this;
    const { strings, accounts, others } = session;
    const setUp = (account: Account): MenuItem => ({
      label: strings.setUp(account.address),
      action: () => this.dispatchEvent(new CustomEvent<Account>('settings', { detail: account })),
    });
    const cannotRun = (account: Account): MenuItem => ({
      label: strings.setUp(account.address),
      action: () => {
        session.say(strings.sharedAccount(account.address));
      },
    });
    return [
      {
        label: strings.synchronizeActivities,
        items: [
          {
            label: strings.synchronizeNow,
            action: () => {
              session.run(accounts);
            },
          },
          ...accounts.map(setUp),
          ...others.map(cannotRun),
          {
            label: strings.addAccount,
            action: () => {
              this.addAccount();
            },
          },
        ],
      },
    ];
  }

  private addAccount(): void {
    const { context, strings } = this.session;
    const address = addAccountAddress(context);
    if (context.sandbox) this.session.say(strings.addAccountHere(address));
    else window.open(address, '_blank', 'noopener');
  }

  private columns(): Column[] {
    const { columns } = this.session.strings;
    return [
      { label: columns.title, width: 'wide' },
      { label: columns.start, width: 'time' },
      { label: columns.due, width: 'word' },
      { label: columns.status, width: 'word' },
      { label: columns.owner, width: 'word' },
      { label: columns.kind, width: 'short' },
    ];
  }

  private row(activity: Listed, lookups: Lookups): Row {
    const { calendar, strings } = this.session;
    const status = lookups.statuses.find((one) => one.Id === activity.StatusId);
    return {
      id: activity.Id,
      faded: status?.Finish ?? false,
      cells: [
        activity.Title,
        calendar.show(activity.StartDate),
        calendar.showEnd(activity.StartDate, activity.DueDate),
        status?.Name ?? '',
        nameOf(lookups.contacts, activity.OwnerId),
        activity.ShowInScheduler ? strings.kinds.meeting : strings.kinds.task,
      ],
    };
  }

  override render() {
    const { strings } = this.session;
    const { lookups } = this;
    return html`
      <h1>${strings.activities}</h1>
      <div class="toolbar" part="toolbar">
        <button
          class="primary"
          type="button"
          @click=${() => {
            this.open();
          }}
        >
          ${strings.newActivity}
        </button>
        <menu-button .label=${strings.actions} .items=${this.actions()}></menu-button>
        <span class="space"></span>
        <button
          type="button"
          @click=${() => {
            void this.reload();
          }}
        >
          ${strings.reloadActivities}
        </button>
      </div>
      ${this.renderTrouble()}
      <item-table
        .label=${strings.activities}
        .hint=${strings.openHint}
        .empty=${strings.noActivities}
        .columns=${this.columns()}
        .rows=${lookups ? this.rows.map((row) => this.row(row, lookups)) : []}
        .loading=${this.loading}
        @open=${(event: CustomEvent<string>) => {
          this.open(event.detail);
        }}
      ></item-table>
      ${this.renderCard()}
    `;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'activity-list': ActivityList;
  }
}
