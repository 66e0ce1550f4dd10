import type { Check } from './check';
import { channels } from './checks/channels';
import { clockOfPostgresql, clockOfTemporal } from './checks/clocks';
import { cloudFunction } from './checks/cloud-function';
import { journal } from './checks/journal';
import { migrations } from './checks/migrations';
import { namespace } from './checks/namespace';
import { pollers } from './checks/pollers';
import { pooler } from './checks/pooler';
import { ports } from './checks/ports';
import { postgresql } from './checks/database';
import { providers } from './checks/pushing';
import { silentDevicesSchedule, sweepSchedule } from './checks/schedules';
import { settings } from './checks/surroundings';
import { silentJournals } from './checks/silent-journals';
import { supabaseKeys } from './checks/supabase-keys';
import { tables } from './checks/tables';
import { temporalServer } from './checks/temporal';
import { uniqueKeys } from './checks/unique-keys';

/** Everything that the doctor looks at, in the order in which people read it. */
export const CHECKS: readonly Check[] = [
  settings,
  ports,
  postgresql,
  clockOfPostgresql,
  pooler,
  migrations,
  tables,
  uniqueKeys,
  temporalServer,
  clockOfTemporal,
  namespace,
  sweepSchedule,
  silentDevicesSchedule,
  pollers,
  providers,
  cloudFunction,
  channels,
  journal,
  silentJournals,
  supabaseKeys,
];
