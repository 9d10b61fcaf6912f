import { fileURLToPath } from 'node:url';
import { defineConfig, globalIgnores } from 'eslint/config';
import lit from 'eslint-plugin-lit';
import litA11y from 'eslint-plugin-lit-a11y';
import wc from 'eslint-plugin-wc';
import tseslint from 'typescript-eslint';

/**
 * The page's folders from the innermost on; each may import what stands before it. Of `host` the
 * product knows the interface only, whoever hosts it.
 */
const rings = ['strings', 'engine', 'host', 'product', 'sandbox'];
const ringRules = rings.map((ring, index) => ({
  files: [`www/src/${ring}/**/*.ts`],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: [
          {
            group: rings.slice(index + 1).flatMap((outer) => [`../**/${outer}`, `../**/${outer}/**`]),
            message: `${ring} may import ${['generated types', ...rings.slice(0, index)].join(', ')} only.`,
          },
          ...(ring === 'product'
            ? [
                {
                  group: ['../**/host/*', '!../**/host/host'],
                  message: 'The product asks its host by the interface in host/host.ts.',
                },
              ]
            : []),
        ].filter(({ group }) => group.length > 0),
      },
    ],
  },
}));

/** Run from the checkout's root: `eslint --config www/eslint.config.js .` (`npm run check`). */
export default defineConfig(
  globalIgnores(['target/', 'www/dist/', 'www/pkg/', 'www/pkg-exchange/']),
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
  ...ringRules,
  {
    files: ['.tasks/**/*.mjs', 'tests/e2e/**/*.mjs', 'tests/bench/**/*.mjs', 'www/*.config.{js,ts}'],
    extends: [tseslint.configs.strict],
    linterOptions: { reportUnusedDisableDirectives: 'error' },
  },
);
