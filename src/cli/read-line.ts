import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import type { Explanation } from '../shipment/explanation';
import { WrongInputError } from '../spoken';
import { printAside } from '../terminal';
import { UsageError } from './exit-codes';
import { say } from './language';

/** Longer than any secret or token: headers of HTTP are no longer. What sends more sends something else. */
const MAX_SECRET_CHARACTERS = 16_384;
const MAX_ANSWER = 10;

const UTF_16: Explanation = {
  en: 'Standard input is no text in UTF-8: give it as UTF-8.',
  zh: '标准输入不是 UTF-8 文本：请以 UTF-8 给出。',
};

/** One line of `input`, without its end: what stands in no history of a shell and in no list of processes. */
export async function readLine(input: NodeJS.ReadStream, prompt: string, most: number): Promise<string> {
  if (input.isTTY) printAside(prompt);
  let text = '';
  try {
    for await (const chunk of input.setEncoding('utf8')) {
      text += chunk;
      if (text.includes('\n') || text.length > most) break;
    }
  } catch (cause) {
    // A folder, or a file that went away.
    const { code, message } = cause as NodeJS.ErrnoException;
    const why = code ?? message;
    throw new WrongInputError(
      { en: `Standard input cannot be read (${why}).`, zh: `无法读取标准输入（${why}）。` },
      { cause },
    );
  }
  if (text.includes('\0')) throw new WrongInputError(UTF_16);
  const [line = ''] = text.replace(/^\uFEFF/, '').split(/\r?\n/, 1);
  return line;
}

/** What may be asked for so. */
export const THE_SECRET: Explanation = { en: 'The secret', zh: '密钥' };

/**
 * One line as `readLine` reads it; where a person types it, nothing of it is shown.
 * @throws {Error} a sentence: the person gave up
 */
export function readSecretLine(input: NodeJS.ReadStream, what: Explanation): Promise<string> {
  const prompt = say({
    en: `${what.en}, and Enter; what is typed is not shown:`,
    zh: `${what.zh}，然后按回车；输入的内容不会显示：`,
  });
  return input.isTTY ? readUnseen(input, prompt) : readLine(input, prompt, MAX_SECRET_CHARACTERS);
}

/** The line editor of Node takes the echo over from the terminal, and has nowhere to write it. */
function readUnseen(input: NodeJS.ReadStream, prompt: string): Promise<string> {
  printAside(prompt);
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const editor = createInterface({ input, output: nowhere, terminal: true, historySize: 0 });
  return new Promise((resolve, reject) => {
    editor.once('line', (line) => {
      resolve(line.slice(0, MAX_SECRET_CHARACTERS));
      editor.close();
    });
    // Ctrl-C and Ctrl-D; after a line it changes nothing.
    editor.once('SIGINT', () => editor.close());
    editor.once('close', () =>
      reject(new Error(say({ en: 'Nothing was entered.', zh: '没有输入任何内容。' }))),
    );
  });
}

/**
 * Asks a person for a `yes` before what cannot be taken back, or takes long.
 * @param unasked what is said where nobody sits at a terminal
 * @throws {UsageError} there: a script says --yes
 */
export async function isMeant(question: Explanation, unasked: Explanation): Promise<boolean> {
  if (!process.stdin.isTTY) throw new UsageError(say(unasked));
  const answer = await readLine(process.stdin, say(question), MAX_ANSWER);
  return answer.trim().toLowerCase() === 'yes';
}
