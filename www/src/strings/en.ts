/** The page's texts in English. Labels of settings and menus are those of Creatio's own page. */
import type { PreviewRow, Reason, Saying } from '../../pkg/schedule_sync.js';
import { plural } from './plural';

/**
 * The label of an answer, a verb; `people`: how many would be written to, 0 where that is not
 * known.
 */
type Answer = string | ((people: number) => string);

/** What can be answered to each reason, where its label is not the usual one. */
export type Labels = Record<Reason, Partial<Record<Saying, Answer>>>;

/** How many items one run created, updated and deleted on one side. */
export interface Counts {
  created: number;
  updated: number;
  deleted: number;
}

type Side = keyof typeof side;
type Change = PreviewRow['change'];

/** The other of the two sides. */
export const other = (one: Side): Side => (one === 'creatio' ? 'exchange' : 'creatio');

/** A name, if it is known: an Exchange Server does not tell whose mailbox it shows (`?`). */
export const knownName = (name?: string): string | undefined => (name === '?' ? undefined : name);

const side = { creatio: 'Creatio', exchange: 'the mailbox' };

/**
 * What the servers' codes of a refusal mean, as far as a person can do something about them. Every
 * language has these.
 */
const refusals = {
  ErrorOccurrenceCrossingBoundary:
    'An occurrence of a series can’t be moved to or past the day of the one before or after it. Choose a day in between.',
  ErrorAccessDenied: 'You may read this calendar or list, but not change it.',
  ErrorQuotaExceeded: 'The mailbox is full.',
  CreatioTaken: 'Creatio has another activity in its place, which you may not see. Ask your administrator.',
  CreatioReference: 'It refers to something that Creatio no longer has. Open the activity and choose anew.',
  CreatioTooLong: 'A text is too long for Creatio. Shorten the title or the place.',
  CreatioBusy: 'Creatio was too busy. The next run tries again.',
  CreatioDenied: 'You may not change this in Creatio. Ask your administrator for the rights.',
  CreatioRequired: 'Creatio wants a field filled in that only a person can fill in. Open the activity and save it.',
  CreatioProcess: 'A business process owns the activity. Finish it in Creatio.',
  CreatioUnknown: 'Creatio did not say whether it was done. The next run finds out.',
  CreatioLate: 'Creatio does not show it yet. The next run looks again.',
  CreatioFailed: 'Creatio could not save it. Have it tried again; if it stays so, tell your administrator.',
};

/** The texts. */
export const en = {
  language: 'en',
  product: 'Schedule Sync',
  side,
  sideTitle: { creatio: 'Creatio', exchange: 'Mailbox' },

  sections: 'Sections',
  activities: 'Activities',
  actions: 'Actions',
  synchronizeActivities: 'Synchronize activities',
  synchronizeNow: 'Synchronize now',
  setUp: (account: string) => `Set up ${account}`,
  addAccount: 'Add new account for synchronization',
  addAccountHere: (address: string) =>
    `In Creatio this opens the mailbox form at ${address}. The sandbox has no such form.`,
  communicationPanel: 'Communication panel',
  synchronization: 'Synchronization',
  editSettings: 'Edit settings',
  editSettingsOf: (account: string) => `Edit settings of ${account}`,
  history: 'History',
  historyOf: (account: string) => `History of ${account}`,

  newActivity: 'New activity',
  reloadActivities: 'Refresh list',
  noActivities: 'There are no activities yet.',
  loading: 'Loading…',
  openHint: 'Press Enter on a row to open it.',
  columns: {
    title: 'Title',
    start: 'Start',
    due: 'Due',
    end: 'End',
    status: 'Status',
    owner: 'Owner',
    kind: 'Kind',
    subject: 'Subject',
  },
  kinds: { meeting: 'Meeting', task: 'Task' },

  mailbox: 'Mailbox',
  mailboxShown: 'Mailbox to show',
  server: { microsoft365: 'Microsoft 365', exchange: 'Exchange Server' },
  reloadMailbox: 'Reload mailbox',
  events: 'Events',
  tasks: 'Tasks',
  calendar: 'Calendar',
  taskList: 'Task list',
  newEvent: 'New event',
  newTask: 'New task',
  noEvents: 'No events in this calendar from 30 days ago to 90 days ahead.',
  noTasks: 'No tasks in this list.',
  allDay: 'all day',
  sideFails: (who: 'creatio' | 'exchange', why: string) => `${side[who]} did not answer as expected: ${why}`,

  card: {
    activity: 'Activity',
    event: 'Event',
    task: 'Task',
    done: 'Done',
    close: 'Close',
    remove: 'Delete',
    removeAgain: 'Press again to delete',
    title: 'Title',
    subject: 'Subject',
    showInCalendar: 'Display in calendar',
    start: 'Start',
    due: 'Due',
    end: 'End',
    allDay: 'All day',
    location: 'Location',
    notes: 'Notes',
    body: 'Body',
    formatted: 'As formatted',
    priority: 'Priority',
    importance: 'Importance',
    status: 'Status',
    category: 'Category',
    owner: 'Owner',
    remind: 'Remind',
    remindAt: 'Reminder time',
    minutesBefore: 'Minutes before start',
    private: 'Private',
    response: 'Your answer',
    attendees: 'Attendees',
    attendeesHint: 'Addresses, separated by commas. The mailbox mails attendees about what is changed here.',
    participants: 'Participants',
    nobody: 'Nobody',
    add: 'Add a participant',
    role: (who: string) => `Role of ${who}`,
    answer: (who: string) => `Answer of ${who}`,
    leaveOut: (who: string) => `Remove ${who}`,
  },
  importance: { low: 'Low', normal: 'Normal', high: 'High' },
  taskStatus: {
    notStarted: 'Not started',
    inProgress: 'In progress',
    completed: 'Completed',
    waitingOnOthers: 'Waiting on others',
    deferred: 'Deferred',
  },
  response: {
    none: 'None',
    organizer: 'Organizer',
    accepted: 'Accepted',
    declined: 'Declined',
    tentativelyAccepted: 'Tentative',
    notResponded: 'Not answered',
  },

  settingsOf: (account: string) => `Settings of ${account}`,
  settingsTab: 'Meetings and tasks',
  settingsParts: 'Parts of the settings',
  importMeetings: 'Import meetings',
  importMeetingsAll: 'Import all appointments and meetings',
  importMeetingsChosen: 'Import appointments and meetings from specific MS Exchange calendars',
  importTasks: 'Import tasks',
  importTasksAll: 'Import all tasks',
  importTasksChosen: 'Import tasks from specific MS Exchange folders',
  export: 'Export activities',
  exportAll: 'Export all tasks and meetings',
  exportChosen: 'Export tasks and meetings from specific folders',
  automatic: 'Synchronize activities automatically',
  automaticHint: 'Works while Creatio is open in this browser and you are signed in to the mailbox.',
  builtIn:
    'Creatio’s own synchronization is on for this mailbox, so this one does not run by itself. Switch that one off first.',
  automaticTimes: (last: string, next: string) => `Last run: ${last}. Next run: ${next}.`,
  never: 'none',
  afterSignIn: 'once you have signed in',
  from: 'Import activities starting from',
  fromHint: 'What ended before this day is left alone on both sides.',
  fromMissing: 'Choose a day to start from.',
  kept: {
    browser: 'These settings are kept in this browser, for this Creatio.',
    creatio: 'These settings are kept in Creatio: you have them on all your devices.',
  },
  found: {
    title: 'What was found out about this Creatio',
    transport: 'Reached by',
    transports: { odata: 'OData', dataservice: 'DataService, as Creatio’s own pages are' },
    conditional: 'Changes depend on what was seen',
    yesNo: (yes: boolean): string => (yes ? 'yes' : 'no, what is written over is kept in the history'),
    times: 'Times',
    clocks: { utc: 'UTC', local: 'the clock of your profile' },
    directions: (clocks: string[], sure: boolean) =>
      `read as ${clocks[0] ?? '?'}, searched as ${clocks[1] ?? '?'}, written as ${clocks[2] ?? '?'}` +
      (sure ? '' : ' (assumed)'),
    wall: 'the clock of your profile',
    detours: 'Closed to OData',
    lacking: 'Columns that are not there',
    none: 'none',
    unknown: 'not known yet',
    hint: 'Administrators can set these in the policy, if something was found out wrong.',
  },
  locked: 'Set by your administrator',
  sharedAccount: (account: string) =>
    `${account} is shared by several users. This version can’t synchronize it: choose a mailbox of your own.`,
  signIn: {
    heading: (account: string) => `Sign in to ${account}`,
    why: 'This mailbox is on an Exchange Server. Name and password go to that server only, and are kept in this window until you close it.',
    sandbox: 'In the sandbox the password is “sandbox”.',
    user: 'User name',
    password: 'Password',
    signIn: 'Sign in',
    refused: 'The server did not accept this name and password. Check both, then sign in again.',
  },
  signInFirst: (accounts: string) =>
    `${accounts}: runs by itself once you have signed in, for which choose “Synchronize now”.`,
  save: 'Save',
  cancel: 'Cancel',
  allHint: 'All means what the mailbox owns.',
  chosenNone: 'Nothing is chosen: nothing will be synchronized.',
  noChoice: 'There is nothing to choose from.',
  shared: 'Shared with you',
  notInAll: 'Made by the mailbox itself, not part of “all”',
  readOnly: 'Read only',
  sharedMailbox: 'A shared mailbox: its calendar can’t be synchronized in this version',
  dynamic: 'Dynamic group',
  kindOf: { meeting: 'calendar', task: 'task list', group: 'group' },

  starting: 'Synchronization has started…',
  progress: 'Synchronization progress',
  stop: 'Stop',
  stopping: 'Stopping…',
  phase: { reading: 'Reading both sides', planning: 'Comparing', writing: 'Writing' },
  of: (done: number, total: number) => `${done} of ${total}`,
  completed: 'Synchronization completed',
  stopped: 'Synchronization stopped; this had been written by then',
  counts: (who: string, { created, updated, deleted }: Counts) => {
    const parts = [
      created > 0 && `created ${created}`,
      updated > 0 && `updated ${updated}`,
      deleted > 0 && `deleted ${deleted}`,
    ];
    const said = parts.filter((part) => part !== false);
    return said.length > 0 ? `${who}: ${said.join(', ')}` : '';
  },
  nothingWritten: 'nothing had to be written',
  states: {
    inSync: (time: string) => `In sync · ${time}`,
    syncing: (what: string) => `Syncing · ${what}`,
    needsYou: (count: number) => `Needs you · ${count}`,
    partly: 'Not finished · synchronize again',
    fails: (why: string) => `Can’t sync · ${why}`,
    signedOut: 'Can’t sync · sign in to the mailbox first',
    off: 'Off · nothing is chosen yet',
    new: 'Not synchronized yet',
    lastGood: (time: string) => `in sync last ${time}`,
  },
  setUpNow: 'Choose what to synchronize',
  signInNow: 'Sign in',
  tryAgain: 'Try again',
  held: (count: number) => `held: ${count}`,
  malformed: (count: number) => `not understood: ${count}`,
  unfinished: (count: number) => `left for the next run: ${count}`,
  notes: {
    uninvited: (count: number) =>
      count === 1
        ? '1 meeting went over without its participants'
        : `${count} meetings went over without their participants`,
    ended: (count: number) => `left as it is, since the meeting has ended: ${count}`,
  },
  resting: (count: number) => `resting: ${count}`,
  restingHeading: (count: number) => `Resting: ${count}`,
  restingHint:
    'Left out of a preview, undone, or left as it is. What is new stays out until you wake it; a pair that was linked before wakes when one of the two is edited.',
  wake: 'Wake',
  wakeOne: (title: string) => `Wake ${title}`,
  wakeAll: (count: number) => `Wake all ${count}`,
  showMore: (count: number) => `Show ${count} more`,
  nothingOn: 'Nothing is switched on: choose what to synchronize in the settings.',
  advancedSettings: 'Advanced',
  standard: 'Default',
  silent:
    'Your mailbox is on Exchange Server: what you change in a meeting with others is written there without mail. Tell the people yourself, or choose “Ask each time”.',
  advanced: {
    notify: {
      label: 'Invitations and mails to attendees',
      options: {
        never: 'Never by themselves: events are created without attendees',
        ask: 'Ask each time',
        always: 'Always send',
      },
    },
    conflict: {
      label: 'Both sides changed the same field',
      options: { newest: 'The newer change wins', creatio: 'Creatio wins', exchange: 'The mailbox wins', ask: 'Ask' },
    },
    creatioDelete: {
      label: 'Deleted in the mailbox',
      options: {
        mark: 'Set the activity to Canceled',
        delete: 'Delete the activity',
        leave: 'Leave the activity',
      },
    },
    exchangeDelete: {
      label: 'Deleted in Creatio',
      options: { delete: 'Move to Deleted Items', leave: 'Leave it in the mailbox' },
    },
    private: {
      label: 'Private items',
      options: { skip: 'Don’t import', busy: 'Import the time only', full: 'Import everything' },
    },
    calendar: 'Calendar for exported meetings',
    list: 'List for exported tasks',
    missing: 'No longer there',
    unreadable: 'As saved; its name can’t be read now',
    months: 'Months ahead',
    seriesMonths: 'Months ahead for series',
    onlyMine: 'Export only where I am the owner or a participant',
    between: 'Export to this mailbox what was imported from my other mailbox',
    completes: 'Imported meetings that have ended become Completed',
  },
  settingsSaved: 'The settings are saved.',
  settingsLocked: 'The settings are saved, but for what your administrator has set meanwhile: that stays as it is set.',
  fieldMap: 'Fields that don’t go both ways',
  ways: {
    both: 'both ways',
    open: 'both ways, also to people who are invited',
    in: 'from the mailbox to Creatio only',
    out: 'from Creatio to the mailbox only',
    off: 'not synchronized',
  },
  noAccount: 'There is no mailbox in Creatio that can be synchronized. Add an account for synchronization first.',
  untitled: 'no title',

  heldHeading: 'What was left, and why',
  heldHint: 'Choose for as many as you like; a run then does what you chose. The others stay as they are.',
  heldItem: (number: number, title: string) => `${number}. ${title}`,
  heldItems: (first: number, last: number) => `All of ${first}–${last}`,
  carryOut: 'Carry out choices',
  choose: 'Decide later',
  /** The usual labels of answers; those of a reason are in `answers`. */
  choices: {
    allow: 'Allow',
    creatio: 'Keep Creatio’s value',
    exchange: 'Keep the mailbox’s value',
    leave: 'Leave as it is',
  },
  answers: {
    malformed: {},
    overlooked: {},
    rejected: { allow: 'Try again' },
    clash: { leave: 'Leave both as they are' },
    ambiguous: { allow: 'Create a new one' },
    'would-mail': {
      allow: (people) => (people > 1 ? `Send mail to ${people} people` : 'Send the mail'),
      leave: 'Don’t send',
    },
    'not-invited': {},
    'would-invite': {
      allow: (people) => (people > 1 ? `Send ${people} invitations` : 'Send the invitation'),
      leave: 'Don’t invite',
    },
    'many-of-others': { allow: 'Export it' },
    'rich-body': { allow: 'Replace the text', leave: 'Keep the text' },
    process: {},
    'delete-asked': { allow: 'Delete it', leave: 'Keep it' },
    'convert-asked': { allow: 'Make it anew', leave: 'Leave it' },
    'not-revived': {},
    'many-deletions': { allow: 'Delete it' },
    'many-moves': { allow: 'Change the time' },
    'side-empty': { allow: 'Remove it on the other side too' },
    'many-creations': { allow: 'Create it' },
    series: { allow: 'Have the other side follow', leave: 'Leave it' },
    'second-task': { allow: 'Delete this one' },
    'second-activity': { allow: 'Cancel this one in Creatio', leave: 'Keep both' },
    group: {},
    'no-to-do': {},
    'no-target': {},
    unreadable: {},
    unanswered: {},
    'not-kept': { allow: 'Try again' },
    'put-back': { creatio: 'Keep my value in Creatio', leave: 'Keep the organizer’s value' },
    'own-notes': { exchange: 'Take the organizer’s text', leave: 'Keep my notes' },
    'inside-notes': { allow: 'Send the notes', leave: 'Leave the notes out' },
    'lost-counterpart': { allow: 'Create it again', exchange: 'Cancel it in Creatio' },
    'lost-origin': { exchange: 'Cancel it in Creatio' },
  } as Labels,

  preview: {
    command: 'Preview',
    commandOf: (account: string) => `Preview of ${account}`,
    of: (account: string) => `Preview of ${account}`,
    first: 'Nothing has been written yet: look through the preview first.',
    ready: 'The preview is ready. Nothing has been written yet.',
    show: 'Show preview',
    summary: 'In short',
    intro: 'Nothing has been written yet. Untick what is to stay out, then synchronize the rest.',
    nothing: 'Both sides are in step: there is nothing to write.',
    apply: (count: number) => `Synchronize ${plural('en', count, { one: 'item', other: 'items' })}`,
    notNow: 'Not now',
    rows: 'What would be done',
    noRows: 'Nothing matches. Change the search or what is shown.',
    search: 'Search titles',
    readAnew: 'Read the preview anew',
    shown: 'Show',
    everything: 'Everything',
    groupBy: 'Group by',
    groupings: { none: 'Nothing', calendar: 'Calendar or list', series: 'Series', owner: 'Owner' },
    group: (name: string, count: number) => `${name}: ${count}`,
    series: (title: string) => `Series “${title || 'no title'}”`,
    noSeries: 'Not part of a series',
    others: 'Activities of others',
    mine: 'Mine',
    otherCalendar: 'Another calendar',
    occurrence: 'Occurrence of a series',
    changes: {
      create: 'New',
      update: 'Changed',
      merge: 'Changed on both sides',
      delete: 'Deleted',
      revive: 'Created again',
      link: 'On both sides already',
      convert: 'Meeting or task swapped',
      complete: 'Completed',
      twice: 'There twice',
    },
    /** What is done with a row, and why; `side` is where it is written. */
    why: {
      create: (to: Side) => `new in ${side[to]}`,
      update: (to: Side) => `was changed in ${side[other(to)]}`,
      merge: () => 'was changed on both sides',
      delete: (to: Side) => `is gone in ${side[other(to)]}`,
      revive: (to: Side) => `was deleted in ${side[to]}, and changed in ${side[other(to)]} since`,
      link: () => 'is on both sides already: the two will be linked',
      convert: (to: Side) => `is made anew in ${side[to]} as the other kind`,
      complete: () => 'has ended: becomes Completed',
      twice: (to: Side) => `is there twice in ${side[to]}: one of the two goes`,
    },
    /** How many rows there are of a change on a side; none: on both. */
    count: (change: Change, to: Side | undefined, count: number) => {
      const where = to ? ` in ${side[to]}` : '';
      const what = {
        create: 'new',
        update: 'changed',
        merge: 'merged from both sides',
        delete: 'deleted or canceled',
        revive: 'created again',
        link: 'linked, as they are on both sides already',
        convert: 'made anew as the other kind',
        complete: 'completed',
        twice: 'that are there twice removed',
      }[change];
      return `${count} ${what}${where}`;
    },
    out: (count: number) => `${count} left out`,
    held: (count: number) =>
      `${plural('en', count, { one: 'item waits', other: 'items wait' })} for your decision. Look below the status afterwards.`,
    calendars: 'Import from',
    calendar: (name: string, count: number, personal: boolean) =>
      `${name}: ${count}${personal ? ' — looks personal, so it is left out unless you tick it' : ''}`,
    noMail: 'Nobody gets mail.',
    mails: (count: number, people: number, outside: number) =>
      `${plural('en', count, { one: 'mail', other: 'mails' })} to ${people > 0 ? plural('en', people, { one: 'person', other: 'people' }) : 'the organizers'}` +
      `${outside > 0 ? `, ${outside} of them outside your organization` : ''}.`,
    mailsIn: (count: number) => plural('en', count, { one: 'mail', other: 'mails' }),
    sendHeading: 'Send mail?',
    outside: (names: string) => `Outside: ${names}`,
    back: 'Back',
    send: (count: number) => `Synchronize and send ${plural('en', count, { one: 'mail', other: 'mails' })}`,
    written: (title: string, to: Side) => `${title}, in ${side[to]}`,
  },

  runs: 'Runs',
  runsHint: 'Press Enter on a row to see what the run wrote.',
  noRuns: 'There was no run in the last 30 days.',
  causes: {
    person: 'by hand',
    automatic: 'by itself',
    answers: 'by your choices',
    preview: 'after a preview',
  },
  outcomes: { done: '', unseen: 'waits for you to look', stopped: 'stopped', failed: 'failed' },
  times: (count: number) => `${count} runs`,
  took: (seconds: number) => `took ${seconds} s`,
  wroteNothing: 'It wrote nothing.',
  earlierRuns: 'Show earlier ones',
  run: 'Run',
  runOf: (time: string) => `Run of ${time}`,
  runCounts: (counts: Counts) => `+${counts.created}, ~${counts.updated}, −${counts.deleted}`,
  runCountsHint: '+ created, ~ changed, − deleted or canceled',
  showActivities: 'Show activities',
  wrote: {
    created: 'created',
    updated: 'changed',
    canceled: 'canceled',
    completed: 'completed',
    reopened: 'reopened',
    deleted: 'deleted',
  },
  write: (where: string, what: string) => `${where}, ${what}`,
  before: 'Before',
  after: 'After',
  nothingThere: '—',
  undoRun: 'Undo this run',
  isUndo: 'undo',
  undone: (count: number, of: number) => (count < of ? `undone: ${count} of ${of}` : 'undone'),
  undoOf: (time: string) => `Undo of the run of ${time}`,
  undoPlanning: 'Looking at what is there now…',
  undoBack: (count: number) => `Would be taken back: ${count}`,
  undoNone: 'Nothing of this run can be taken back.',
  undoStays: (count: number) => `Would stay: ${count}`,
  whyStays: {
    newer: 'it was changed since',
    gone: 'it is no longer there, or is there again',
    'would-mail': 'it would send mail to the attendees',
    unlinked: 'the two sides no longer belong together',
  },
  takeBack: 'Take back',
  keep: 'Keep',
  takingBack: 'Taking back what the run wrote…',
  takenBack: (done: number, stays: number) =>
    `Taken back: ${done}${stays > 0 ? `; stayed: ${stays}` : ''}. What is undone stays so until somebody edits it.`,

  fields: {
    title: 'Title',
    when: 'Time',
    place: 'Location',
    body: 'Text',
    importance: 'Importance',
    reminder: 'Reminder',
    status: 'Status',
    people: 'Participants',
    response: 'Your answer',
  },
  /** The engine's own words in the values of fields. */
  importances: {
    low: 'Low',
    normal: 'Normal',
    high: 'High',
  },
  statuses: {
    'not-started': 'Not started',
    'in-progress': 'In progress',
    completed: 'Completed',
    waiting: 'Waiting on others',
    deferred: 'Deferred',
    canceled: 'Canceled',
  },
  responses: {
    confirmed: 'Accepted',
    declined: 'Declined',
    'in-doubt': 'Tentative',
  },
  /** Whom the mails that a yes sends would reach. */
  mails: {
    'would-mail': (people: number) => `Mails: ${people}`,
    'delete-asked': (people: number) => `Attendees who would get a cancellation: ${people}`,
  } as Partial<Record<Reason, (people: number) => string>>,
  refusals,
  minutesBefore: (minutes: number) => `${minutes} min before`,

  failed: {
    'no-reply': (who: string) => `No reply from ${who}. Check the network, then run the synchronization again.`,
    'signed-out': (who: string) => `You are signed out of ${who}. Sign in again, then run the synchronization.`,
    forbidden: (who: string) => `You may not do this in ${who}. Ask your administrator for the rights.`,
    busy: (who: string) => `${who} is busy. Wait a few minutes, then run the synchronization again.`,
    'server-error': (who: string) =>
      `${who} failed. Run the synchronization again; if it stays so, tell your administrator.`,
    unreadable: (who: string) => `A reply of ${who} could not be understood. Tell your administrator.`,
    'foreign-link': (who: string) =>
      `${who} pointed to another server, which was not followed. Tell your administrator.`,
    'cursor-lost': (who: string) => `${who} forgot where we were. Run the synchronization again: it reads everything.`,
    store: () => 'The store in this browser can’t be used, or a newer version wrote it. Reload the page.',
    'store-full': () =>
      'There is no room left in this browser. Free some space on the disk, then run the synchronization again.',
    zone: () =>
      'The time zone of your profile is missing or unknown to this browser, so nothing is synchronized. Choose a time zone in your profile in Creatio, then reload the page; if that does not help, update the browser.',
    settings: () => 'The settings can’t be used. Correct them, or tell your administrator what it says here.',
    elsewhere: (who: string, names?: { meant: string; found: string }) =>
      `${who}: this is ${knownName(names?.found) ?? 'another one'}, but ${names?.meant ?? '?'} is to be synchronized. Nothing was written. ` +
      'Sign in to the right one; a copy of Creatio must not be synchronized with the same mailbox. ' +
      'If Creatio has moved to another address, your administrator can say so in the policy.',
    outdated: () => 'Something has changed since this preview was made. Nothing was written: look at a new preview.',
    stopped: () => 'The synchronization was stopped while it was reading: nothing was written.',
    running: () => 'A synchronization is already running in another tab. Wait for it to end.',
    unknown: () => 'The synchronization failed. Reload the page and run it again.',
  },
  reasons: {
    malformed: 'It could not be understood. Open it there and save it anew.',
    rejected: 'The server refused the change. Correct the item, or have it tried again.',
    clash: 'Both sides changed the same field. Choose whose value stays.',
    ambiguous: 'Several items could be its counterpart. Tell them apart by title or time, or have a new one created.',
    'would-mail':
      'It would send mail to the people invited. Choose whether it is sent; you can write to them in Outlook instead.',
    'not-invited':
      'It went over without its participants. To have them invited, choose “Ask each time” in the settings.',
    'would-invite': 'These people would get an invitation. Choose whether it is sent.',
    'many-of-others':
      'Many activities of other people would go out. Export them, or narrow the choice in the settings.',
    'rich-body':
      'The text has pictures or tables that would be lost. Choose whether it is replaced, or change it in Outlook.',
    process: 'A business process owns the activity. Finish it in Creatio.',
    'delete-asked': 'The activity is gone. Choose whether this goes to Deleted Items too.',
    'convert-asked':
      'Meeting and task were swapped, and making it anew would lose something. Choose whether it is made anew.',
    'not-revived': 'It was deleted on the other side. The edit stays on the canceled activity.',
    'many-deletions': 'Too many deletions at once. Check that they were meant, then allow them.',
    'many-moves': 'Too many changed times at once. Check that they were meant, then allow them.',
    'side-empty': 'One side is suddenly empty. Check your rights and the mailbox, then allow the deletions.',
    'many-creations': 'Unusually many new items at once. Check that they were meant, then allow them.',
    series:
      'The series was changed, and this occurrence has no counterpart now. Let the other side follow, or leave it.',
    'second-task':
      'It is there a second time for the same activity, edited since, or with attendees. Take over what you need, then let it be deleted.',
    'second-activity':
      'It is there a second time in Creatio for the same event. Take over what you need into the other one, then have it canceled, or keep both.',
    overlooked:
      'The program did not know what to do with it, and left it alone. That is a fault: tell your administrator, who can report it.',
    group: 'The group could not be evaluated. Choose another group in the settings.',
    'no-to-do':
      'This mailbox has no Microsoft To Do, so tasks are not synchronized. Turn tasks off in the settings, or ask your administrator.',
    'no-target': 'The calendar or list can’t be written or is not there. Choose another one in the settings.',
    unreadable:
      'This calendar or list could not be read, everything else was. Nothing in it counts as deleted; the next run tries again.',
    unanswered:
      'Whether its counterpart is there could not be found out, so nothing was written for it. The next run tries again; if it stays so, tell your administrator.',
    'not-kept':
      'The server did not keep what was written, and kept its own value instead. Correct it there, or have it tried again.',
    'put-back':
      'Somebody else organizes this meeting, so your change was put back. Your value is kept here; choose whether Creatio keeps it.',
    'own-notes':
      'The organizer changed the text, and you have notes of your own in it. Take the organizer’s text over, or leave your notes.',
    'inside-notes':
      'The notes of the activity would go out to the people invited. Read them, then choose whether they are sent.',
    'lost-counterpart':
      'It was in the mailbox once and is no longer there. Have it created there again, cancel it in Creatio too, or leave it.',
    'lost-origin': 'It came from the mailbox and is no longer there. Cancel it in Creatio too, or leave it.',
  },
};

/** All texts that a language has to have. */
export type Strings = typeof en;
