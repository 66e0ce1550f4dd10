/** Longer than any secret; what sends more than this without an end of line sends something else. */
const MAX_CHARACTERS = 4_096;

/** One line of `input`, without its end: a secret that stands in no history of a shell and in no list of processes. */
export async function readSecretLine(input: NodeJS.ReadStream): Promise<string> {
  if (input.isTTY) console.error('The secret, and Enter:');
  let text = '';
  for await (const chunk of input.setEncoding('utf8')) {
    text += chunk;
    if (text.includes('\n') || text.length > MAX_CHARACTERS) break;
  }
  const [line = ''] = text.split(/\r?\n/, 1);
  return line;
}
