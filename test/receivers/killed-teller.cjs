const path = require('node:path');
const process = require('node:process');

/** Tells a receiver as a process of the product does, until it is killed. Usage: <settings as JSON> */
const compiled = (file) => require(path.resolve('dist/src', file));
const { databaseUrl, receiver, leaseMs } = JSON.parse(process.argv[2]);
const pool = compiled('database/pool.js').openPool(databaseUrl, () => undefined);
const log = require('pino')({ level: 'silent' });
compiled('receivers/tell.js').tellReceiver({
  ...{ pool, receiver, privateHosts: ['127.0.0.1'], log },
  ...{ intervalMs: 20, leaseMs },
});
// What is repeated keeps no process alive by itself.
process.stdin.resume();
