/** Thrown when at least one setting is wrong. `problems` names every one, and never shows a value. */
export class SettingsError extends Error {
  constructor(
    readonly problems: readonly string[],
    /** What is set for the old system: often the reason why something is missing. */
    readonly obsolete: readonly string[] = [],
  ) {
    const lines = [...problems, ...obsolete].map((line) => `  - ${line}`);
    super(['Waybell cannot start with these settings:', ...lines].join('\n'));
    this.name = 'SettingsError';
  }
}
