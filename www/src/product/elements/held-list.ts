/** What the last run left for a person, with a choice for each item that can be answered. */
import { css, html, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import type { HeldField, HeldItem, Reason, Reply, Saying } from '../../engine/types';
import { showValue } from '../field-values';
import { explainRefusal } from '../texts';
import { base, buttons, inputs } from './styles';
import { SyncElement } from './sync-element';
import './value-table';

/** A held item, with its account and its number in the list. */
interface Question {
  account: string;
  item: HeldItem;
  number: number;
  /** Names the question, also after another run. */
  key: string;
}

/** How many questions a group may have that is open at first. */
const openAtFirst = 5;

/** How many people would be written to: those listed, or their number; 0 if that is not known. */
function peopleToWriteTo({ fields, mails }: HeldItem): number {
  for (const { values } of fields) {
    if (values.creatio && 'people' in values.creatio) return values.creatio.people.length;
  }
  return mails;
}

/** Whether a value of the field is known on either side. */
const isKnown = ({ values }: HeldField): boolean => !!(values.creatio ?? values.exchange);

/**
 * What is held, by reason, with a choice for each item that a person can answer. A run carries the
 * choices out. Nothing is shown while nothing is held.
 *
 * @tag schedule-sync-held-list
 */
@customElement('schedule-sync-held-list')
export class HeldList extends SyncElement {
  static override styles = [
    base,
    buttons,
    inputs,
    css`
      :host {
        display: block;
      }
      section {
        margin-bottom: 16px;
        background: var(--surface);
        border: 1px solid var(--line);
        border-radius: 8px;
        padding: 10px 16px 12px;
      }
      header {
        display: flex;
        align-items: center;
        justify-content: space-between;
        gap: 6px 16px;
      }
      h2 {
        font-size: 16px;
        font-weight: 600;
      }
      .hint,
      .detail {
        color: var(--muted);
        font-size: 13px;
      }
      details {
        margin-top: 8px;
        border-top: 1px solid var(--line);
        padding-top: 8px;
      }
      summary {
        cursor: pointer;
        font-weight: 600;
      }
      .count {
        color: var(--muted);
        font-weight: 400;
      }
      li {
        margin: 8px 0 0 18px;
      }
      .line {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        justify-content: space-between;
        gap: 4px 12px;
        min-height: 34px;
      }
      .what {
        flex: 1 1 220px;
        overflow-wrap: anywhere;
      }
      .where {
        color: var(--muted);
        margin-left: 8px;
      }
      select {
        flex: 0 1 260px;
      }
      schedule-sync-value-table {
        margin-top: 4px;
      }
    `,
  ];

  @state() private chosen: ReadonlyMap<string, Saying> = new Map();
  /** Groups that a person opened or closed. */
  @state() private opened: ReadonlyMap<Reason, boolean> = new Map();

  /** What is held, by reason, in the order of the reasons' first items. */
  private groups(): [Reason, Question[]][] {
    const groups = new Map<Reason, Question[]>();
    for (const { account, items } of this.controller.held) {
      for (const item of items) {
        const key = JSON.stringify([account, item.side, item.id, item.reason]);
        const group = groups.get(item.reason) ?? [];
        group.push({ account, item, number: 0, key });
        groups.set(item.reason, group);
      }
    }
    let number = 0;
    const numbered = (question: Question) => ({ ...question, number: (number += 1) });
    return [...groups].map(([reason, questions]) => [reason, questions.map(numbered)]);
  }

  private choose(questions: Question[], choice: string): void {
    const chosen = new Map(this.chosen);
    for (const { key, item } of questions) {
      const answer = item.choices.find((one) => one === choice);
      if (answer) chosen.set(key, answer);
      else chosen.delete(key);
    }
    this.chosen = chosen;
  }

  /** The replies chosen, by account. */
  private answers(questions: Question[]): Map<string, Reply[]> {
    const answers = new Map<string, Reply[]>();
    for (const { account, item, key } of questions) {
      const choice = this.chosen.get(key);
      if (!choice || !item.id) continue;
      const replies = answers.get(account) ?? [];
      replies.push({ side: item.side, id: item.id, reason: item.reason, choice });
      answers.set(account, replies);
    }
    return answers;
  }

  private carryOut(answers: Map<string, Reply[]>): void {
    this.chosen = new Map();
    const accounts = this.controller.accounts.filter(({ address }) => answers.has(address));
    this.controller.run(accounts, answers);
  }

  /** What an answer to these questions does. */
  private label(choice: Saying, questions: Question[], reason: Reason): string {
    const { strings } = this.controller;
    const label = strings.answers[reason][choice] ?? strings.choices[choice];
    return typeof label === 'string'
      ? label
      : label(questions.reduce((sum, { item }) => sum + peopleToWriteTo(item), 0));
  }

  private renderSelect(name: string, questions: Question[], reason: Reason) {
    const { strings, running } = this.controller;
    const [first] = questions;
    const same = questions.every(({ key }) => this.chosen.get(key) === this.chosen.get(first?.key ?? ''));
    const choice = (same && first && this.chosen.get(first.key)) || '';
    return html`<select
      aria-label=${name}
      aria-describedby=${reason}
      ?disabled=${running}
      @change=${(event: Event) => {
        this.choose(questions, (event.target as HTMLSelectElement).value);
      }}
    >
      <option value="" .selected=${choice === ''}>${strings.choose}</option>
      ${first?.item.choices.map(
        (one) => html`<option value=${one} .selected=${choice === one}>${this.label(one, questions, reason)}</option>`,
      )}
    </select>`;
  }

  private renderValues(item: HeldItem, name: string) {
    const { time, strings } = this.controller;
    const known = item.fields.filter(isKnown);
    if (known.length === 0) return nothing;
    const rows = known.map(({ field, values }) => ({
      field: strings.fields[field],
      values: [values.creatio, values.exchange].map((value) => showValue(value, time, strings)),
    }));
    return html`<schedule-sync-value-table
      .label=${name}
      .heads=${[strings.sideTitle.creatio, strings.sideTitle.exchange]}
      .rows=${rows}
    ></schedule-sync-value-table>`;
  }

  private renderItem(question: Question) {
    const { strings } = this.controller;
    const { item, number } = question;
    const name = strings.heldItem(number, item.title || strings.untitled);
    const fields = item.fields.filter((field) => !isKnown(field)).map(({ field }) => strings.fields[field]);
    const mails = item.mails > 0 ? (strings.mails[item.reason]?.(item.mails) ?? '') : '';
    const said = explainRefusal(strings, item.detail);
    const detail = [fields.join(', '), mails, said].filter((part) => part).join(' · ');
    return html`<li>
      <div class="line">
        <span class="what">${name}<span class="where">${strings.sideTitle[item.side]}</span></span>
        ${item.id && item.choices.length > 0 ? this.renderSelect(name, [question], item.reason) : nothing}
      </div>
      ${detail ? html`<p class="detail">${detail}</p>` : nothing} ${this.renderValues(item, name)}
    </li>`;
  }

  private renderAll(questions: Question[], reason: Reason) {
    const { strings } = this.controller;
    const decidable = questions.filter(({ item }) => item.id && item.choices.length > 0);
    const [first, last] = [questions[0], questions.at(-1)];
    if (decidable.length < 2 || !first || !last) return nothing;
    const name = strings.heldItems(first.number, last.number);
    return html`<li class="line"><span class="what">${name}</span>${this.renderSelect(name, decidable, reason)}</li>`;
  }

  private renderGroup(reason: Reason, questions: Question[]) {
    const open = this.opened.get(reason) ?? questions.length <= openAtFirst;
    return html`<details
      .open=${open}
      @toggle=${(event: Event) => {
        this.opened = new Map(this.opened).set(reason, (event.target as HTMLDetailsElement).open);
      }}
    >
      <summary>
        <span id=${reason}>${this.controller.strings.reasons[reason]}</span>
        <span class="count">${questions.length}</span>
      </summary>
      ${
        open
          ? html`<ul>
              ${this.renderAll(questions, reason)} ${questions.map((question) => this.renderItem(question))}
            </ul>`
          : nothing
      }
    </details>`;
  }

  override render() {
    const { strings, running } = this.controller;
    const groups = this.groups();
    if (groups.length === 0) return nothing;
    const questions = groups.flatMap(([, group]) => group);
    const answers = this.answers(questions);
    const decidable = questions.some(({ item }) => item.id && item.choices.length > 0);
    return html`<section aria-labelledby="held">
      <header>
        <div>
          <h2 id="held">${strings.heldHeading}</h2>
          ${decidable ? html`<p class="hint" id="hint">${strings.heldHint}</p>` : nothing}
        </div>
        ${
          decidable
            ? html`<button
                class="primary"
                type="button"
                aria-describedby="hint"
                ?disabled=${running || answers.size === 0}
                @click=${() => {
                  this.carryOut(answers);
                }}
              >
                ${strings.carryOut}
              </button>`
            : nothing
        }
      </header>
      ${groups.map(([reason, group]) => this.renderGroup(reason, group))}
    </section>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'schedule-sync-held-list': HeldList;
  }
}
