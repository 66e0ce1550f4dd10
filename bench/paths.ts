import path from 'node:path';

/** The folder of this package: the code runs from its `dist`. */
export const BENCH_ROOT = path.resolve(__dirname, '..');
export const PROJECT_ROOT = path.resolve(BENCH_ROOT, '..');
