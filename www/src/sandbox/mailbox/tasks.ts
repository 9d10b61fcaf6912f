/**
 * The tasks of a To Do list, and the card of one, through Graph. Their dates are days; only the
 * reminder has a time.
 */
import type { LocalTime } from '../../product/local-time';
import type { Strings } from '../../strings';
import { text, type Card, type Change, type Values } from '../card';
import { isFormatted, markupOf, textOf } from '../markup';
import { instantOf, type GraphTime } from './events';
import { segment, type Graph } from './graph';

/** A task. */
export interface Task {
  id: string;
  title: string;
  status: 'notStarted' | 'inProgress' | 'completed' | 'waitingOnOthers' | 'deferred';
  importance: 'low' | 'normal' | 'high';
  body?: { contentType: 'html' | 'text'; content: string };
  isReminderOn: boolean;
  startDateTime?: GraphTime;
  dueDateTime?: GraphTime;
  reminderDateTime?: GraphTime;
}

/** A task list of the mailbox. */
export interface TaskList {
  id: string;
  displayName: string;
}

/** The task lists of the mailbox, the default one first. */
export function readLists(graph: Graph): Promise<TaskList[]> {
  return graph.all<TaskList>('/me/todo/lists?$top=100');
}

/** The tasks of a list, those without a due day last. */
export async function readTasks(graph: Graph, list: string): Promise<Task[]> {
  const tasks = await graph.all<Task>(`/me/todo/lists/${segment(list)}/tasks?$top=100`);
  const due = (task: Task) => task.dueDateTime?.dateTime ?? '9999';
  return tasks.sort((a, b) => due(a).localeCompare(due(b)));
}

/**
 * The day that To Do means: midnight is a day as it is, anything else an instant whose local day
 * counts.
 */
export function dayOf(time: GraphTime | undefined, localTime: LocalTime): string {
  if (!time) return '';
  const midnight = /T00:00:00/.test(time.dateTime);
  return midnight ? time.dateTime.slice(0, 10) : localTime.toInput(instantOf(time)).slice(0, 10);
}

/** The card of a task; of a new one in `list` without `id`. */
export async function taskCard(
  graph: Graph,
  localTime: LocalTime,
  strings: Strings,
  target: { list: string; id?: string },
): Promise<Card> {
  const parent = `/me/todo/lists/${segment(target.list)}/tasks`;
  const path = target.id ? `${parent}/${segment(target.id)}` : parent;
  const task = target.id ? await graph.one<Task>(path) : newTask();
  const words = strings.card;
  const labels = (table: Record<string, string>) => Object.entries(table).map(([value, label]) => ({ value, label }));
  const markup = task.body?.contentType === 'html' ? task.body.content : '';
  return {
    heading: words.task,
    fields: [
      { name: 'title', label: words.title, type: 'text', required: true, wide: true },
      { name: 'start', label: words.start, type: 'date' },
      { name: 'due', label: words.due, type: 'date' },
      { name: 'status', label: words.status, type: 'select', options: labels(strings.taskStatus) },
      { name: 'importance', label: words.importance, type: 'select', options: labels(strings.importance) },
      { name: 'isReminderOn', label: words.remind, type: 'check' },
      {
        name: 'reminder',
        label: words.remindAt,
        type: 'datetime-local',
        required: true,
        when: (values) => values['isReminderOn'] === true,
      },
      { name: 'body', label: words.body, type: 'textarea', wide: true },
    ],
    values: {
      title: task.title,
      start: dayOf(task.startDateTime, localTime),
      due: dayOf(task.dueDateTime, localTime),
      status: task.status,
      importance: task.importance,
      isReminderOn: task.isReminderOn,
      reminder: localTime.toInput(instantOf(task.reminderDateTime)),
      body: task.body?.contentType === 'html' ? textOf(task.body.content) : (task.body?.content ?? ''),
    },
    ...(isFormatted(markup) ? { markup } : {}),
    save: async (change) => {
      const members = changedMembers(change, localTime);
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

/** The members to write: only what changed, since a whole object would undo what others changed. */
function changedMembers({ values, changed }: Change, localTime: LocalTime): Record<string, unknown> {
  const members: Record<string, unknown> = {};
  for (const name of ['title', 'status', 'importance']) {
    if (changed(name)) members[name] = values[name];
  }
  const day = (values: Values, name: string): GraphTime | null =>
    text(values, name) ? { dateTime: `${text(values, name)}T00:00:00`, timeZone: 'UTC' } : null;
  if (changed('start')) members['startDateTime'] = day(values, 'start');
  if (changed('due')) members['dueDateTime'] = day(values, 'due');
  if (changed('body')) members['body'] = { contentType: 'html', content: markupOf(text(values, 'body')) };
  if (changed('isReminderOn', 'reminder')) {
    const on = values['isReminderOn'] === true;
    members['isReminderOn'] = on;
    const at = localTime.fromInput(text(values, 'reminder')).slice(0, 19);
    if (on) members['reminderDateTime'] = { dateTime: at, timeZone: 'UTC' };
  }
  return members;
}

function newTask(): Task {
  return { id: '', title: '', status: 'notStarted', importance: 'normal', isReminderOn: false };
}
