/** Which language the page speaks. */
import { en, type Strings } from './en';
import { ru } from './ru';

export type { Counts, Strings } from './en';

/** The texts for a culture (`ru-RU`): Russian, or English for every other. */
export function stringsFor(culture: string): Strings {
  return culture.toLowerCase().startsWith('ru') ? ru : en;
}
