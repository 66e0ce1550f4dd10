import { Gauge, type Registry } from 'prom-client';
import type { Intake } from '../intake/intake';

/** Shows what the journal holds, and since when. */
export function addJournalGauges(registry: Registry, intake: Intake, clock: () => number = Date.now): void {
  const gauge = (name: string, help: string, read: () => number): void => {
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        this.set(read());
      },
    });
  };
  gauge(
    'waybell_journal_waiting',
    'Requests that are not yet handed over to Temporal.',
    () => intake.state().waiting,
  );
  gauge('waybell_journal_oldest_seconds', 'Age of the oldest of them.', () => {
    const { oldestAt } = intake.state();
    return oldestAt === undefined ? 0 : Math.max(0, (clock() - oldestAt) / 1000);
  });
  gauge(
    'waybell_journal_unarchived',
    'Requests that are not yet in the archive.',
    () => intake.state().unarchived,
  );
  gauge('waybell_journal_bytes', 'What the journal holds.', () => intake.state().bytes);
}
