const path = require('node:path');
const process = require('node:process');

/**
 * Stands for Waybell: starts one part, says its process number and that of its wrapper, and waits to be killed.
 */
const compiled = path.resolve('dist/src/embedded');
const { startPart } = require(path.join(compiled, 'part.js'));
const { launchAsOurselves } = require(path.join(compiled, 'launch.js'));

const logFile = process.argv[2];

launchAsOurselves('sleep', ['600'])
  .then((launch) =>
    startPart('sleeper', { ...launch, logFile, serverFile: `${logFile}.server`, stopTimeoutMs: 5_000 }),
  )
  .then(({ pid }) => process.send({ part: pid }));
