import { printAside } from '../terminal';

/** Longer than any secret; what sends more than this without an end of line sends something else. */
const MAX_SECRET_CHARACTERS = 4_096;

/** One line of `input`, without its end: what stands in no history of a shell and in no list of processes. */
export async function readLine(input: NodeJS.ReadStream, prompt: string, most: number): Promise<string> {
  if (input.isTTY) printAside(prompt);
  let text = '';
  for await (const chunk of input.setEncoding('utf8')) {
    text += chunk;
    if (text.includes('\n') || text.length > most) break;
  }
  const [line = ''] = text.split(/\r?\n/, 1);
  return line;
}

export const readSecretLine = (input: NodeJS.ReadStream): Promise<string> =>
  readLine(input, 'The secret, and Enter:', MAX_SECRET_CHARACTERS);
