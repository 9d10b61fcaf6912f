/**
 * A person at the page: everything is found by its role and exact name.
 */
import { account } from './servers.mjs';

/** The labels that the page must have, by culture. */
export const labels = {
  'en-US': {
    actions: 'Actions',
    synchronizeActivities: 'Synchronize activities',
    synchronizeNow: 'Synchronize now',
    setUp: `Set up ${account}`,
    addAccount: 'Add new account for synchronization',
    synchronization: 'Synchronization',
    editSettings: 'Edit settings',
    editSettingsOf: `Edit settings of ${account}`,
    save: 'Save',
    cancel: 'Cancel',
    tab: 'Meetings and tasks',
    importMeetings: 'Import meetings',
    allMeetings: 'Import all appointments and meetings',
    someMeetings: 'Import appointments and meetings from specific MS Exchange calendars',
    importTasks: 'Import tasks',
    allTasks: 'Import all tasks',
    someTasks: 'Import tasks from specific MS Exchange folders',
    exportActivities: 'Export activities',
    allActivities: 'Export all tasks and meetings',
    someActivities: 'Export tasks and meetings from specific folders',
    automatic: 'Synchronize activities automatically',
    from: 'Import activities starting from',
    completed: 'Synchronization completed',
    left: 'What was left, and why',
    later: 'Decide later',
    keepCreatio: 'Keep Creatio’s value',
    deleteIt: 'Delete it',
    carryOut: 'Carry out choices',
    history: 'History',
    historyOf: `History of ${account}`,
    runs: 'Runs',
    undoRun: 'Undo this run',
    undone: '· undone',
    takeBack: 'Take back',
    keep: 'Keep',
    takenBack: 'Taken back: 1',
    showActivities: 'Show activities',
    lookFirst: 'look through the preview first',
    applyPreview: /^Synchronize \d+ items?$/,
    preview: 'Preview',
    previewOf: /^Preview of /,
    notNow: 'Not now',
    showPreview: 'Show preview',
    setUpNow: 'Choose what to synchronize',
    inSync: /^In sync · \d\d:\d\d$/,
    clash: 'Both sides changed the same field. Choose whose value stays.',
    deleteAsked: 'The activity is gone. Choose whether this goes to Deleted Items too.',
  },
  'ru-RU': {
    actions: 'Действия',
    synchronizeActivities: 'Синхронизировать активности',
    synchronizeNow: 'Запустить синхронизацию',
    setUp: `Настроить ${account}`,
    addAccount: 'Добавить аккаунт для синхронизации',
    synchronization: 'Синхронизация',
    editSettings: 'Редактировать настройки',
    editSettingsOf: `Редактировать настройки ${account}`,
    save: 'Сохранить',
    cancel: 'Отмена',
    tab: 'Встречи и задачи',
    importMeetings: 'Импортировать встречи',
    allMeetings: 'Загружать все встречи',
    someMeetings: 'Загружать встречи из выбранных календарей MS Exchange',
    importTasks: 'Импортировать задачи',
    allTasks: 'Загружать все задачи',
    someTasks: 'Загружать задачи из выбранных папок MS Exchange',
    exportActivities: 'Экспортировать активности',
    allActivities: 'Переносить встречи и задачи',
    someActivities: 'Переносить встречи и задачи из выбранных групп',
    automatic: 'Синхронизировать активности автоматически',
    from: 'Импортировать активности начиная с',
    completed: 'Синхронизация завершена',
    left: 'Что осталось и почему',
    later: 'Решить позже',
    keepCreatio: 'Оставить значение Creatio',
    deleteIt: 'Удалить',
    carryOut: 'Выполнить выбранное',
    history: 'История',
    historyOf: `История ${account}`,
    runs: 'Запуски',
    undoRun: 'Отменить этот запуск',
    undone: '· отменён',
    takeBack: 'Вернуть как было',
    keep: 'Оставить',
    takenBack: 'Возвращено: 1',
    showActivities: 'Показать активности',
    lookFirst: 'сначала посмотрите предпросмотр',
    applyPreview: /^Синхронизировать: \d+ запис(ь|и|ей)$/,
    preview: 'Предпросмотр',
    previewOf: /^Предпросмотр /,
    notNow: 'Не сейчас',
    showPreview: 'Показать предпросмотр',
    setUpNow: 'Выбрать, что синхронизировать',
    inSync: /^Синхронизировано · \d\d:\d\d$/,
    clash: 'Обе стороны изменили одно поле. Выберите, чьё значение останется.',
    deleteAsked: 'Активность исчезла. Решите, удалять ли и это (в «Удалённые»).',
  },
};

/**
 * @param {import('playwright-core').Page} page
 * @param {keyof typeof labels} [culture]
 */
export function actor(page, culture = 'en-US') {
  const words = labels[culture];
  const find = (/** @type {any} */ role, /** @type {string} */ name) => page.getByRole(role, { name, exact: true });
  /** The item without the account's name, or with it where there are several accounts. */
  const oneOf = (/** @type {any} */ role, /** @type {string} */ name, /** @type {string} */ other) =>
    find(role, name).or(find(role, other));
  const status = page.getByRole('status');

  async function openActions() {
    await find('button', words.actions).click();
    await find('menuitem', words.synchronizeActivities).click();
  }

  return {
    words,
    find,
    status,
    oneOf,
    openActions,

    async open(/** @type {string} */ base) {
      await page.goto(`${base}/?culture=${culture}`);
      await find('button', words.actions).waitFor();
    },

    async openSettingsFromActions() {
      await openActions();
      await find('menuitem', words.setUp).click();
      await find('checkbox', words.importMeetings).waitFor();
    },

    async openSettingsFromPanel() {
      await find('button', words.synchronization).click();
      await oneOf('menuitem', words.editSettings, words.editSettingsOf).click();
      await find('checkbox', words.importMeetings).waitFor();
    },

    /** Where there are several accounts. The page may ask for a password before it shows them. */
    async openSettingsOf(/** @type {string} */ address) {
      await find('button', words.synchronization).click();
      await find('menuitem', words.editSettingsOf.replace(account, address)).click();
    },

    /** Gives the password that the page asks for; `again`: after it refused one. */
    async signIn(/** @type {string} */ address, /** @type {string} */ password, again = false) {
      const dialog = page.getByRole('dialog', { name: `Sign in to ${address}`, exact: true });
      if (again) await dialog.getByRole('alert').waitFor();
      await dialog.getByLabel('Password').fill(password);
      await dialog.getByRole('button', { name: 'Sign in', exact: true }).click();
      if (again) await dialog.waitFor({ state: 'detached' });
    },

    /** Saves the settings, and leaves the preview that follows the first time. */
    async save() {
      await find('button', words.save).click();
      const shown = page.getByRole('heading', { name: words.previewOf }).or(find('button', words.actions));
      await shown.waitFor();
      const leave = find('button', words.notNow);
      if (await leave.isVisible()) {
        await this.ended();
        await leave.click();
      }
      await find('button', words.actions).waitFor();
    },

    /** Leaves the settings as they were. */
    async cancel() {
      await find('button', words.cancel).click();
      await find('button', words.actions).waitFor();
    },

    /** Switches on everything, and saves. */
    async switchOnAll() {
      await this.openSettingsFromPanel();
      for (const block of [words.importMeetings, words.importTasks, words.exportActivities]) {
        await find('checkbox', block).check();
      }
      await this.save();
    },

    /** On the settings page: switches everything on, and asks for a choice in every block. */
    async askForChoices() {
      for (const [block, some] of /** @type {const} */ ([
        [words.importMeetings, words.someMeetings],
        [words.importTasks, words.someTasks],
        [words.exportActivities, words.someActivities],
      ])) {
        await find('checkbox', block).check();
        await find('radio', some).check();
      }
      await page.getByRole('list').getByRole('checkbox').first().waitFor();
    },

    async openHistory() {
      await find('button', words.synchronization).click();
      await oneOf('menuitem', words.history, words.historyOf).click();
      await find('button', words.showActivities).waitFor();
    },

    /**
     * Starts a run and waits for its end; where a preview is to be seen first, wants all of it.
     * @returns {Promise<string>} what the status then says
     */
    async synchronize() {
      await openActions();
      await find('menuitem', words.synchronizeNow).click();
      const said = await this.ended();
      if (!said.includes(words.lookFirst)) return said;
      return this.applyPreview();
    },

    /**
     * Carries out the preview that is shown, and those of other accounts that follow.
     * @returns {Promise<string>} what the status then says
     */
    async applyPreview() {
      const apply = page.getByRole('button', { name: words.applyPreview });
      let said;
      do {
        await apply.click();
        said = await this.ended();
      } while (await apply.isVisible());
      return said;
    },

    /** Has a run carry out what was chosen. @returns {Promise<string>} what the status then says */
    async carryOut() {
      await find('button', words.carryOut).click();
      return this.ended();
    },

    /**
     * Waits for the end of the run that goes on. @returns {Promise<string>} what the status then
     * says
     */
    async ended() {
      await page.getByRole('progressbar').waitFor({ state: 'detached', timeout: 60_000 });
      return (await status.textContent()) ?? '';
    },
  };
}
