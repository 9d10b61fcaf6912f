/**
 * What the card of an item shows and does: a form as data, made by whoever knows the server, shown
 * by `item-card`.
 */

/** What a field or a participant can be set to. */
export interface Choice {
  value: string;
  label: string;
}

/** One field. The value of a `check` is a boolean, of all others a text. */
export interface Field {
  name: string;
  label: string;
  type: 'text' | 'textarea' | 'datetime-local' | 'date' | 'number' | 'check' | 'select';
  options?: Choice[];
  required?: boolean;
  readOnly?: boolean;
  hint?: string;
  /** Takes the whole width. */
  wide?: boolean;
  /** Shown only while this holds. */
  when?: (values: Values) => boolean;
}

/** The values of the fields, by their names. */
export type Values = Record<string, string | boolean>;

/** Somebody who takes part in an activity. */
export interface Participant {
  contact: string;
  name: string;
  role: string;
  response: string;
}

/** The participants, and what can be chosen for them. */
export interface People {
  rows: Participant[];
  contacts: Choice[];
  roles: Choice[];
  responses: Choice[];
  /** What a new one starts with. */
  first: { role: string; response: string };
}

/** A card. */
export interface Card {
  heading: string;
  fields: Field[];
  values: Values;
  /** The markup of the text, if it has more to it than lines. */
  markup?: string;
  people?: People;
  /** Writes what was changed. Rejects with what the server said. */
  save(change: Change): Promise<void>;
  /** Removes the item; absent for a new one. */
  remove?: () => Promise<void>;
}

/** What was changed on a card. */
export interface Change {
  /** All values. */
  values: Values;
  /** Whether one of these fields was changed. */
  changed: (...names: string[]) => boolean;
  /** Participants that were added or changed. */
  people: Participant[];
  /** The Contacts of those that were removed. */
  removed: string[];
}

/** The text of a value. */
export function text(values: Values, name: string): string {
  const value = values[name];
  return typeof value === 'string' ? value : '';
}
