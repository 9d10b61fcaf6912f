/** Words that go with a number, by the rules of each language. */

/** The forms of a word; a language has those that its rules name, and always `other`. */
export type Forms = { other: string } & Partial<Record<Intl.LDMLPluralRule, string>>;

/** The way to write a number with its word: `plural('en', 2, { one: 'item', other: 'items' })`. */
export function plural(language: string, count: number, forms: Forms): string {
  const form = forms[new Intl.PluralRules(language).select(count)] ?? forms.other;
  return `${new Intl.NumberFormat(language).format(count)} ${form}`;
}
