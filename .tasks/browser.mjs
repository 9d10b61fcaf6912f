/**
 * The browsers of the tests: finds Chrome or Chromium with its driver (installs them on Debian as
 * root), and Firefox.
 *
 * Node built-ins only, so that what is missing is said before anything is installed.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { installPackages, mayInstall } from './debian.mjs';
import { ask, onPath, runnable, target, Trouble, windows } from './process.mjs';

/** How Chromium is started, everywhere. */
export const chromiumFlags = [
  '--headless=new',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

const chromeNames = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];

/** Chrome where its installer puts it. */
function usualPlaces() {
  const applications = ['/Applications', join(homedir(), 'Applications')];
  if (process.platform === 'darwin') {
    return applications.flatMap((folder) =>
      ['Google Chrome', 'Chromium'].map((name) => join(folder, `${name}.app`, 'Contents', 'MacOS', name)),
    );
  }
  if (windows) {
    const folders = [process.env.PROGRAMFILES, process.env['PROGRAMFILES(X86)'], process.env.LOCALAPPDATA];
    return folders.flatMap((folder) =>
      folder ? ['Google\\Chrome', 'Chromium'].map((name) => join(folder, name, 'Application', 'chrome.exe')) : [],
    );
  }
  return ['/opt/google/chrome/chrome', '/snap/bin/chromium'];
}

/** The installed Chrome or Chromium; `CHROME_PATH` names another. @returns {string | undefined} */
export function findChrome() {
  const named = process.env.CHROME_PATH;
  if (named) {
    if (!runnable(named)) throw new Trouble(`CHROME_PATH=${named} is no program. Correct or unset it.`);
    return named;
  }
  return [...chromeNames.flatMap(onPath), ...usualPlaces()].find(runnable);
}

/** @param {string | undefined} chrome @returns {string | undefined} */
function findChromedriver(chrome) {
  const named = process.env.CHROMEDRIVER;
  if (named) {
    if (!runnable(named)) throw new Trouble(`CHROMEDRIVER=${named} is no program. Correct or unset it.`);
    return named;
  }
  const file = windows ? 'chromedriver.exe' : 'chromedriver';
  const beside = chrome ? [join(dirname(chrome), file)] : [];
  const debian = ['/usr/lib/chromium/chromedriver', '/usr/lib/chromium-browser/chromedriver'];
  return [...onPath('chromedriver'), ...beside, ...debian, '/snap/bin/chromium.chromedriver'].find(runnable);
}

/**
 * Chrome or Chromium and, if wanted, the driver that fits it.
 * @param {boolean} withDriver
 * @returns {Promise<{ chrome: string, chromedriver: string | undefined }>}
 */
export async function installChrome(withDriver) {
  let chrome = findChrome();
  let chromedriver = withDriver ? findChromedriver(chrome) : undefined;
  if ((!chrome || (withDriver && !chromedriver)) && mayInstall()) {
    await installPackages(['chromium', 'chromium-driver'], 'about a minute');
    chrome = findChrome();
    chromedriver = withDriver ? findChromedriver(chrome) : undefined;
  }
  if (!chrome) throw new Trouble(missingChrome());
  const version = windows ? undefined : ask(chrome, ['--version']);
  if (withDriver) checkDriver(chromedriver, version);
  return { chrome, chromedriver };
}

function missingChrome() {
  const how =
    process.platform === 'linux'
      ? 'Debian: sudo apt-get install chromium chromium-driver; elsewhere Google Chrome from https://www.google.com/chrome'
      : 'Install Google Chrome from https://www.google.com/chrome';
  return `The tests need Chrome or Chromium, and none was found. ${how}; or name one: CHROME_PATH=<program> npm test`;
}

/**
 * @param {string | undefined} chromedriver
 * @param {string | undefined} chromeVersion what `chrome --version` prints
 */
function checkDriver(chromedriver, chromeVersion) {
  const major = (/** @type {string | undefined} */ text) => /(\d+)\.\d+\.\d+/.exec(text ?? '')?.[1];
  const wanted = major(chromeVersion);
  const how = `Install ChromeDriver ${wanted ?? 'of the version of your Chrome'} (Debian: sudo apt-get install chromium-driver; elsewhere from https://googlechromelabs.github.io/chrome-for-testing) into PATH, or name it: CHROMEDRIVER=<program> npm test`;
  if (!chromedriver) throw new Trouble(`The tests in the browser need chromedriver, and none was found. ${how}`);
  const have = major(ask(chromedriver, ['--version']));
  if (!have) throw new Trouble(`${chromedriver} doesn't run. ${how}`);
  if (wanted && have !== wanted) {
    throw new Trouble(`chromedriver ${have} doesn't fit the browser, which is ${wanted}. ${how}`);
  }
}

/** The installed Firefox; `FIREFOX_PATH` names another. @returns {string | undefined} */
function findFirefox() {
  const mac = '/Applications/Firefox.app/Contents/MacOS/firefox';
  const named = process.env.FIREFOX_PATH;
  return [...(named ? [named] : []), ...['firefox', 'firefox-esr'].flatMap(onPath), mac].find(runnable);
}

/**
 * Firefox with its driver, installed where that is possible; or why there is none.
 * @param {() => Promise<string>} build builds the driver, and tells the folder that holds it
 * @returns {Promise<{ firefox: string, geckodriver: string } | { why: string }>}
 */
export async function installFirefox(build) {
  if (!findFirefox() && mayInstall()) await installPackages(['firefox-esr'], 'about a minute');
  const firefox = findFirefox();
  if (!firefox) return { why: 'no firefox was found' };
  const known = [process.env.GECKODRIVER ?? '', ...onPath('geckodriver')].find(runnable);
  return { firefox, geckodriver: known ?? join(await build(), windows ? 'geckodriver.exe' : 'geckodriver') };
}

/**
 * The file by which wasm-bindgen's test runner starts its browser.
 * @param {'chrome' | 'firefox'} browser
 * @param {string} program
 * @returns {string} its path
 */
export function writeWebdriverConfig(browser, program) {
  const path = join(target, `webdriver-${browser}.json`);
  const options =
    browser === 'chrome'
      ? { 'goog:chromeOptions': { binary: program, args: chromiumFlags } }
      : { 'moz:firefoxOptions': { binary: program, args: ['-headless'] } };
  mkdirSync(target, { recursive: true });
  writeFileSync(path, JSON.stringify(options));
  return path;
}
