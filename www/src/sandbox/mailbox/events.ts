/**
 * The events of a calendar, and the card of one, through Graph. Times travel in UTC; whole days are
 * never converted.
 */
import type { LocalTime } from '../../product/local-time';
import type { Strings } from '../../strings';
import { text, type Card, type Change, type Values } from '../card';
import { isFormatted, markupOf, textOf } from '../markup';
import { segment, type Graph } from './graph';

/** How Graph writes a time: without an offset, the zone beside it. */
export interface GraphTime {
  dateTime: string;
  timeZone: string;
}

/** What the list shows of an event. */
export interface ListedEvent {
  id: string;
  subject: string;
  isAllDay: boolean;
  start: GraphTime;
  end: GraphTime;
  isCancelled?: boolean;
}

interface WholeEvent extends ListedEvent {
  body: { contentType: 'html' | 'text'; content: string };
  location: { displayName?: string };
  importance: 'low' | 'normal' | 'high';
  isReminderOn: boolean;
  reminderMinutesBeforeStart: number;
  sensitivity: 'normal' | 'personal' | 'private' | 'confidential';
  attendees: { type?: string; emailAddress: { name?: string; address: string } }[];
  responseStatus?: { response?: string };
}

/** A calendar of the mailbox. */
export interface GraphCalendar {
  id: string;
  name: string;
}

/** Days shown before and after today. */
const shownDays = { before: -30, after: 90 };

/** The calendars of the mailbox, the default one first. */
export function readCalendars(graph: Graph): Promise<GraphCalendar[]> {
  return graph.all<GraphCalendar>('/me/calendars?$top=100');
}

/**
 * The events of a calendar around today, the next ones first, then the past ones; series as their
 * occurrences.
 */
export async function readEvents(graph: Graph, calendar: string, localTime: LocalTime): Promise<ListedEvent[]> {
  const window = `startDateTime=${localTime.day(shownDays.before)}T00:00:00Z&endDateTime=${localTime.day(shownDays.after)}T00:00:00Z`;
  const path = `/me/calendars/${segment(calendar)}/calendarView?${window}&$top=100`;
  const events = await graph.all<ListedEvent>(path);
  const today = localTime.day();
  const order = (a: ListedEvent, b: ListedEvent) => a.start.dateTime.localeCompare(b.start.dateTime);
  const past = (event: ListedEvent) => event.end.dateTime < today;
  const coming = events.filter((event) => !past(event)).sort(order);
  return [...coming, ...events.filter(past).sort((a, b) => order(b, a))];
}

/** The last day of an event of whole days; Graph's end is the day after it. */
export function lastDayOf(event: ListedEvent): string {
  return shiftDay(event.end.dateTime.slice(0, 10), -1);
}

/** An instant of Graph's in ISO 8601. Without a `Prefer` for a zone Graph answers in UTC. */
export function instantOf(time: GraphTime | undefined): string {
  return time ? `${time.dateTime.slice(0, 19)}Z` : '';
}

/** The card of an event; of a new one in `calendar` without `id`. */
export async function eventCard(
  graph: Graph,
  localTime: LocalTime,
  strings: Strings,
  target: { calendar: string; id?: string },
): Promise<Card> {
  const event = target.id ? await graph.one<WholeEvent>(`/me/events/${segment(target.id)}`) : newEvent();
  const words = strings.card;
  const path = target.id ? `/me/events/${segment(target.id)}` : `/me/calendars/${segment(target.calendar)}/events`;
  const markup = event.body.contentType === 'html' ? event.body.content : '';
  const timed = (values: Values) => values['isAllDay'] !== true;
  const allDay = (values: Values) => values['isAllDay'] === true;
  const importances = Object.entries(strings.importance).map(([value, label]) => ({ value, label }));
  return {
    heading: words.event,
    fields: [
      { name: 'subject', label: words.subject, type: 'text', wide: true },
      { name: 'start', label: words.start, type: 'datetime-local', required: true, when: timed },
      { name: 'end', label: words.end, type: 'datetime-local', required: true, when: timed },
      { name: 'firstDay', label: words.start, type: 'date', required: true, when: allDay },
      { name: 'lastDay', label: words.end, type: 'date', required: true, when: allDay },
      { name: 'isAllDay', label: words.allDay, type: 'check' },
      { name: 'private', label: words.private, type: 'check' },
      { name: 'location', label: words.location, type: 'text' },
      { name: 'importance', label: words.importance, type: 'select', options: importances },
      { name: 'isReminderOn', label: words.remind, type: 'check' },
      {
        name: 'minutes',
        label: words.minutesBefore,
        type: 'number',
        when: (values) => values['isReminderOn'] === true,
      },
      { name: 'attendees', label: words.attendees, type: 'text', wide: true, hint: words.attendeesHint },
      { name: 'response', label: words.response, type: 'text', readOnly: true },
      { name: 'body', label: words.body, type: 'textarea', wide: true },
    ],
    values: valuesOf(event, localTime, strings),
    ...(isFormatted(markup) ? { markup } : {}),
    save: async (change) => {
      const members = changedMembers(change, localTime, event);
      if (!target.id) await graph.create(path, members);
      else if (Object.keys(members).length > 0) await graph.update(path, members);
    },
    ...(target.id
      ? {
          remove: async () => {
            await graph.remove(path);
          },
        }
      : {}),
  };
}

function valuesOf(event: WholeEvent, localTime: LocalTime, strings: Strings): Values {
  const responses: Record<string, string> = strings.response;
  const { body } = event;
  return {
    subject: event.subject,
    start: event.isAllDay ? '' : localTime.toInput(instantOf(event.start)),
    end: event.isAllDay ? '' : localTime.toInput(instantOf(event.end)),
    firstDay: event.isAllDay ? event.start.dateTime.slice(0, 10) : '',
    lastDay: event.isAllDay ? lastDayOf(event) : '',
    isAllDay: event.isAllDay,
    private: event.sensitivity === 'private' || event.sensitivity === 'confidential',
    location: event.location.displayName ?? '',
    importance: event.importance,
    isReminderOn: event.isReminderOn,
    minutes: String(event.reminderMinutesBeforeStart),
    attendees: event.attendees.map((attendee) => attendee.emailAddress.address).join(', '),
    response: responses[event.responseStatus?.response ?? 'none'] ?? strings.response.none,
    body: body.contentType === 'html' ? textOf(body.content) : body.content,
  };
}

/** The members to write. Attendees are sent only if they changed: a change mails them. */
function changedMembers({ values, changed }: Change, localTime: LocalTime, event: WholeEvent): Record<string, unknown> {
  const members: Record<string, unknown> = {};
  for (const name of ['subject', 'importance', 'isReminderOn']) {
    if (changed(name)) members[name] = values[name];
  }
  if (changed('start', 'end', 'firstDay', 'lastDay', 'isAllDay') || !event.id) {
    Object.assign(members, timesOf(values, localTime));
  }
  if (changed('location')) members['location'] = { displayName: values['location'] };
  if (changed('private')) members['sensitivity'] = values['private'] === true ? 'private' : 'normal';
  if (changed('minutes')) members['reminderMinutesBeforeStart'] = Number(text(values, 'minutes'));
  if (changed('body')) members['body'] = { contentType: 'html', content: markupOf(text(values, 'body')) };
  if (changed('attendees')) {
    const addresses = text(values, 'attendees').split(/[,;\s]+/);
    members['attendees'] = addresses
      .filter((address) => address)
      .map(
        (address) =>
          event.attendees.find((known) => known.emailAddress.address === address) ?? {
            type: 'required',
            emailAddress: { address },
          },
      );
  }
  return members;
}

function timesOf(values: Values, localTime: LocalTime): Record<string, unknown> {
  const isAllDay = values['isAllDay'] === true;
  const at = (dateTime: string): GraphTime => ({ dateTime, timeZone: 'UTC' });
  const [start, end] = isAllDay
    ? [`${text(values, 'firstDay')}T00:00:00`, `${shiftDay(text(values, 'lastDay'), 1)}T00:00:00`]
    : ['start', 'end'].map((name) => localTime.fromInput(text(values, name)).slice(0, 19));
  return { isAllDay, start: at(start ?? ''), end: at(end ?? '') };
}

function newEvent(): WholeEvent {
  const hour = 3_600_000;
  const start = Math.ceil(Date.now() / hour) * hour;
  const at = (instant: number): GraphTime => ({
    dateTime: new Date(instant).toISOString().slice(0, 19),
    timeZone: 'UTC',
  });
  return {
    id: '',
    subject: '',
    isAllDay: false,
    start: at(start),
    end: at(start + hour),
    body: { contentType: 'html', content: '' },
    location: {},
    importance: 'normal',
    isReminderOn: false,
    reminderMinutesBeforeStart: 15,
    sensitivity: 'normal',
    attendees: [],
  };
}

function shiftDay(day: string, by: number): string {
  if (!day) return '';
  return new Date(Date.parse(`${day}T00:00:00Z`) + by * 86_400_000).toISOString().slice(0, 10);
}
