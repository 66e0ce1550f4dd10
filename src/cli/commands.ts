import type { Command } from 'commander';
import type { CommandWords } from './summaries';

type OneWord<W extends string> = W extends `${string} ${string}` ? never : W;
export type CommandName = OneWord<CommandWords>;

/** To load all of Waybell takes a second of a processor: only the command that is asked for is loaded. */
export const COMMANDS: Readonly<Record<CommandName, () => Promise<Command>>> = {
  start: async () => (await import('./start.js')).startCommand(),
  stop: async () => (await import('./start.js')).stopCommand(),
  status: async () => (await import('./status.js')).statusCommand(),
  doctor: async () => (await import('./doctor.js')).doctorCommand(),
  why: async () => (await import('./why.js')).whyCommand(),
  attention: async () => (await import('./attention.js')).attentionCommand(),
  retry: async () => (await import('./retry.js')).retryCommand(),
  link: async () => (await import('./link.js')).linkCommand(),
  ledger: async () => (await import('./ledger.js')).ledgerCommand(),
  send: async () => (await import('./send.js')).sendCommand(),
  'push-test': async () => (await import('./push-test.js')).pushTestCommand(),
  channels: async () => (await import('./channels.js')).channelsCommand(),
  providers: async () => (await import('./providers.js')).providersCommand(),
  words: async () => (await import('./words.js')).wordsCommand(),
  replay: async () => (await import('./replay.js')).replayCommand(),
  erase: async () => (await import('./erase.js')).eraseCommand(),
  receivers: async () => (await import('./receivers.js')).receiversCommand(),
  alarms: async () => (await import('./alarms.js')).alarmsCommand(),
  keys: async () => (await import('./keys.js')).keysCommand(),
  audit: async () => (await import('./audit.js')).auditCommand(),
  migrate: async () => (await import('./migrate.js')).migrateCommand(),
  release: async () => (await import('./release.js')).releaseCommand(),
  'import-queue': async () => (await import('./import-queue.js')).importQueueCommand(),
  'import-history': async () => (await import('./import-history.js')).importHistoryCommand(),
  compare: async () => (await import('./compare.js')).compareCommand(),
  'forget-journal': async () => (await import('./ledger.js')).forgetJournalCommand(),
  completion: async () => (await import('./completion.js')).completionCommand(COMMANDS),
};

export const isCommandName = (word: string): word is CommandName => Object.hasOwn(COMMANDS, word);
