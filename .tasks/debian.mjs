/**
 * Programs that the tests use and Debian packages: installs them there as root, and finds them
 * elsewhere.
 *
 * Node built-ins only, so that what is missing is said before anything is installed.
 */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { must, onPath, runnable } from './process.mjs';

/** By this file Debian asks whether a package may start its services. */
const policy = '/usr/sbin/policy-rc.d';

/** Whether this is Debian itself (Ubuntu's chromium is a snap), and we may install. */
export function mayInstall() {
  if (!existsSync('/etc/os-release') || process.getuid?.() !== 0) return false;
  return /^ID=debian$/m.test(readFileSync('/etc/os-release', 'utf8'));
}

/**
 * Installs packages; services that they bring are not started.
 * @param {string[]} packages
 * @param {string} time how long it takes, for the one who waits
 */
export async function installPackages(packages, time) {
  const names = packages.join(' and ');
  console.log(`Installing ${names} by apt (${time})…`);
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  const asked = !existsSync(policy);
  if (asked) writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    await must('apt-get update', 'apt-get', ['update'], { env, quiet: true });
    const install = ['install', '-y', '--no-install-recommends', ...packages];
    await must(`Installing ${names}`, 'apt-get', install, { env, quiet: true });
  } finally {
    if (asked) rmSync(policy);
  }
}

/**
 * nginx, which the tests put in front of Creatio and Exchange; `NGINX_PATH` names another. @returns
 * {string | undefined}
 */
export function findNginx() {
  const named = process.env.NGINX_PATH ?? '';
  return [named, ...onPath('nginx'), '/usr/sbin/nginx', '/usr/local/sbin/nginx'].find(runnable);
}

/**
 * openssl, which makes the certificate of the Exchange Server behind nginx. @returns {string |
 * undefined}
 */
export function findOpenssl() {
  return onPath('openssl').find(runnable);
}

/** xmllint, which knows XML Schema. @returns {string | undefined} */
function findXmllint() {
  return onPath('xmllint').find(runnable);
}

/**
 * What of the native tests' programs is missing, installed where that is possible; without it those
 * tests say that they are skipped.
 */
export async function installXmllint() {
  if (!findXmllint() && mayInstall()) await installPackages(['libxml2-utils'], 'some seconds');
}

/**
 * What of the end-to-end tests' programs is missing, installed where that is possible; without it
 * those tests say that they are skipped.
 */
export async function installNginx() {
  if (!(findNginx() && findOpenssl()) && mayInstall()) await installPackages(['nginx', 'openssl'], 'some seconds');
}
