/** Which language the page speaks. */
import { en, type Strings } from './strings/en';
import { ru } from './strings/ru';

export type { Counts, Strings } from './strings/en';

/** The texts for a culture (`ru-RU`): Russian, or English for every other. */
export function stringsFor(culture: string): Strings {
  return culture.toLowerCase().startsWith('ru') ? ru : en;
}
