/**
 * The activities of the section, and the card of one. Every field of the rules' table can be
 * edited.
 */
import { text, type Card, type Change, type Choice } from '../card';
import type { Demo } from '../demo';
import { isFormatted, markupOf, textOf } from '../markup';
import type { OData } from './odata';

interface Named {
  Id: string;
  Name: string;
}

interface ActivityRow {
  Id: string;
  Title: string;
  StartDate: string;
  DueDate: string;
  Location: string;
  Notes: string;
  ShowInScheduler: boolean;
  PriorityId: string;
  StatusId: string;
  ActivityCategoryId: string;
  OwnerId: string;
  RemindToOwner: boolean;
  RemindToOwnerDate: string;
}

interface ParticipantRow {
  Id: string;
  ParticipantId: string;
  RoleId: string;
  InviteResponseId: string;
}

/** Ids that every Creatio has: of the type E-mail, and of what a new activity starts with. */
const ids = {
  email: 'e2831dec-cfc0-df11-b00f-001d60e938c6',
  meeting: '42c74c49-58e6-df11-971b-001d60e938c6',
  notStarted: '384d4b84-58e6-df11-971b-001d60e938c6',
  medium: 'ab96fa02-7fe6-df11-971b-001d60e938c6',
  participant: '1a8324e8-a6e1-df11-971b-001d60e938c6',
  inDoubt: '50e89724-522d-446e-be91-12548b8c834d',
};

const columns = 'Id,Title,StartDate,DueDate,ShowInScheduler,StatusId,OwnerId';

/** The lookups that an activity's columns refer to. */
export interface Lookups {
  statuses: (Named & { Finish: boolean })[];
  priorities: Named[];
  categories: Named[];
  contacts: Named[];
  roles: (Named & { Code: string })[];
  responses: Named[];
}

/** What the list shows of an activity. */
export type ListedActivity = Pick<
  ActivityRow,
  'Id' | 'Title' | 'StartDate' | 'DueDate' | 'ShowInScheduler' | 'StatusId' | 'OwnerId'
>;

/** All activities but e-mails, the latest first. */
export function readActivities(odata: OData): Promise<ListedActivity[]> {
  return odata.all<ListedActivity>('Activity', {
    $select: columns,
    $filter: `Type/Id ne ${ids.email}`,
    $orderby: 'StartDate desc,Id',
  });
}

/** The lookups, each as it is in this Creatio. */
export async function readLookups(odata: OData): Promise<Lookups> {
  const [statuses, priorities, categories, contacts, roles, responses] = await Promise.all([
    odata.all<Named & { Finish: boolean }>('ActivityStatus'),
    odata.all<Named>('ActivityPriority'),
    odata.all<Named>('ActivityCategory'),
    odata.all<Named>('Contact', { $select: 'Id,Name' }),
    odata.all<Named & { Code: string }>('ActivityParticipantRole'),
    odata.all<Named>('ParticipantResponse'),
  ]);
  return { statuses, priorities, categories, contacts, roles, responses };
}

/** The card of an activity; of a new one without `id`. */
export async function activityCard(demo: Demo, lookups: Lookups, id?: string): Promise<Card> {
  const { odata, strings, time } = demo;
  const row = id ? await odata.one<ActivityRow>('Activity', id) : newActivity(demo);
  const filter = { $filter: `Activity/Id eq ${row.Id}` };
  const participants = id ? await odata.all<ParticipantRow>('ActivityParticipant', filter) : [];
  const words = strings.card;
  return {
    heading: words.activity,
    fields: [
      { name: 'Title', label: words.title, type: 'text', required: true, wide: true },
      { name: 'StartDate', label: words.start, type: 'datetime-local', required: true },
      { name: 'DueDate', label: words.due, type: 'datetime-local', required: true },
      { name: 'ShowInScheduler', label: words.showInCalendar, type: 'check' },
      { name: 'Location', label: words.location, type: 'text' },
      { name: 'StatusId', label: words.status, type: 'select', options: options(lookups.statuses) },
      { name: 'PriorityId', label: words.priority, type: 'select', options: options(lookups.priorities) },
      { name: 'ActivityCategoryId', label: words.category, type: 'select', options: options(lookups.categories) },
      { name: 'OwnerId', label: words.owner, type: 'select', options: options(lookups.contacts) },
      { name: 'RemindToOwner', label: words.remind, type: 'check' },
      {
        name: 'RemindToOwnerDate',
        label: words.remindAt,
        type: 'datetime-local',
        required: true,
        when: (values) => values['RemindToOwner'] === true,
      },
      { name: 'Notes', label: words.notes, type: 'textarea', wide: true },
    ],
    values: {
      Title: row.Title,
      StartDate: time.toInput(row.StartDate),
      DueDate: time.toInput(row.DueDate),
      ShowInScheduler: row.ShowInScheduler,
      Location: row.Location,
      StatusId: row.StatusId,
      PriorityId: row.PriorityId,
      ActivityCategoryId: row.ActivityCategoryId,
      OwnerId: row.OwnerId,
      RemindToOwner: row.RemindToOwner,
      RemindToOwnerDate: time.toInput(row.RemindToOwnerDate),
      Notes: textOf(row.Notes),
    },
    ...(isFormatted(row.Notes) ? { markup: row.Notes } : {}),
    people: {
      rows: participants.map((participant) => ({
        contact: participant.ParticipantId,
        name: nameOf(lookups.contacts, participant.ParticipantId),
        role: participant.RoleId,
        response: participant.InviteResponseId,
      })),
      contacts: options(lookups.contacts),
      roles: options(lookups.roles),
      responses: options(lookups.responses),
      first: { role: ids.participant, response: ids.inDoubt },
    },
    save: (change) => save(demo, { id: row.Id, isNew: !id }, change),
    ...(id
      ? {
          remove: async () => {
            await odata.remove('Activity', id);
          },
        }
      : {}),
  };
}

/** The name of a lookup's row. */
export function nameOf(rows: Named[], id: string): string {
  return rows.find((row) => row.Id === id)?.Name ?? '';
}

function options(rows: Named[]): Choice[] {
  return rows.map((row) => ({ value: row.Id, label: row.Name })).sort((a, b) => a.label.localeCompare(b.label));
}

function newActivity({ host }: Demo): ActivityRow {
  const hour = 3_600_000;
  const start = Math.ceil(Date.now() / hour) * hour;
  return {
    Id: crypto.randomUUID(),
    Title: '',
    StartDate: new Date(start).toISOString(),
    DueDate: new Date(start + hour).toISOString(),
    Location: '',
    Notes: '',
    ShowInScheduler: true,
    PriorityId: ids.medium,
    StatusId: ids.notStarted,
    ActivityCategoryId: ids.meeting,
    OwnerId: host.context.contact.id,
    RemindToOwner: false,
    RemindToOwnerDate: '',
  };
}

async function save(demo: Demo, target: { id: string; isNew: boolean }, change: Change): Promise<void> {
  const { odata } = demo;
  const { id, isNew } = target;
  const row = changedColumns(demo, change, isNew);
  if (isNew) await odata.create('Activity', { Id: id, ...row });
  else if (Object.keys(row).length > 0) await odata.update('Activity', id, row);
  if (change.people.length > 0 || change.removed.length > 0) await saveParticipants(odata, id, change);
}

/** The columns to write: all of a new row, else those that were changed. */
function changedColumns({ time }: Demo, { values, changed }: Change, isNew: boolean): Record<string, unknown> {
  const columns: Record<string, unknown> = {};
  for (const name of [
    'Title',
    'Location',
    'StatusId',
    'PriorityId',
    'ActivityCategoryId',
    'OwnerId',
    'ShowInScheduler',
  ]) {
    if (isNew || changed(name)) columns[name] = values[name];
  }
  for (const name of ['StartDate', 'DueDate']) {
    if (isNew || changed(name)) columns[name] = time.fromInput(text(values, name));
  }
  if (changed('RemindToOwner', 'RemindToOwnerDate')) {
    const on = values['RemindToOwner'] === true;
    columns['RemindToOwner'] = on;
    if (on) columns['RemindToOwnerDate'] = time.fromInput(text(values, 'RemindToOwnerDate'));
  }
  if (changed('Notes')) columns['Notes'] = markupOf(text(values, 'Notes'));
  return columns;
}

/**
 * Writes what was changed of the participants. The save of the activity itself may have added some:
 * they are read first.
 */
async function saveParticipants(odata: OData, activity: string, change: Change): Promise<void> {
  const rows = await odata.all<ParticipantRow>('ActivityParticipant', { $filter: `Activity/Id eq ${activity}` });
  const rowOf = (contact: string) => rows.find((row) => row.ParticipantId === contact);
  for (const person of change.people) {
    const row = rowOf(person.contact);
    const columns = { RoleId: person.role, InviteResponseId: person.response };
    if (row) await odata.update('ActivityParticipant', row.Id, columns);
    else await odata.create('ActivityParticipant', { ActivityId: activity, ParticipantId: person.contact, ...columns });
  }
  for (const contact of change.removed) {
    const row = rowOf(contact);
    if (row) await odata.remove('ActivityParticipant', row.Id);
  }
}
