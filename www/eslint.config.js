import { fileURLToPath } from 'node:url';
import { defineConfig, globalIgnores } from 'eslint/config';
import lit from 'eslint-plugin-lit';
import litA11y from 'eslint-plugin-lit-a11y';
import wc from 'eslint-plugin-wc';
import tseslint from 'typescript-eslint';

/** Run from the checkout's root: `eslint --config www/eslint.config.js .` (`npm run check`). */
export default defineConfig(
  globalIgnores(['target/', 'www/dist/', 'www/pkg/']),
  {
    files: ['www/src/**/*.ts'],
    extends: [
      tseslint.configs.strictTypeChecked,
      lit.configs['flat/recommended'],
      litA11y.configs.recommended,
      wc.configs['flat/best-practice'],
    ],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: fileURLToPath(new URL('.', import.meta.url)) },
    },
    settings: { wc: { elementBaseClasses: ['LitElement'] } },
    rules: {
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      // LitElement has them all.
      'wc/guard-super-call': 'off',
    },
  },
  {
    files: ['.tasks/**/*.mjs', 'tests/e2e/**/*.mjs', 'www/*.config.{js,ts}'],
    extends: [tseslint.configs.strict],
    linterOptions: { reportUnusedDisableDirectives: 'error' },
  },
);
