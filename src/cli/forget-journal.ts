import { Command } from 'commander';
import { z } from 'zod';
import { loadConfig } from '../config/config';
import { askApi } from './ask-api';

/** `waybell forget-journal`: an API process that will not come back is missed no longer. */
export function forgetJournalCommand(): Command {
  return new Command('forget-journal')
    .description(
      'give up the journal of an API process that will not come back, as "waybell attention" names it',
    )
    .argument('<id>')
    .action(async (id: string) => {
      const route = `/api/v1/journals/${encodeURIComponent(id)}/forget`;
      const { webhooks } = await askApi(loadConfig(), 'POST', route, z.object({ webhooks: z.number() }));
      console.log(
        webhooks === 0
          ? 'Forgotten. It had given everything that is known of it to Temporal.'
          : `Forgotten. ${webhooks} of its webhooks were not given to Temporal: "waybell replay --since …" starts them.`,
      );
    });
}
