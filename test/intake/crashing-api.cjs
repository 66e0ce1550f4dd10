const { once } = require('node:events');
const { createServer } = require('node:http');
const path = require('node:path');
const process = require('node:process');
const { setImmediate } = require('node:timers');

/**
 * Takes webhooks as a process of the product does, and is killed at a step of the third of them.
 * Usage: <step | never> <settings as JSON>; says the port that it listens on.
 */
const compiled = (file) => require(path.resolve('dist/src', file));
const [, , step, settings] = process.argv;
const { dataDir, databaseUrl, temporalAddress, temporalNamespace, taskQueue } = JSON.parse(settings);

const STEPS_SURVIVED = 2;
let passed = 0;
function passes(here) {
  if (here !== step) return;
  passed += 1;
  if (passed > STEPS_SURVIVED) process.kill(process.pid, 'SIGKILL');
}

/** The journal of the product; between its steps this process can die. */
const journals = compiled('intake/journal.js');
const { openJournal } = journals;
journals.openJournal = async (...parts) => {
  const journal = await openJournal(...parts);
  return {
    ...journal,
    async append(entry) {
      const appended = journal.append(entry);
      // The write is on its way to the disk.
      setImmediate(() => passes('appending'));
      await appended;
      passes('appended');
    },
    async markHandedOver(id) {
      passes('started');
      await journal.markHandedOver(id);
      passes('marked');
    },
    async unarchived(limit) {
      return step === 'marked' ? [] : journal.unarchived(limit);
    },
    async markArchived(ids) {
      ids.forEach(() => passes('archived'));
      await journal.markArchived(ids);
    },
  };
};

async function serve() {
  const { Client, Connection } = require('@temporalio/client');
  const pino = require('pino');
  const { createApp } = compiled('api/app.js');
  const { loadConfig } = compiled('config/config.js');
  const { openPool } = compiled('database/pool.js');
  const { openChannels } = compiled('intake/channels/channels.js');
  const { countTraffic } = compiled('intake/channels/traffic.js');
  const { openIntake } = compiled('intake/intake.js');

  const config = loadConfig({ DATA_DIR: dataDir });
  const connection = await Connection.connect({ address: temporalAddress });
  const shared = {
    pool: openPool(databaseUrl, () => undefined),
    temporal: new Client({ connection, namespace: temporalNamespace }),
    taskQueue,
    log: pino({ level: 'silent' }),
  };
  const intake = await openIntake({ ...config, ...shared });
  const channels = openChannels(config.channelsFile, () => undefined);
  const traffic = countTraffic(shared);
  const server = createServer(createApp({ config, intake, channels, traffic, ...shared }));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  process.stdout.write(`${server.address().port}\n`);
}
void serve();
