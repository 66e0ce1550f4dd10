import { LANGUAGES, type Language } from '../shipment/phrases';

/** As operating systems say which language somebody reads, the first that is set before the others. */
const LOCALES = ['LC_ALL', 'LC_MESSAGES', 'LANG'] as const;

/**
 * In which language commands speak: that of the terminal where it is one of ours, else that of the messages, else
 * English. A server often has `C`, or says nothing.
 */
export function terminalLanguage(environment: NodeJS.ProcessEnv = process.env): Language {
  const locale = LOCALES.map((name) => environment[name] ?? '').find((value) => value !== '') ?? '';
  const { MESSAGE_LANGUAGE: ofMessages } = environment;
  const spoken = LANGUAGES.find((language) => locale.toLowerCase().startsWith(language));
  return spoken ?? LANGUAGES.find((language) => language === ofMessages) ?? 'en';
}
