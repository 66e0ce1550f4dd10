import type { Check } from './check';
import { channels } from './checks/channels';
import { clocks } from './checks/clocks';
import { cloudFunction } from './checks/cloud-function';
import { journal } from './checks/journal';
import { migrations } from './checks/migrations';
import { namespace } from './checks/namespace';
import { pollers } from './checks/pollers';
import { pooler } from './checks/pooler';
import { ports } from './checks/ports';
import { postgresql } from './checks/postgresql';
import { providers } from './checks/providers';
import { settings } from './checks/settings';
import { supabaseKeys } from './checks/supabase-keys';
import { sweepSchedule } from './checks/sweep-schedule';
import { tables } from './checks/tables';
import { temporalServer } from './checks/temporal-server';
import { uniqueKeys } from './checks/unique-keys';

/** Everything that the doctor looks at, in the order in which people read it. */
export const CHECKS: readonly Check[] = [
  settings,
  ports,
  postgresql,
  clocks,
  pooler,
  migrations,
  tables,
  uniqueKeys,
  temporalServer,
  namespace,
  sweepSchedule,
  pollers,
  providers,
  cloudFunction,
  channels,
  journal,
  supabaseKeys,
];
