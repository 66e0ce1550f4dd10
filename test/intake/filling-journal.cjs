const { Buffer } = require('node:buffer');
const path = require('node:path');
const process = require('node:process');

/** Writes to a journal on a disk that is full now and then, says what was taken and what not, and is killed. */
const { openJournal } = require(path.resolve('dist/src/intake/journal.js'));

const ROUNDS = 100;
const AT_ONCE = 4;

async function fill() {
  const journal = await openJournal(process.argv[2], 1024 * 1024 * 1024);
  const said = [];
  const append = (id, bytes) =>
    journal
      .append({
        ...{ id, receivedAt: 0, source: 'sf', channel: 'main', mediaType: 'application/json' },
        ...{ body: Buffer.alloc(bytes, 'x'), deliveries: [], flaws: [] },
      })
      .then(
        () => said.push(`taken ${id}`),
        () => said.push(`refused ${id}`),
      );
  for (let round = 1; round <= ROUNDS; round += 1) {
    const ids = Array.from({ length: AT_ONCE }, (_, index) => `${String(round).padStart(4, '0')}-${index}`);
    await Promise.all(ids.map((id, index) => append(id, 1_000 + round * 37 + index * 500)));
  }
  process.stdout.write(`${said.join('\n')}\n`, () => process.kill(process.pid, 'SIGKILL'));
}
void fill();
