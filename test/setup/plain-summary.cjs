const { writeFileSync, writeSync } = require('node:fs');
const process = require('node:process');

/** Ends all output with one line that scripts and people can read: `N passed, N failed`. */
module.exports = class PlainSummary {
  onRunComplete(_contexts, results) {
    // A suite that cannot even be loaded, or leaves something open, has no failed test of its own.
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
    const skipped = results.numPendingTests + results.numTodoTests;
    const parts = [`${results.numPassedTests} passed`, `${failed} failed`];
    if (skipped > 0) parts.push(`${skipped} skipped`);
    const line = `${parts.join(', ')}\n`;
    // Who runs several of these counts them together.
    const { WAYBELL_TEST_COUNT: file } = process.env;
    if (file) writeFileSync(file, line);
    // The other reporters still hold lines back at this moment.
    process.once('exit', () => writeSync(1, line));
  }
};
