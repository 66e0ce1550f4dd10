import path from 'node:path';
import type { Measurement, Row } from '../measurement';
import { createNamespace, surroundingsOf } from '../role-process';
import { startTemporalServer } from '../temporal-server';
import { measureLayout } from './workers';

const SHARDS = { full: [1, 4, 16, 512], quick: [4] };
const LAYOUT = { apis: 1, workers: 1 };
/** The folder of `temporal-server` and `temporal-sql-tool`. */
const PROGRAMS = 'TEMPORAL_PROGRAMS';

export const temporalOnPostgres: Measurement = {
  name: 'temporal-on-postgres',
  title: 'Temporal on PostgreSQL, beside SQLite',
  onlyByName: true,
  mostMinutes: 60,
  method: `Not in a whole run, since it needs the two programs of docs/production.md: \`${PROGRAMS}=/opt/temporal/current npm run bench --prefix bench -- --only temporal-on-postgres\`. One worker and one API in processes of their own, first on Temporal's development server (SQLite), then on \`temporal-server\` with the settings of \`temporal/production\` and as many history shards as the line says, in two databases of the same PostgreSQL that Waybell has. The floods and the accounts are those of “Workers and APIs in number”. “PostgreSQL” is the whole server: behind Temporal on SQLite only Waybell works with it.`,
  async run(lab) {
    const programs = process.env[PROGRAMS];
    if (programs === undefined) throw new Error(`--only temporal-on-postgres needs ${PROGRAMS}`);
    const waybell = await lab.startWaybell(await lab.newDataDir());
    const surroundings = surroundingsOf(waybell, lab.cloudFunction.url);
    try {
      await createNamespace(waybell.temporalCli, surroundings);
      const rows: Row[] = [...(await measureLayout(lab, surroundings, [waybell.pid], LAYOUT, 'SQLite'))];
      for (const shards of lab.quick ? SHARDS.quick : SHARDS.full) {
        const folder = await lab.newDataDir();
        const server = await startTemporalServer(path.resolve(programs), waybell, shards, folder);
        try {
          const there = { ...surroundings, temporalAddress: server.address };
          await createNamespace(waybell.temporalCli, there);
          const name = `PostgreSQL, ${shards} ${shards === 1 ? 'shard' : 'shards'}`;
          rows.push(...(await measureLayout(lab, there, [waybell.pid, server.pid], LAYOUT, name)));
        } finally {
          await server.stop();
        }
      }
      return rows;
    } finally {
      await waybell.stop();
    }
  },
};
